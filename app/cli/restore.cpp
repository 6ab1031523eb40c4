#include <array>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/restore_run.h"

namespace heirloom::app {
namespace {

void declareResult(Arguments& arguments, RestoreOptions& options) {
  arguments.value("-o,--output", "OUT", options.output,
                  "the result, or a folder for results (default: beside the source)");
  arguments.value(
      "-f,--format", "FORMAT", [&options](const std::string& value) { options.format = readFormat("--format", value); },
      "preserve, jpg, png, tif, webp, heic, avif, jxl, jp2");
  arguments.value(
      "-q,--quality", "1..100",
      [&options](const std::string& value) {
        options.write.quality = static_cast<int>(readInteger("--quality", value, 1, 100));
      },
      "of lossy formats (default: the JPEG's own, otherwise 95)");
  arguments.value(
      "-d,--bit-depth", "BITS",
      [&options](const std::string& value) {
        constexpr std::array kDepths = {core::SampleType::UInt8, core::SampleType::UInt16, core::SampleType::Float32};
        options.write.depth = kDepths.at(readChoice("--bit-depth", value, {"8", "16", "32"}));
      },
      "8, 16 or 32 (floating point) a sample");
  arguments.value("--suffix", "TEXT", options.suffix, "name results {name}TEXT.{ext}");
  arguments.value("--template", "NAMES", options.nameTemplate,
                  "{name}_{model}{_scale}.{ext}; {recipe} {scale} {index} {date} {size}");
  arguments.value(
      "--existing", "WHAT",
      [&options](const std::string& value) {
        options.existing =
            static_cast<core::Existing>(readChoice("--existing", value, {"fail", "skip", "number", "overwrite"}));
      },
      "fail, skip, number or overwrite (or --overwrite) where a result exists");
  arguments.flag("--overwrite", options.overwrite, "");
  arguments.value(
      "--background", "COLOUR",
      [&options](const std::string& value) { options.write.background = readColour("--background", value); },
      "under transparency where the format has none (#rrggbb)");
  arguments.value(
      "--strip", "WHAT",
      [&options](const std::string& value) {
        constexpr std::array kStrips = {core::Strip::Gps, core::Strip::Recipe, core::Strip::All};
        options.write.strip = kStrips.at(readChoice("--strip", value, {"gps", "recipe", "all"}));
      },
      "leave gps, recipe or all out of the metadata");
  arguments.flag("--sidecar", options.sidecar, "write the recipe beside the result, as NAME.heirloom.yaml");
}

void declareWork(Arguments& arguments, RestoreOptions& options) {
  arguments.value("-m,--model", "MODEL", options.model, "a name of `models list`, or a checkpoint file");
  arguments.value("--network", "NAME", options.network, kNetworkHelp);
  arguments.list(
      "--set", "NAME=VALUE", [&options](const std::string& value) { addSetting(options.settings, "--set", value); },
      "a setting of the model; `models show MODEL` lists them");
  arguments.value("--recipe", "FILE", options.recipe, "steps from a recipe, instead of --model");
  arguments.value(
      "--strength", "X", [&options](const std::string& value) { options.strength = readFraction("--strength", value); },
      "0..1 or 0%..100% of the result over the source");
  arguments.value(
      "-s,--scale", "N",
      [&options](const std::string& value) { options.scale = static_cast<int>(readInteger("--scale", value, 1, 16)); },
      "the enlargement, where the model leaves a choice");
  for (const auto& [flag, type, setting, help] :
       {std::array{"--prompt", "TEXT", "prompt", "what the photo shows; --negative-prompt TEXT: what it does not"},
        std::array{"--negative-prompt", "TEXT", "negative_prompt", ""},
        std::array{"--seed", "N", "seed", "of models that draw random numbers; like --prompt short for --set"}}) {
    arguments.value(
        flag, type, [&options, setting = setting](const std::string& value) { options.settings[setting] = value; },
        help);
  }
  arguments.value(
      "--tile", "SIDE",
      [&options](const std::string& value) { options.run.tile = readInteger("--tile", value, 0, 1 << 20); }, "");
  arguments.value("--device", "DEVICE", options.run.device,
                  "auto, cpu, cuda or cuda:N; --tile SIDE in pixels, 0: as memory allows");
  arguments.value(
      "--dtype", "TYPE",
      [&options](const std::string& value) {
        readChoice("--dtype", value, {"auto", "float32", "bfloat16", "float16"});
        options.run.precision = value;
      },
      "auto (bfloat16 where it is as good), float32, bfloat16, float16");
}

}  // namespace

void addRestore(CLI::App& program, Command& chosen) {
  const auto options = std::make_shared<RestoreOptions>();
  options->write.software = "Heirloom " HEIRLOOM_VERSION;
  Arguments arguments(program, "restore",
                      "Restores photos or folders of them. Without -m the shipped denoiser estimates the noise.",
                      "heirloom-cli restore holiday -r -o restored -m ffdnet_color --set noise_level=15");
  arguments.positionals("PHOTO|FOLDER", false,
                        [options](const std::string& value) { options->inputs.emplace_back(value); });
  declareWork(arguments, *options);
  arguments.flag("-r,--recursive", options->recursive, "folders with everything below them");
  declareResult(arguments, *options);
  arguments.flag("--accept-damaged", options->acceptDamaged, "take what can be decoded of damaged photos");
  arguments.value("--watch", "FOLDER", options->watch, "restore what appears there, until Ctrl+C");
  arguments.flag("--dry-run", options->dryRun, "say what would be done and write nothing");
  arguments.runs(chosen, [options](Context& context) {
    context.report.document["command"] = "restore";
    const RestorePlan plan = planRestore(*options, context.library);
    RestoreRun run(*options, plan, context);
    return options->watch.empty() ? run.given() : run.watched();
  });
}

}  // namespace heirloom::app
