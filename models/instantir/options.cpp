#include "models/instantir/options.h"

#include <tuple>

#include "models/instantir/prompts.h"

namespace heirloom::models {
namespace {

constexpr const char* kPrompt = "prompt";
constexpr const char* kNegativePrompt = "negative_prompt";
constexpr const char* kEmphasis = "emphasis";
constexpr const char* kLongPrompt = "long_prompt";
constexpr const char* kSteps = "steps";
constexpr const char* kScheduler = "scheduler";
constexpr const char* kGuidance = "guidance";
constexpr const char* kGuidanceRescale = "guidance_rescale";
constexpr const char* kPreviewStart = "preview_start";
constexpr const char* kCreativeStart = "creative_start";
constexpr const char* kAdaptive = "adaptive";
constexpr const char* kCondition = "condition";
constexpr const char* kThreshold = "adaptive_threshold";
constexpr const char* kEarlyStop = "early_stop";
constexpr const char* kStrength = "strength";
constexpr const char* kMinSide = "min_side";
constexpr const char* kMaxSide = "max_side";
constexpr const char* kWidth = "width";
constexpr const char* kHeight = "height";
constexpr const char* kPosterior = "posterior";
constexpr const char* kSize = "size";
constexpr const char* kOverlap = "overlap";
constexpr const char* kDetail = "detail";
constexpr const char* kPreviews = "previews";
constexpr const char* kSeed = "seed";
constexpr const char* kWeights = "weights";

constexpr std::int64_t kMostSteps = 1000;
constexpr std::int64_t kShortestSide = 64;
constexpr std::int64_t kLongestSide = 4096;
constexpr std::int64_t kHighestSeed = 2147483647;

RealRange fraction(double byDefault) {
  return {.minimum = 0, .maximum = 1, .byDefault = byDefault, .step = 0.05};
}

std::vector<Parameter> textParameters() {
  return {
      {kPrompt, HEIRLOOM_TEXT("setting.prompt", "Prompt"),
       HEIRLOOM_TEXT("setting.prompt.help", "What the photo shows, or how it should look, in English"), "",
       TextInput{kDefaultPrompt}},
      {kNegativePrompt, HEIRLOOM_TEXT("setting.negative_prompt", "Negative prompt"),
       HEIRLOOM_TEXT("setting.negative_prompt.help", "What the result should keep away from"), "",
       TextInput{kDefaultNegativePrompt}},
      {kEmphasis, HEIRLOOM_TEXT("setting.emphasis", "Brackets weigh words"),
       HEIRLOOM_TEXT(
           "setting.emphasis.help",
           "(word) counts more, [word] less, (word:1.3) as much as the number says; off: they are characters"),
       "", Toggle{false}, "true"},
      {kLongPrompt, HEIRLOOM_TEXT("setting.long_prompt", "A prompt of more than 75 tokens"),
       HEIRLOOM_TEXT("setting.long_prompt.help",
                     "refuse: say how many there are too many; chunk: read in several pieces; cut: what is too much is "
                     "left out, the published way"),
       "", Choice{{"refuse", "chunk", "cut"}, "cut"}, "refuse"},
  };
}

std::vector<Parameter> samplingParameters(bool restores) {
  // SDXL alone knows of the photo only what it starts from.
  const double strength = restores ? 1 : 0.4;
  return {
      {kSteps, HEIRLOOM_TEXT("setting.steps", "Steps"),
       HEIRLOOM_TEXT("setting.steps.help", "More take longer and follow the photo better"), "",
       IntegerRange{.minimum = 1, .maximum = kMostSteps, .byDefault = 30}},
      {kGuidance, HEIRLOOM_TEXT("setting.guidance", "Guidance"),
       HEIRLOOM_TEXT("setting.guidance.help", "How strictly the prompt is followed; 1: not at all, and twice as fast"),
       "", RealRange{.minimum = 1, .maximum = 20, .byDefault = 7, .step = 0.5}},
      {kGuidanceRescale, HEIRLOOM_TEXT("setting.guidance_rescale", "Restraint of the guidance"),
       HEIRLOOM_TEXT("setting.guidance_rescale.help",
                     "Takes back the glare and contrast that strong guidance brings; 0: not at all, 0.7 is usual"),
       "", fraction(0)},
      {kStrength, HEIRLOOM_TEXT("setting.denoising_strength", "Strength of the change"),
       HEIRLOOM_TEXT("setting.denoising_strength.help",
                     "The share of the steps that are run: below 1 the photo is kept to that extent"),
       "", RealRange{.minimum = 0.05, .maximum = 1, .byDefault = strength, .step = 0.05}},
  };
}

std::vector<Parameter> paintingParameters() {
  return {
      {kScheduler, HEIRLOOM_TEXT("setting.scheduler", "Way from noise to the picture"),
       HEIRLOOM_TEXT(
           "setting.scheduler.help",
           "ddpm: new noise in every step, the published way; ddim and dpm++: without, good with fewer steps; "
           "lcm: for models that were distilled to a few"),
       "", Choice{{"ddpm", "ddim", "dpm++", "lcm"}, "ddpm"}},
  };
}

std::vector<Parameter> restoringParameters() {
  return {
      {kPreviewStart, HEIRLOOM_TEXT("setting.preview_start", "Previews from"),
       HEIRLOOM_TEXT("setting.preview_start.help",
                     "The part of the run that goes by the photo alone; 0.1 to 0.4 is more faithful"),
       "", fraction(0)},
      {kCreativeStart, HEIRLOOM_TEXT("setting.creative_start", "Free rendering from"),
       HEIRLOOM_TEXT("setting.creative_start.help",
                     "From this part of the run on the photo no longer guides it, only the words; 1: never"),
       "", fraction(1)},
      {kAdaptive, HEIRLOOM_TEXT("setting.adaptive", "Adapt to the damage"),
       HEIRLOOM_TEXT("setting.adaptive.help",
                     "Weighs each step by how much the previews still change. compat: as the reference's code does; "
                     "stable: without its jumps"),
       "", Choice{{"off", "compat", "stable"}, "off"}},
      {kThreshold, HEIRLOOM_TEXT("setting.adaptive_threshold", "Least weight of a step"),
       HEIRLOOM_TEXT("setting.adaptive_threshold.help",
                     "Where the weight falls to it, previews and the photo's guidance pause; saves time"),
       "", fraction(0.1)},
      {kEarlyStop, HEIRLOOM_TEXT("setting.early_stop", "End when previews rest"),
       HEIRLOOM_TEXT("setting.early_stop.help",
                     "Once two previews in a row change by less than this the run ends with the picture of its last "
                     "step; 0: never"),
       "", RealRange{.minimum = 0, .maximum = 1, .byDefault = 0, .step = 0.001}},
      {kCondition, HEIRLOOM_TEXT("setting.condition", "Guidance by the photo"),
       HEIRLOOM_TEXT("setting.condition.help", "How strongly the photo holds the result; 0: not at all"), "",
       fraction(1)},
  };
}

std::vector<Parameter> photoParameters(bool tiny) {
  return {
      {kSize, HEIRLOOM_TEXT("setting.instantir.size", "Photos larger than the network"),
       HEIRLOOM_TEXT("setting.instantir.size.help",
                     "It works at about one megapixel. whole: the photo scaled to that and back, fast; tiles: "
                     "overlapping parts at full size, slow; auto: tiles on a GPU, whole on the processor; published: "
                     "scaled, and the result stays so"),
       "", Choice{{"published", "auto", "whole", "tiles"}, "published"}, "auto"},
      {kMinSide, HEIRLOOM_TEXT("setting.min_side", "Shorter side at least"),
       HEIRLOOM_TEXT("setting.min_side.help", "Smaller photos are enlarged for the network"), "px",
       IntegerRange{.minimum = kShortestSide, .maximum = kLongestSide, .byDefault = 768}},
      {kMaxSide, HEIRLOOM_TEXT("setting.max_side", "Longer side at most"),
       HEIRLOOM_TEXT("setting.max_side.help", "Larger photos are made smaller for the network"), "px",
       IntegerRange{.minimum = kShortestSide, .maximum = kLongestSide, .byDefault = 1024}},
      {kWidth, HEIRLOOM_TEXT("setting.width", "Width for the network"),
       HEIRLOOM_TEXT("setting.width.help", "0: by the height, or the photo's own"), "px",
       IntegerRange{.minimum = 0, .maximum = kLongestSide, .byDefault = 0}},
      {kHeight, HEIRLOOM_TEXT("setting.height", "Height for the network"),
       HEIRLOOM_TEXT("setting.height.help", "0: by the width, or the photo's own"), "px",
       IntegerRange{.minimum = 0, .maximum = kLongestSide, .byDefault = 0}},
      {kOverlap, HEIRLOOM_TEXT("setting.overlap", "Overlap of tiles"),
       HEIRLOOM_TEXT("setting.overlap.help", "More hides seams better and takes longer"), "px",
       IntegerRange{.minimum = 64, .maximum = 512, .byDefault = 256}},
      {kDetail, HEIRLOOM_TEXT("setting.instantir.detail", "Detail from the photo"),
       HEIRLOOM_TEXT("setting.instantir.detail.help",
                     "Brings back fine structure that the network's size cannot hold, and its fine faults"),
       "", fraction(0), "0.5"},
      {kPosterior, HEIRLOOM_TEXT("setting.posterior", "Latent of the photo"),
       HEIRLOOM_TEXT("setting.posterior.help", "mean: the most probable one; sampled: drawn, the published way"), "",
       Choice{{"mean", "sampled"}, "mean"}},
      {kPreviews, HEIRLOOM_TEXT("setting.preview_kind", "Pictures of the steps"),
       HEIRLOOM_TEXT("setting.preview_kind.help",
                     "fast: what the latent looks like, at once; taesd: nearly in full, by the small decoder where its "
                     "file is there; decoded: in full, takes about as long as a step"),
       "", Choice{{"off", "fast", "taesd", "decoded"}, "decoded"}, tiny ? "taesd" : "fast"},
      {kSeed, HEIRLOOM_TEXT("setting.seed", "Seed"),
       HEIRLOOM_TEXT("setting.noise_seed.help", "The same seed draws the same noise on the same processor"), "",
       IntegerRange{.minimum = 0, .maximum = kHighestSeed, .byDefault = 42}},
      {kWeights, HEIRLOOM_TEXT("setting.weights", "Networks in memory"),
       HEIRLOOM_TEXT(
           "setting.weights.help",
           "resident: all of them, fast; merged: the same, the previewer as one of its own; beside: the same, "
           "the previewer as corrections of the UNet; offloaded: encoders and autoencoder only while they "
           "work; streamed: block by block, for little memory; auto: what is free decides"),
       "", Choice{{"auto", "resident", "merged", "beside", "offloaded", "streamed"}, "auto"}},
  };
}

LongPrompt longPromptOf(const std::string& text) {
  if (text == "refuse") return LongPrompt::Refuse;
  return text == "chunk" ? LongPrompt::Chunk : LongPrompt::Cut;
}

Adaptive adaptiveOf(const std::string& text) {
  if (text == "compat") return Adaptive::Compat;
  return text == "stable" ? Adaptive::Stable : Adaptive::Off;
}

PreviewKind previewsOf(const std::string& text) {
  if (text == "fast") return PreviewKind::Fast;
  if (text == "taesd") return PreviewKind::Tiny;
  return text == "decoded" ? PreviewKind::Decoded : PreviewKind::Off;
}

WeightChoice weightsOf(const std::string& text) {
  if (text == "resident") return WeightChoice::Resident;
  if (text == "merged") return WeightChoice::Merged;
  if (text == "beside") return WeightChoice::Beside;
  if (text == "offloaded") return WeightChoice::Offloaded;
  return text == "streamed" ? WeightChoice::Streamed : WeightChoice::Automatic;
}

}  // namespace

std::vector<Parameter> instantIrParameters(bool restores, bool tiny) {
  std::vector<Parameter> all = textParameters();
  const auto add = [&](std::vector<Parameter> more) { all.insert(all.end(), more.begin(), more.end()); };
  add(samplingParameters(restores));
  add(restores ? restoringParameters() : paintingParameters());
  add(photoParameters(tiny));
  return all;
}

std::vector<std::string> settingsOfTheWay() {
  return {kSteps, kScheduler, kStrength, kSize, kMinSide, kMaxSide, kWidth, kHeight, kOverlap, kPosterior, kSeed};
}

bool sameWay(const InstantIrOptions& a, const InstantIrOptions& b) {
  const auto way = [](const InstantIrOptions& of) {
    return std::tie(of.sampler.steps, of.stepper, of.sampler.strength, of.photo, of.size, of.overlap,
                    of.samplesPosterior, of.seed);
  };
  return way(a) == way(b);
}

Settings withMode(Settings settings, PhotoMode mode) {
  settings.set(kSize, mode == PhotoMode::Published ? "published" : mode == PhotoMode::Whole ? "whole" : "tiles");
  return settings;
}

InstantIrOptions optionsOf(const Settings& settings) {
  InstantIrOptions options;
  options.prompt = settings.choice(kPrompt);
  options.negativePrompt = settings.choice(kNegativePrompt);
  options.prompts = {settings.toggle(kEmphasis), longPromptOf(settings.choice(kLongPrompt))};
  SamplerSettings& sampler = options.sampler;
  sampler.steps = static_cast<int>(settings.integer(kSteps));
  sampler.guidance = settings.real(kGuidance);
  sampler.guidanceRescale = settings.real(kGuidanceRescale);
  sampler.strength = settings.real(kStrength);
  if (settings.has(kScheduler)) options.stepper = stepperKindOf(settings.choice(kScheduler));
  if (settings.has(kAdaptive)) {
    sampler.previewStart = settings.real(kPreviewStart);
    sampler.creativeStart = settings.real(kCreativeStart);
    sampler.condition = settings.real(kCondition);
    sampler.adaptive = adaptiveOf(settings.choice(kAdaptive));
    sampler.threshold = settings.real(kThreshold);
    sampler.earlyStop = settings.real(kEarlyStop);
  }
  options.size.minSide = settings.integer(kMinSide);
  options.size.maxSide = settings.integer(kMaxSide);
  options.size.width = settings.integer(kWidth);
  options.size.height = settings.integer(kHeight);
  options.samplesPosterior = settings.choice(kPosterior) == "sampled";
  options.photo = settings.choice(kSize);
  options.overlap = settings.integer(kOverlap);
  options.detail = settings.real(kDetail);
  options.previews = previewsOf(settings.choice(kPreviews));
  options.seed = static_cast<std::uint64_t>(settings.integer(kSeed));
  options.weights = weightsOf(settings.choice(kWeights));
  return options;
}

}  // namespace heirloom::models
