#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/picture_values.h"
#include "core/batch/inputs.h"
#include "core/quality/metrics.h"

namespace heirloom::app {
namespace {

namespace fs = std::filesystem;

struct CompareOptions {
  std::string a;
  std::string b;
  bool recursive = false;
  std::int64_t border = 0;
};

struct Pair {
  fs::path a;
  fs::path b;
  std::string name;
};

struct Scores {
  double psnr = 0;
  double ssim = 0;
  std::optional<double> lumaPsnr;  // of colour pictures
  std::optional<double> lumaSsim;
  double largest = 0;              // difference of a sample, of 255
};

/// SSIM needs 11 pixels a side; smaller pictures still have a PSNR.
double ssimOrNothing(const core::MetricImage& a, const core::MetricImage& b, std::int64_t border) {
  const bool fits = std::min(a.width, a.height) - 2 * border >= 11;
  return fits ? core::ssim(a, b, border) : std::numeric_limits<double>::quiet_NaN();
}

Scores score(const PictureValues& a, const PictureValues& b, std::int64_t border) {
  Scores scores;
  scores.psnr = core::psnr(a.image(), b.image(), border);
  scores.ssim = ssimOrNothing(a.image(), b.image(), border);
  for (std::size_t i = 0; i < a.values.size(); ++i) scores.largest = std::max(scores.largest, std::abs(a.values[i] - b.values[i]));
  if (a.bands == 3) {
    const PictureValues lumaA = luma(a);
    const PictureValues lumaB = luma(b);
    scores.lumaPsnr = core::psnr(lumaA.image(), lumaB.image(), border);
    scores.lumaSsim = ssimOrNothing(lumaA.image(), lumaB.image(), border);
  }
  return scores;
}

Json numberJson(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json scoresJson(const Scores& scores) {
  Json json = {{"psnr", numberJson(scores.psnr)}, {"ssim", numberJson(scores.ssim)}, {"equal", scores.largest == 0}};
  if (scores.lumaPsnr) json.update({{"psnr_y", numberJson(*scores.lumaPsnr)}, {"ssim_y", numberJson(*scores.lumaSsim)}});
  json["largest_difference"] = scores.largest;
  return json;
}

std::string scoresText(const Scores& scores) {
  std::string text = "PSNR " + fixed(scores.psnr, 4) + " dB, SSIM " + fixed(scores.ssim, 4);
  if (scores.lumaPsnr) text += ", luma " + fixed(*scores.lumaPsnr, 4) + " dB, " + fixed(*scores.lumaSsim, 4);
  return text + ", largest difference " + fixed(scores.largest, 1) + "/255";
}

/// The picture of `folder` that belongs to `a`: of the same name, of the same stem, or what `restore` makes of it
/// ("a_model.png"). Throws Error when there is none, or several.
fs::path counterpart(const core::Input& a, const std::vector<core::Input>& candidates, const std::string& folder) {
  const std::string stem = a.file.stem().string();
  std::vector<fs::path> found[3];
  for (const core::Input& b : candidates) {
    if (b.below != a.below) continue;
    const std::string other = b.file.stem().string();
    if (b.file.filename() == a.file.filename()) found[0].push_back(b.file);
    if (other == stem) found[1].push_back(b.file);
    if (other.starts_with(stem + "_")) found[2].push_back(b.file);
  }
  for (const std::vector<fs::path>& files : found) {
    if (files.size() == 1) return files.front();
  }
  throw Error(HEIRLOOM_TEXT("compare.counterpart", "there is not exactly one picture for it in %1").with(oneLine(folder)),
              HEIRLOOM_TEXT("compare.counterpart.remedy", "give both the same name"), a.file);
}

class Comparison {
 public:
  Comparison(const CompareOptions& options, Context& context) : options_(options), context_(context) {
    context_.report.document["items"] = Json::array();
  }

  int run() {
    const bool folders = fs::is_directory(options_.a);
    if (folders != fs::is_directory(options_.b)) {
      throw usage(HEIRLOOM_TEXT("compare.kinds", "one is a folder, the other is not"),
                  HEIRLOOM_TEXT("compare.kinds.remedy", "give two pictures or two folders"));
    }
    if (!folders) {
      compare(options_.a, options_.b, options_.a);
      return code();
    }
    const std::array<fs::path, 2> given = {options_.a, options_.b};
    const core::Inputs a = core::collectInputs(std::span(given).first(1), options_.recursive);
    const core::Inputs b = core::collectInputs(std::span(given).last(1), options_.recursive);
    for (const core::Inputs* inputs : {&a, &b}) {
      for (const Error& error : inputs->failures) fail(error, error.file());
    }
    for (const core::Input& input : a.files) {
      if (context_.stop.stop_requested()) return kInterrupted;
      try {
        compare(input.file, counterpart(input, b.files, options_.b), input.below / input.file.filename());
      } catch (const Error& error) {
        fail(error, input.file);
      }
    }
    if (a.files.empty() && !failed_) {
      context_.report.error(Error(HEIRLOOM_TEXT("compare.nothing", "there are no pictures in the folder"),
                                  HEIRLOOM_TEXT("compare.nothing.remedy", "name pictures, or use -r for the folders in it"),
                                  options_.a));
      return kNothingToDo;
    }
    means();
    return code();
  }

 private:
  int code() const { return failed_ ? kFailed : kDone; }

  void fail(const Error& error, const fs::path& file) {
    Json item = Json::object();
    putPath(item, "file", file);
    item["error"] = context_.report.error(error.file().empty() ? error.in(file) : error);
    context_.report.document["items"].push_back(item);
    failed_ = true;
  }

  void compare(const fs::path& fileA, const fs::path& fileB, const fs::path& name) {
    Report& report = context_.report;
    try {
      const core::Photo photoA = core::readPhoto(fileA);
      const core::Photo photoB = core::readPhoto(fileB);
      for (const Message& warning : photoA.warnings) report.warning(warning, fileA);
      for (const Message& warning : photoB.warnings) report.warning(warning, fileB);
      if (photoA.raster->width() != photoB.raster->width() || photoA.raster->height() != photoB.raster->height()) {
        throw Error(HEIRLOOM_TEXT("compare.size", "the pictures differ in size: %1 and %2").with(sizeText(photoA), sizeText(photoB)),
                    HEIRLOOM_TEXT("compare.size.remedy", "compare pictures of one size"), fileB);
      }
      const auto [a, b, converted] = comparableValues(photoA, photoB);
      if (converted) {
        report.warning(HEIRLOOM_TEXT("compare.profiles", "the pictures differ in colours or profile; both were converted to sRGB"), fileB);
      }
      const Scores scores = score(a, b, options_.border);
      Json item = Json::object();
      putPath(item, "file", fileA);
      putPath(item, "other", fileB);
      item.update(scoresJson(scores));
      report.document["items"].push_back(item);
      report.line(name.string() + ": " + scoresText(scores));
      scores_.push_back(scores);
    } catch (const Error& error) {
      fail(error, fileA);
    }
  }

  static std::string sizeText(const core::Photo& photo) {
    return std::to_string(photo.raster->width()) + " x " + std::to_string(photo.raster->height());
  }

  void means() {
    if (scores_.empty()) return;
    Scores mean = scores_.front();
    const auto average = [this](const auto& value) {
      double sum = 0;
      for (const Scores& scores : scores_) sum += value(scores);
      return sum / static_cast<double>(scores_.size());
    };
    mean.psnr = average([](const Scores& scores) { return scores.psnr; });
    mean.ssim = average([](const Scores& scores) { return scores.ssim; });
    if (std::all_of(scores_.begin(), scores_.end(), [](const Scores& scores) { return scores.lumaPsnr.has_value(); })) {
      mean.lumaPsnr = average([](const Scores& scores) { return *scores.lumaPsnr; });
      mean.lumaSsim = average([](const Scores& scores) { return *scores.lumaSsim; });
    } else {
      mean.lumaPsnr = mean.lumaSsim = std::nullopt;
    }
    for (const Scores& scores : scores_) mean.largest = std::max(mean.largest, scores.largest);
    context_.report.document["mean"] = scoresJson(mean);
    context_.report.line("mean of " + std::to_string(scores_.size()) + ": " + scoresText(mean));
  }

  const CompareOptions& options_;
  Context& context_;
  std::vector<Scores> scores_;
  bool failed_ = false;
};

}  // namespace

void addCompare(CLI::App& program, Command& chosen) {
  const auto options = std::make_shared<CompareOptions>();
  Arguments arguments(program, "compare", "Scores picture B against picture A, or folder against folder: PSNR, SSIM, both of luma as well.",
                      "heirloom-cli compare original.png restored.png --border 4");
  arguments.positional("A", options->a);
  arguments.positional("B", options->b);
  arguments.flag("-r,--recursive", options->recursive, "folders with everything below them");
  arguments.value(
      "--border", "N",
      [options](const std::string& value) { options->border = readInteger("--border", value, 0, 1 << 20); },
      "pixels at every side that do not count (default 0)");
  arguments.runs(chosen, [options](Context& context) {
    context.report.document["command"] = "compare";
    return Comparison(*options, context).run();
  });
}

}  // namespace heirloom::app
