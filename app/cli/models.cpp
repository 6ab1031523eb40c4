#include <algorithm>
#include <memory>

#include "app/cli/commands.h"
#include "models/common/blur_kernel.h"
#include "models/common/joined.h"
#include "models/registry.h"
#include "models/several_networks.h"

namespace heirloom::app {
namespace {

std::string purposeText(models::Purpose purpose) {
  switch (purpose) {
    case models::Purpose::Denoise:
      return "denoise";
    case models::Purpose::Deblur:
      return "deblur";
    case models::Purpose::Deblock:
      return "deblock";
    case models::Purpose::SuperResolve:
      return "super-resolve";
    case models::Purpose::Restore:
      return "restore";
  }
  return "restore";
}

std::string shortest(double value) {
  const std::string text = fixed(value, 4);
  std::size_t end = text.find_last_not_of('0');
  if (text[end] == '.') --end;
  return text.substr(0, end + 1);
}

/// "0..75, default 25", for people.
std::string rangeText(const models::Parameter& parameter) {
  struct Words {
    std::string operator()(const models::RealRange& range) const {
      return shortest(range.minimum) + ".." + shortest(range.maximum) + ", default " + shortest(range.byDefault);
    }
    std::string operator()(const models::IntegerRange& range) const {
      return std::to_string(range.minimum) + ".." + std::to_string(range.maximum) + ", default " +
             std::to_string(range.byDefault);
    }
    std::string operator()(const models::Toggle& range) const {
      return std::string("on or off, default ") + (range.byDefault ? "on" : "off");
    }
    std::string operator()(const models::Choice& range) const {
      return joined(range.options) + "; default " + range.byDefault;
    }
    std::string operator()(const models::KernelInput& range) const {
      return std::string(models::kKernelForms) + "; default " + range.byDefault;
    }
    std::string operator()(const models::MatrixInput& range) const { return "the file " + range.fileName; }
    std::string operator()(const models::DenoiserInput& input) const {
      return input.enlarges ? "a network of DPSR" : "a model that takes a noise level";
    }
    std::string operator()(const models::TextInput& range) const {
      return "a text of up to " + std::to_string(range.longest) + " characters; default \"" + range.byDefault + "\"";
    }
  };
  return std::visit(Words{}, parameter.range);
}

Json parameterJson(const models::Parameter& parameter) {
  Json json = {{"name", parameter.name},
               {"label", parameter.label.english()},
               {"help", parameter.help.english()},
               {"unit", parameter.unit}};
  struct Facts {
    Json& json;
    void operator()(const models::RealRange& range) const {
      json.update(
          {{"type", "real"}, {"minimum", range.minimum}, {"maximum", range.maximum}, {"default", range.byDefault}});
    }
    void operator()(const models::IntegerRange& range) const {
      json.update(
          {{"type", "integer"}, {"minimum", range.minimum}, {"maximum", range.maximum}, {"default", range.byDefault}});
    }
    void operator()(const models::Toggle& range) const {
      json.update({{"type", "toggle"}, {"default", range.byDefault}});
    }
    void operator()(const models::Choice& range) const {
      json.update({{"type", "choice"}, {"options", range.options}, {"default", range.byDefault}});
    }
    void operator()(const models::KernelInput& range) const {
      json.update({{"type", "kernel"}, {"default", range.byDefault}});
    }
    void operator()(const models::MatrixInput& range) const {
      json.update({{"type", "matrix"}, {"file", range.fileName}, {"rows", range.rows}, {"columns", range.columns}});
    }
    void operator()(const models::DenoiserInput& input) const {
      json.update({{"type", "denoiser"}, {"enlarges", input.enlarges}});
    }
    void operator()(const models::TextInput& range) const {
      json.update({{"type", "text"}, {"longest", range.longest}, {"default", range.byDefault}});
    }
  };
  std::visit(Facts{json}, parameter.range);
  if (parameter.onlyWith) json["only_with"] = {{parameter.onlyWith->name, parameter.onlyWith->value}};
  return json;
}

Json descriptorJson(const models::Descriptor& descriptor) {
  Json json = {{"family", descriptor.family},
               {"configuration", descriptor.configuration},
               {"purpose", purposeText(descriptor.purpose)},
               {"scale", descriptor.scale},
               {"channels", descriptor.channels},
               {"size_multiple", descriptor.sizeMultiple},
               {"margin", descriptor.margin},
               {"local", descriptor.local},
               {"progressive", descriptor.progressive},
               {"takes_prompt", descriptor.takesPrompt},
               {"generative", descriptor.generative},
               {"parameters", descriptor.parameterCount},
               {"stored_as", models::name(descriptor.storedAs)},
               {"flop_per_pixel", descriptor.flopPerPixel},
               {"alternatives", descriptor.alternatives},
               {"settings", Json::array()}};
  for (const models::Parameter& parameter : descriptor.parameters) json["settings"].push_back(parameterJson(parameter));
  return json;
}

Json modelJson(const core::InstalledModel& model) {
  Json json = {{"name", model.name}};
  putPath(json, "file", model.file);
  json.update(
      {{"title", model.title}, {"licence", model.licence}, {"source", model.source}, {"shipped", model.shipped}});
  if (!model.network.empty()) json["network"] = model.network;
  if (!model.file.empty()) json["notes"] = Json::object();
  for (const auto& [key, value] : model.notes) json["notes"][key] = value;
  json.update(descriptorJson(model.descriptor));
  return json;
}

void describe(const models::Descriptor& descriptor, Report& report) {
  const auto row = [&report](const std::string& name, const std::string& value) {
    report.line("  " + name + std::string(name.size() < 14 ? 14 - name.size() : 1, ' ') + value);
  };
  row("family", descriptor.family + (descriptor.configuration.empty() ? "" : ", " + descriptor.configuration));
  row("purpose", purposeText(descriptor.purpose));
  row("picture", std::string(descriptor.channels == 1 ? "grey" : "colour") +
                     (descriptor.scale == 1 ? "" : ", enlarged " + std::to_string(descriptor.scale) + " times"));
  row("parameters",
      std::to_string(descriptor.parameterCount) + ", stored as " + std::string(models::name(descriptor.storedAs)));
  row("reach", descriptor.local ? std::to_string(descriptor.margin) + " pixels" : "the whole picture");
  row("work", fixed(descriptor.flopPerPixel / 1e6, 2) + " MFLOP a pixel");
  for (const std::string& alternative : descriptor.alternatives) row("could also be", alternative);
  for (const models::Parameter& parameter : descriptor.parameters) {
    const std::string unit = parameter.unit.empty() ? "" : " (" + parameter.unit + ")";
    const auto& only = parameter.onlyWith;
    row("setting",
        parameter.name + "=" + rangeText(parameter) + unit + (only ? " with " + only->name + "=" + only->value : ""));
    row("", parameter.label.english() + ": " + parameter.help.english());
  }
}

constexpr std::size_t kShownNote = 160;  // bytes of a note, without -v

/// What a file's maker wrote into it: whole with -v, otherwise its beginning, and of a picture only that it is there.
void reportNote(const std::string& key, const std::string& value, Report& report) {
  std::string shown = value;
  if (!report.verbose() && value.starts_with("data:")) {
    shown = "(" + bytesText(value.size()) + " of data)";
  } else if (!report.verbose() && value.size() > kShownNote) {
    std::size_t end = kShownNote;
    while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0U) == 0x80U) --end;  // not within a character
    shown = value.substr(0, end) + "...";
  }
  report.line("  note          " + key + ": " + shown);
}

