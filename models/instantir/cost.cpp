#include "models/instantir/cost.h"

#include "models/common/plane_tiles.h"

namespace heirloom::models {
namespace {

constexpr int kTransformHidden = 128;  // channels inside a feature transform

/// One map of one picture going through the blocks of a network.
class Walk {
 public:
  Walk(const InstantIrConfig& config, const CostedRun& run, double rank, bool looks)
      : config_(config), run_(run), rank_(rank), looks_(looks) {}

  double sum() const { return sum_; }

  void convolution(double in, double out, double kernel, double pixels, bool adaptable = true) {
    const double taps = kernel * kernel;
    sum_ += pixels * in * out * taps;
    if (adaptable) sum_ += pixels * rank_ * (in * taps + out);
  }
  void linear(double in, double out, double rows) { sum_ += rows * (in * out + rank_ * (in + out)); }
  void attention(double width, double queries, double keys) { sum_ += 2 * width * queries * keys; }

  void resBlock(double in, double out, double pixels) {
    convolution(in, out, 3, pixels);
    convolution(out, out, 3, pixels);
    if (in != out) convolution(in, out, 1, pixels);
  }

  void transformer(int level, double pixels) {
    const auto at = static_cast<std::size_t>(level);
    const double width = config_.unet.widths[at];
    if (config_.unet.depths[at] == 0) return;
    linear(width, width, pixels);
    for (int i = 0; i < config_.unet.depths[at]; ++i) {
      for (int layer = 0; layer < 4; ++layer) linear(width, width, pixels);
      attention(width, pixels, pixels);
      if (looks_) {
        linear(width, width, pixels);
        attention(width, pixels, static_cast<double>(run_.textTokens));
        attention(width, pixels, config_.resampler.queries);
        linear(width, width, pixels);
      }
      linear(width, 8 * width, pixels);
      linear(4 * width, width, pixels);
    }
    linear(width, width, pixels);
  }

  void wayDown(double pixels) {
    const UNetConfig& unet = config_.unet;
    int in = unet.widths.front();
    for (int level = 0; level < unet.levels(); ++level) {
      const int out = unet.widths[static_cast<std::size_t>(level)];
      for (int i = 0; i < unet.blocks; ++i) {
        resBlock(in, out, pixels);
        transformer(level, pixels);
        in = out;
      }
      if (level + 1 < unet.levels()) convolution(out, out, 3, pixels /= 4);
    }
    resBlock(in, in, pixels);
    transformer(unet.levels() - 1, pixels);
    resBlock(in, in, pixels);
  }

  void wayUp(double pixels) {
    const UNetConfig& unet = config_.unet;
    std::vector<int> skips = skipWidths(unet);
    int in = unet.widths.back();
    pixels /= unet.sideMultiple() * unet.sideMultiple();
    for (int level = unet.levels() - 1; level >= 0; --level) {
      const int out = unet.widths[static_cast<std::size_t>(level)];
      for (int i = 0; i <= unet.blocks; ++i) {
        resBlock(in + skips.back(), out, pixels);
        skips.pop_back();
        transformer(level, pixels);
        in = out;
      }
      if (level > 0) convolution(out, out, 3, pixels *= 4);
    }
  }

