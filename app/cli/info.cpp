#include <memory>

#include "app/cli/commands.h"
#include "app/cli/restore_plan.h"
#include "core/batch/inputs.h"
#include "core/photo/facts.h"
#include "core/photo/photo.h"

namespace heirloom::app {
namespace {

struct InfoOptions {
  std::vector<std::filesystem::path> inputs;
  bool recursive = false;
  bool acceptDamaged = false;
  std::optional<core::FileFormat> format;
};

std::string modelText(const core::Layout& layout) {
  const std::string alpha = layout.alpha ? " with transparency" : "";
  switch (layout.model) {
    case core::ColourModel::Grey:
      return "grey" + alpha;
    case core::ColourModel::Rgb:
      return "RGB" + alpha;
    case core::ColourModel::Cmyk:
      return "CMYK" + alpha;
  }
  return alpha;
}

std::string depthText(core::SampleType type) {
  if (type == core::SampleType::Float32) return "32 bit floating point";
  return std::to_string(core::sampleSize(type) * 8) + " bit";
}

std::string profileText(const core::Photo& photo) {
  if (photo.iccProfile.empty()) {
    return photo.raster->layout().model == core::ColourModel::Cmyk ? "none, the default CMYK profile is used"
                                                                   : "none, taken as sRGB";
  }
  const std::string name = core::profileName(photo.iccProfile);
  return (name.empty() ? "unnamed" : name) + ", " + bytesText(photo.iccProfile.size());
}

std::string metadataText(const core::Metadata& metadata) {
  std::string text;
  const auto add = [&text](const char* name, std::size_t bytes) {
    if (bytes > 0) text += (text.empty() ? "" : ", ") + std::string(name) + " " + bytesText(bytes);
  };
  add("EXIF", metadata.exif.size());
  add("IPTC", metadata.iptc.size());
  add("XMP", metadata.xmp.size());
  return text.empty() ? "none" : text;
}

/// What each format would lose, formats with the same losses together.
void describeLosses(const core::Photo& photo, std::optional<core::FileFormat> only, Report& report, Json& json) {
  json["losses"] = Json::object();
  for (const core::FormatTraits& format : core::formats()) {
    if (!format.writable || (only && *only != format.format)) continue;
    core::WriteOptions options;
    options.format = format.format;
    Json lost = Json::array();
    std::string text;
    for (const Message& message : core::losses(photo, options)) {
      lost.push_back(message.english());
      text += (text.empty() ? "" : "; ") + message.english();
    }
    json["losses"][std::string(format.name)] = lost;
    if (!text.empty() || only)
      report.line("  as " + std::string(format.name) + ": " + (text.empty() ? "nothing is lost" : text));
  }
}

void describe(const std::filesystem::path& file, const InfoOptions& options, Report& report, Json& json) {
  const core::Photo photo = core::readPhoto(file, core::ReadOptions{options.acceptDamaged});
  const core::Layout& layout = photo.raster->layout();
  for (const Message& warning : photo.warnings) json["warnings"].push_back(report.warning(warning, file));
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);

  json["format"] = core::traits(photo.format).name;
  json["width"] = layout.width;
  json["height"] = layout.height;
  json["colour"] = layout.model == core::ColourModel::Grey  ? "grey"
                   : layout.model == core::ColourModel::Rgb ? "rgb"
                                                            : "cmyk";
  json["alpha"] = layout.alpha;
  json["bits"] = core::sampleSize(layout.type) * 8;
  json["floating_point"] = layout.type == core::SampleType::Float32;
  json["lossless"] = photo.lossless;
  json["bytes"] = size;
  json["profile"] = {{"bytes", photo.iccProfile.size()}, {"name", core::profileName(photo.iccProfile)}};
  json["metadata"] = {
      {"exif", photo.metadata.exif.size()}, {"iptc", photo.metadata.iptc.size()}, {"xmp", photo.metadata.xmp.size()}};
  if (photo.jpegQuality > 0) json["jpeg_quality"] = photo.jpegQuality;
  if (photo.pixelsPerMillimetreX > 0) json["pixels_per_millimetre"] = photo.pixelsPerMillimetreX;

  report.line(file.string());
  report.line("  picture     " + std::to_string(layout.width) + " x " + std::to_string(layout.height) + ", " +
              depthText(layout.type) + " " + modelText(layout));
  report.line("  file        " + std::string(core::traits(photo.format).name) + ", " + bytesText(error ? 0 : size) +
              (photo.jpegQuality > 0 ? ", quality " + std::to_string(photo.jpegQuality)
               : photo.lossless      ? ", without loss"
                                     : ""));
  report.line("  profile     " + profileText(photo));
  report.line("  metadata    " + metadataText(photo.metadata));
  json["tags"] = Json::object();
  for (const auto& [name, value] : core::tagsOf(photo.metadata)) {
    json["tags"][name] = value;
    report.line("  " + name + std::string(name.size() < 12 ? 12 - name.size() : 1, ' ') + value);
  }
  if (const std::string recipe = core::embeddedRecipe(photo.metadata); !recipe.empty()) {
    json["recipe"] = recipe;
    report.line("  recipe      restored by Heirloom; -v shows how");
    report.detail("  " + recipe);
  }
  describeLosses(photo, options.format, report, json);
}

int info(const InfoOptions& options, Context& context) {
  Report& report = context.report;
  const core::Inputs inputs = core::collectInputs(options.inputs, options.recursive);
  report.document["items"] = Json::array();
  bool failed = false;
  const auto work = [&](const std::filesystem::path& file, const auto& describeIt) {
    Json item = Json::object();
    putPath(item, "file", file);
    item["warnings"] = Json::array();
    try {
      describeIt(item);
    } catch (const Error& error) {
      item["error"] = report.error(error.file().empty() ? error.in(file) : error);
      failed = true;
    }
    report.document["items"].push_back(item);
  };
  for (const Error& error : inputs.failures) {
    work(error.file(), [&](Json&) { throw error; });
  }
  for (const core::Input& input : inputs.files) {
    if (context.stop.stop_requested()) return kInterrupted;
    work(input.file, [&](Json& item) { describe(input.file, options, report, item); });
  }
  if (inputs.files.empty() && !failed) {
    report.error(Error(HEIRLOOM_TEXT("info.nothing", "there are no pictures in the folder"),
                       HEIRLOOM_TEXT("info.nothing.remedy", "name photos, or use -r for the folders in it")));
    return kNothingToDo;
  }
  return failed ? kFailed : kDone;
}

}  // namespace

void addInfo(CLI::App& program, Command& chosen) {
  const auto options = std::make_shared<InfoOptions>();
  Arguments arguments(program, "info",
                      "Shows what photos are and what other formats would lose. Size, depth, profile, metadata.",
                      "heirloom-cli info scan.tif -f jpg");
  arguments.positionals("PHOTO", true, [options](const std::string& value) { options->inputs.emplace_back(value); });
  arguments.flag("-r,--recursive", options->recursive, "folders with everything below them");
  arguments.value(
      "-f,--format", "FORMAT", [options](const std::string& value) { options->format = readFormat("--format", value); },
      "what would be lost in this one (default: in each that loses something)");
  arguments.flag("--accept-damaged", options->acceptDamaged, "take what can be decoded of damaged photos");
  arguments.runs(chosen, [options](Context& context) {
    context.report.document["command"] = "info";
    return info(*options, context);
  });
}

}  // namespace heirloom::app