int list(Context& context) {
  Report& report = context.report;
  const std::vector<core::InstalledModel> models = context.library.list();
  report.document["models"] = Json::array();
  std::size_t width = 4;
  for (const core::InstalledModel& model : models) width = std::max(width, model.name.size());
  for (const core::InstalledModel& model : models) {
    report.document["models"].push_back(modelJson(model));
    const models::Descriptor& descriptor = model.descriptor;
    report.line(model.name + std::string(width - model.name.size() + 2, ' ') + purposeText(descriptor.purpose) + ", " +
                (descriptor.channels == 1 ? "grey" : "colour") +
                (descriptor.scale == 1 ? "" : ", x" + std::to_string(descriptor.scale)) + ", " + descriptor.family +
                (model.licence.empty() ? "" : ", " + model.licence) + (model.shipped ? ", shipped" : ""));
    report.detail("  " + model.file.string());
  }
  if (models.empty()) {
    report.warning(HEIRLOOM_TEXT("models.none", "no models are installed; put checkpoints into %1")
                       .with(core::ModelLibrary::defaultFolders().back().string()));
  }
  return kDone;
}

int show(const std::string& name, Context& context) {
  Report& report = context.report;
  const core::InstalledModel model = requireModel(context.library, name);
  report.document["model"] = modelJson(model);
  report.line(model.name + (model.title.empty() ? "" : ": " + model.title));
  report.line("  file          " + model.file.string());
  report.line("  licence       " + (model.licence.empty() ? "unknown" : model.licence));
  report.line("  source        " + (model.source.empty() ? "unknown" : model.source));
  for (const auto& [key, value] : model.notes) reportNote(key, value, report);
  describe(model.descriptor, report);
  return kDone;
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t side : shape) text += (text.empty() ? "" : " x ") + std::to_string(side);
  return text.empty() ? "scalar" : text;
}