 private:
  const InstantIrConfig& config_;
  const CostedRun& run_;
  double rank_;
  bool looks_;
  double sum_ = 0;
};

double unetCost(const InstantIrConfig& config, const CostedRun& run, double rank) {
  const auto pixels = static_cast<double>(run.height * run.width);
  Walk walk(config, run, rank, /*looks=*/true);
  walk.convolution(config.unet.inChannels, config.unet.widths.front(), 3, pixels, false);
  walk.wayDown(pixels);
  walk.wayUp(pixels);
  walk.convolution(config.unet.widths.front(), config.unet.outChannels, 3, pixels, false);
  return walk.sum();
}

double aggregatorCost(const InstantIrConfig& config, const CostedRun& run) {
  const auto pixels = static_cast<double>(run.height * run.width);
  Walk walk(config, run, 0, /*looks=*/false);
  walk.convolution(config.unet.inChannels, config.unet.widths.front(), 3, 2 * pixels);
  walk.wayDown(2 * pixels);
  const auto head = [&](double width, double area) {
    walk.convolution(width, kTransformHidden, 3, area);
    walk.convolution(kTransformHidden, width, 3, area);
    walk.convolution(kTransformHidden, width, 3, area);
    walk.convolution(width, width, 1, area);
  };
  const std::vector<int> skips = skipWidths(config.unet);
  double area = pixels;
  const auto each = static_cast<std::size_t>(config.unet.blocks + 1);
  for (std::size_t i = 0; i < skips.size(); ++i) {
    if (i > 0 && i % each == 0) area /= 4;  // the downsampler's own result is the first of the next level
    head(skips[i], area);
  }
  head(config.unet.widths.back(), area);
  return walk.sum();
}

/// Of one picture's half: tokens, keys and values of the picture; and of all steps the projections of residual blocks
/// and time norms.
double preparation(const InstantIrConfig& config, const CostedRun& run, double steps, double rank) {
  const UNetConfig& unet = config.unet;
  const ResamplerConfig& resampler = config.resampler;
  Walk walk(config, run, rank, true);
  const auto seen = static_cast<double>(run.pictureTokens), queries = static_cast<double>(resampler.queries);
  const double inner = resampler.heads * resampler.headWidth;
  walk.linear(resampler.inputs, resampler.width, seen);
  for (int i = 0; i < resampler.depth; ++i) {
    walk.linear(resampler.width, inner, queries);
    walk.linear(resampler.width, 2 * inner, seen + queries);
    walk.attention(inner, queries, seen + queries);
    walk.linear(inner, resampler.width, queries);
  }
  walk.linear(resampler.width, resampler.outputs, queries);
  Walk plain(config, run, 0, true);
  for (int i = 0; i < resampler.depth; ++i) {
    plain.linear(resampler.width, resampler.multiplier * resampler.width, queries);
    plain.linear(resampler.multiplier * resampler.width, resampler.width, queries);
  }
  const auto block = [&](int level, int count) {
    const auto at = static_cast<std::size_t>(level);
    for (int i = 0; i < count * unet.depths[at]; ++i) {
      for (int layer = 0; layer < 2; ++layer) {
        walk.linear(resampler.outputs, unet.widths[at], queries);
        walk.linear(unet.embeddingWidth(), 2 * unet.widths[at], steps);
      }
    }
    for (int i = 0; i < count; ++i) walk.linear(unet.embeddingWidth(), unet.widths[at], steps);
  };
  for (int level = 0; level < unet.levels(); ++level) block(level, 2 * unet.blocks + 1);
  block(unet.levels() - 1, 1);
  walk.linear(unet.embeddingWidth(), unet.widths.back(), steps);  // the middle's second residual block
  return walk.sum() + plain.sum();
}

/// Keys and values of the text, and the aggregator's projections: the previewer shares them.
double sharedPreparation(const InstantIrConfig& config, const CostedRun& run) {
  const UNetConfig& unet = config.unet;
  double sum = 0;
  const auto text = [&](int level, int count) {
    const auto at = static_cast<std::size_t>(level);
    sum += count * unet.depths[at] * 2.0 * static_cast<double>(run.textTokens) * unet.textWidth * unet.widths[at];
  };
  for (int level = 0; level < unet.levels(); ++level) text(level, 2 * unet.blocks + 1);
  text(unet.levels() - 1, 1);
  return sum;
}

double aggregatorPreparation(const InstantIrConfig& config, double steps) {
  const UNetConfig& unet = config.unet;
  double widths = 2.0 * unet.widths.back();
  for (const int width : unet.widths) widths += static_cast<double>(unet.blocks) * width;
  return steps * unet.embeddingWidth() * widths;
}

/// The two-layer embeddings of one network: of every step's time, and of sizes and pooled text.
double embeddings(const InstantIrConfig& config, double steps, double halves) {
  const UNetConfig& unet = config.unet;
  const double width = unet.embeddingWidth();
  return steps * (unet.widths.front() + width) * width + halves * (unet.additionWidth + width) * width;
}

}  // namespace

InstantIrCost costOf(const InstantIrConfig& config, const SamplerSettings& settings, const CostedRun& run) {
  const double halves = settings.guidance > 1 ? 2 : 1, steps = settings.steps;
  const auto rank = static_cast<double>(run.rank);
  InstantIrCost cost;
  cost.main = halves * unetCost(config, run, 0);
  cost.preview = halves * unetCost(config, run, rank);
  cost.aggregator = halves * aggregatorCost(config, run);
  bool previews = false, conditions = false;
  const std::vector<Gate> gates = gatesOf(settings);
  for (int i = firstStep(settings); i < settings.steps; ++i) {
    const Gate& gate = gates[static_cast<std::size_t>(i)];
    cost.total += cost.main;
    if (!gate.conditions || settings.condition <= settings.threshold) continue;
    conditions = true;
    cost.total += cost.aggregator;
    if (!gate.previews) continue;
    previews = true;
    cost.total += cost.preview;
  }
  cost.once = halves * (preparation(config, run, steps, 0) + sharedPreparation(config, run));
  cost.once += 2 * embeddings(config, steps, halves);
  if (conditions) cost.once += halves * aggregatorPreparation(config, steps);
  if (previews) {
    cost.once += halves * preparation(config, run, steps, rank);
    // A second network does not know what the first one made of the text.
    if (run.rank == 0) cost.once += halves * sharedPreparation(config, run) + embeddings(config, steps, halves);
  }
  cost.total += cost.once;
  return cost;
}

VaeCost costOf(const SdxlVaeConfig& config, double pixels) {
  const auto resBlock = [](double in, double out) { return 9 * out * (in + out) + (in == out ? 0 : in * out); };
  const double last = config.channels.back(), factor = config.factor(), latents = pixels / (factor * factor);
  const double middle = latents * (2 * resBlock(last, last) + 4 * last * last + 2 * last * latents);
  VaeCost cost;
  double area = pixels, in = config.channels.front();
  cost.encoder = 9 * 3 * in * pixels + middle + 9 * last * 2 * config.latent * latents;
  for (std::size_t i = 0; i < config.channels.size(); ++i) {
    const double out = config.channels[i];
    cost.encoder += area * (resBlock(in, out) + (config.blocks - 1) * resBlock(out, out));
    if (i + 1 < config.channels.size()) cost.encoder += 9 * out * out * (area /= 4);
    in = out;
  }
  cost.decoder = 9 * config.latent * last * latents + middle + 9 * 3 * config.channels.front() * pixels;
  area = latents, in = last;
  for (std::size_t i = config.channels.size(); i-- > 0;) {
    const double out = config.channels[i];
    cost.decoder += area * (resBlock(in, out) + config.blocks * resBlock(out, out));
    if (i > 0) cost.decoder += 9 * out * out * (area *= 4);
    in = out;
  }
  return cost;
}

double photoCost(const DiffusionConfig& config, const InstantIrOptions& options, const PhotoPlan& plan) {
  const std::int64_t factor = config.vae.factor(), side = std::max(plan.seen.height, plan.seen.width);
  const std::vector<PlaneTile> tiles =
      planeTiles(plan.seen.height / factor, plan.seen.width / factor,
                 (plan.tileSide > 0 ? plan.tileSide : side) / factor, options.overlap / factor);
  SamplerSettings sampler = options.sampler;
  InstantIrConfig networks{config.unet, {}};
  CostedRun run{.height = tiles.front().height, .width = tiles.front().width};
  if (config.restoring) {
    networks.resampler = config.restoring->resampler;
  } else {
    sampler.creativeStart = 0;
    networks.resampler.depth = networks.resampler.queries = 0;
    run.pictureTokens = 0;
  }
  const double pixels = static_cast<double>(plan.atOnce()), count = static_cast<double>(tiles.size());
  const VaeCost vae = costOf(config.vae, pixels);
  const double steps = sampler.steps - firstStep(sampler);
  double pictures = options.previews == PreviewKind::Decoded ? steps * vae.decoder : 0;
  if (options.previews == PreviewKind::Tiny && config.tiny) pictures = steps * tinyDecoderCost(*config.tiny, pixels);
  return count * (costOf(networks, sampler, run).total + vae.encoder + vae.decoder + pictures);
}

}  // namespace heirloom::models
