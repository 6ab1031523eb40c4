#include <array>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/scores.h"
#include "core/batch/inputs.h"

namespace heirloom::app {
namespace {

namespace fs = std::filesystem;

struct CompareOptions {
  std::string a;
  std::string b;
  bool recursive = false;
  std::int64_t border = 0;
};

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
  throw Error(
      HEIRLOOM_TEXT("compare.counterpart", "there is not exactly one picture for it in %1").with(oneLine(folder)),
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
      context_.report.error(
          Error(HEIRLOOM_TEXT("compare.nothing", "there are no pictures in the folder"),
                HEIRLOOM_TEXT("compare.nothing.remedy", "name pictures, or use -r for the folders in it"), options_.a));
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
        throw Error(HEIRLOOM_TEXT("compare.size", "the pictures differ in size: %1 and %2")
                        .with(sizeText(photoA), sizeText(photoB)),
                    HEIRLOOM_TEXT("compare.size.remedy", "compare pictures of one size"), fileB);
      }
      if (photoA.iccProfile != photoB.iccProfile) {
        report.warning(HEIRLOOM_TEXT("compare.profiles",
                                     "the profiles differ from those of %1; samples are compared as they are stored")
                           .with(oneLine(fileA.string())),
                       fileB);
      }
      const core::Score scores = core::compare(photoA, photoB, options_.border);
      Json item = Json::object();
      putPath(item, "file", fileA);
      putPath(item, "other", fileB);
      putScores(item, scores);
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
    const core::Score mean = core::meanOf(scores_);
    putScores(context_.report.document["mean"], mean);
    context_.report.line("mean of " + std::to_string(scores_.size()) + ": " + scoresText(mean));
  }

  const CompareOptions& options_;
  Context& context_;
  std::vector<core::Score> scores_;
  bool failed_ = false;
};

}  // namespace

void addCompare(CLI::App& program, Command& chosen) {
  const auto options = std::make_shared<CompareOptions>();
  Arguments arguments(program, "compare",
                      "Scores picture against picture, or folder against folder. PSNR and SSIM, of luma as well.",
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