void listTensors(const models::Inspection& inspection, Report& report, Json& json) {
  json["tensors"] = Json::array();
  std::int64_t values = 0;
  for (const auto& [key, entry] : inspection.tensors.entries()) {
    values += entry.numel();
    json["tensors"].push_back({{"name", key}, {"shape", entry.shape}, {"dtype", models::name(entry.dtype)}});
  }
  json["values"] = values;
  report.line("  tensors       " + std::to_string(inspection.tensors.entries().size()) + " with " +
              std::to_string(values) + " values");
  for (const std::string& wrapping : inspection.tensors.unwrapped) report.line("  unwrapped     " + wrapping);
  for (const auto& [key, entry] : inspection.tensors.entries()) {
    report.detail("    " + key + ": " + shapeText(entry.shape) + " " + std::string(models::name(entry.dtype)));
  }
}

/// Bytes of the file; of a network in several files those of its tensors.
std::uint64_t sizeOf(const models::Inspection& inspection) {
  const models::Archive& archive = *inspection.archive;
  if (archive.format() != "folder") return std::filesystem::file_size(archive.file());
  std::uint64_t bytes = 0;
  for (const auto& [key, entry] : inspection.tensors.entries()) {
    bytes += static_cast<std::uint64_t>(entry.numel()) * models::itemSize(entry.dtype);
  }
  return bytes;
}

int inspectFile(const std::filesystem::path& file, Context& context) {
  Report& report = context.report;
  Json& json = report.document;
  const models::NetworkOfFile named = models::NetworkOfFile::parse(file);
  putPath(json, "file", named.file);
  if (!named.network.empty()) json["network"] = named.network;
  const models::Inspection inspection = models::inspect(file);
  const std::uint64_t bytes = sizeOf(inspection);
  json["format"] = inspection.archive->format();
  json["bytes"] = bytes;
  json["unwrapped"] = inspection.tensors.unwrapped;
  json["metadata"] = inspection.archive->metadata();
  report.line(file.string());
  report.line("  format        " + std::string(inspection.archive->format()));
  report.line("  size          " + bytesText(bytes));
  for (const auto& [key, value] : inspection.archive->metadata()) reportNote(key, value, report);
  listTensors(inspection, report, json);
  json["considered"] = Json::array();
  for (const models::Candidate& candidate : inspection.considered) {
    const bool taken = inspection.family != nullptr && candidate.family == inspection.family->name;
    json["considered"].push_back({{"family", candidate.family},
                                  {"taken", taken},
                                  {"reason", candidate.match.reason},
                                  {"unfit", candidate.match.unfit}});
    if (!taken) continue;
    json["model"] = descriptorJson(*candidate.match.descriptor);
    describe(*candidate.match.descriptor, report);
  }
  for (const models::Refusal& refusal : models::refusals(inspection.considered)) {
    report.line("  not           " + refusal.families + ": " + refusal.reason);
    for (const std::string& key : refusal.unfit) report.detail("    " + key);
  }
  if (inspection.family != nullptr) return kDone;
  models::open(file);  // says which families come near and what did not fit
  return kFailed;
}

}  // namespace

void addModels(CLI::App& program, Command& chosen) {
  CLI::App& models = *program.add_subcommand("models", "Lists, shows and inspects models.");
  models.set_help_flag("-h,--help")->group("");
  models.require_subcommand(1);
  models.footer("Example: heirloom-cli models show heirloom-denoise");

  Arguments listed(models, "list", "Lists the models that -m takes.", "heirloom-cli models list");
  listed.runs(chosen, [](Context& context) {
    context.report.document["command"] = "models list";
    return list(context);
  });

  const auto name = std::make_shared<std::string>();
  const auto network = std::make_shared<std::string>();
  Arguments shown(models, "show", "Shows what a model does and its settings with range and default.",
                  "heirloom-cli models show heirloom-denoise");
  shown.positional("MODEL", *name);
  shown.value("--network", "NAME", *network, kNetworkHelp);
  shown.runs(chosen, [name, network](Context& context) {
    context.report.document["command"] = "models show";
    return show(withNetwork(*name, *network), context);
  });

  const auto file = std::make_shared<std::string>();
  Arguments inspected(models, "inspect", "Says what a checkpoint holds and which network it is. -v lists its tensors.",
                      "heirloom-cli models inspect dncnn_25.pth");
  inspected.positional("FILE", *file);
  inspected.value("--network", "NAME", *network, kNetworkHelp);
  inspected.runs(chosen, [file, network](Context& context) {
    context.report.document["command"] = "models inspect";
    return inspectFile(withNetwork(*file, *network), context);
  });
}

}  // namespace heirloom::app
