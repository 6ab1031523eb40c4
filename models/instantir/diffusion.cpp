#include "models/instantir/diffusion.h"

#include <torch/types.h>

#include <algorithm>
#include <utility>

#include "models/common/error.h"
#include "models/common/noise_ahead.h"
#include "models/common/plane_tiles.h"
#include "models/instantir/sampler.h"
#include "models/instantir/step_numbers.h"

namespace heirloom::models {
namespace {

/// Stops a run between the blocks of a network.
class StopWatch : public BlockWatch {
 public:
  explicit StopWatch(const std::function<bool()>& stopRequested) : stopRequested_(stopRequested) {}
  void enter(torch::nn::Module&) override {
    if (stopRequested_ && stopRequested_()) throw Stopped{};
  }
  void leave(torch::nn::Module&) noexcept override {}

 private:
  const std::function<bool()>& stopRequested_;
};

/// A latent as a batch of overlapping tiles, and back.
class Tiling {
 public:
  Tiling(const DiffusionRun& run, std::int64_t overlap, std::int64_t factor)
      : height_(run.latent.size(2)), width_(run.latent.size(3)), factor_(factor) {
    const std::int64_t side = run.tileSide > 0 ? run.tileSide / factor : std::max(height_, width_);
    tiles_ = planeTiles(height_, width_, side, overlap / factor);
    for (PlaneTile& tile : tiles_) tile.share = tile.share.to(run.latent.device());
  }

  std::int64_t count() const { return static_cast<std::int64_t>(tiles_.size()); }

  /// 1 C h w to B C h' w'.
  at::Tensor cut(const at::Tensor& plane) const {
    std::vector<at::Tensor> parts;
    for (const PlaneTile& tile : tiles_) parts.push_back(tile.of(plane));
    return at::cat(parts);
  }
  /// B C h' w' to 1 C h w.
  at::Tensor joined(const at::Tensor& parts) const {
    std::int64_t next = 0;
    return mixed(tiles_, [&](const PlaneTile&) { return parts.narrow(0, next++, 1); });
  }

  /// Of a tile.
  std::int64_t pixels() const { return tiles_.front().height * tiles_.front().width * factor_ * factor_; }

  std::vector<std::int64_t> planeShape(std::int64_t channels) const { return {1, channels, height_, width_}; }

  /// SDXL's description of a tile: its size, no crop, the same size wanted. Pixels.
  std::vector<int> sizes() const {
    const int tall = static_cast<int>(tiles_.front().height * factor_);
    const int wide = static_cast<int>(tiles_.front().width * factor_);
    return {tall, wide, 0, 0, tall, wide};
  }

 private:
  std::int64_t height_, width_, factor_;
  std::vector<PlaneTile> tiles_;
};

/// One noise for the whole plane, cut into its tiles.
class TiledNoise : public NoiseSource {
 public:
  TiledNoise(NoiseSource& noise, const Tiling& tiling) : noise_(noise), tiling_(tiling) {}
  at::Tensor normal(at::IntArrayRef shape) override { return tiling_.cut(noise_.normal(tiling_.planeShape(shape[1]))); }

 private:
  NoiseSource& noise_;
  const Tiling& tiling_;
};

/// Keeps what was drawn, so that a run can go on from one of its steps.
class KeptNoise : public NoiseSource {
 public:
  explicit KeptNoise(NoiseSource& noise) : noise_(noise) {}
  at::Tensor normal(at::IntArrayRef shape) override {
    if (next_ == draws_.size()) draws_.push_back(noise_.normal(shape));
    return draws_[next_++];
  }
  void rewind() { next_ = 0; }

 private:
  NoiseSource& noise_;
  std::vector<at::Tensor> draws_;
  std::size_t next_ = 0;
};

at::Tensor restored(SessionNetworks& networks, const InstantIrOptions& options, const DiffusionRun& run,
                    const Tiling& tiling) {
  const auto guide = [&](const TextConditioning& text, const at::Tensor& seen) {
    const auto forEach = [&](const at::Tensor& x) {
      std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), -1);
      shape.front() = tiling.count();
      return x.expand(shape);
    };
    return Guide{forEach(text.tokens), forEach(text.pooled), forEach(seen)};
  };
  const int first = firstStep(options.sampler), count = options.sampler.steps - first;
  StopWatch watch(run.stopRequested);
  SamplerEvents events;
  if (tiling.count() > 1) {
    events.together = [&](const at::Tensor& samples) { return tiling.cut(tiling.joined(samples)); };
  }
  std::shared_ptr<const SamplerState> reached = run.from;
  events.stepDone = [&](const StepReport& step) {
    run.stepDone({step.index - first, count, tiling.joined(step.state->sample), tiling.joined(step.clean),
                  step.preview.defined() ? tiling.joined(step.preview) : at::Tensor(), step.change, step.state,
                  step.requireNumbers});
    reached = step.state;
  };
  const auto seen =
      networks.withRoom([&] { return std::pair(networks.seenIn(run.picture), networks.seenInNothing()); });
  networks.offload();
  TiledNoise tiled(*run.noise, tiling);
  KeptNoise noise(tiled);
  // Where memory runs out the run goes on from the last step that was told, first without recordings, then with fewer
  // tiles at once.
  std::int64_t most = tiling.count();
  bool records = true, began = false;
  if (run.reads) run.reads();
  const auto withTilesAtOnce = [&]() -> at::Tensor {
    while (true) {
      // Nobody may have asked yet.
      if (reached) requireNumbers(reached->sample, reached->next - 1, options.sampler.steps, first);
      noise.rewind();
      SamplerSettings settings = options.sampler;
      InstantIrNetworks& restorers = networks.restorers();
      settings.atOnce =
          static_cast<int>(std::clamp<std::int64_t>(networks.picturesThatFit(tiling.pixels(), most), 1, most));
      events.watch = &networks.watch(watch);
      const std::shared_ptr<RecordedPasses> passes = records ? networks.passes() : nullptr;
      events.passes = passes.get();
      if (!std::exchange(began, true) && run.begins) run.begins();
      try {
        return InstantIrSampler(restorers, NoiseSchedule(networks.config().schedule), settings)
            .run(tiling.cut(run.latent), guide(run.prompt, seen.first), guide(run.negative, seen.second),
                 tiling.sizes(), noise, events, reached.get());
      } catch (const std::exception& error) {
        if (!isOutOfMemory(error)) throw;
        if (std::exchange(records, false) && passes) {
          passes->graphs().clear();
          continue;
        }
        if (settings.atOnce == 1) throw;
        most = settings.atOnce / 2;
      }
    }
  };
  return tiling.joined(networks.withRoom(withTilesAtOnce));
}

/// By SDXL alone: from the photo with noise, led by the words.
at::Tensor painted(SessionNetworks& networks, const InstantIrOptions& options, const DiffusionRun& run,
                   const Tiling& tiling) {
  const SamplerSettings& settings = options.sampler;
  const NoiseSchedule schedule(networks.config().schedule);
  const std::unique_ptr<Stepper> stepper = makeStepper(options.stepper, schedule, settings.steps);
  const int first = firstStep(settings), count = settings.steps - first;
  const at::Device device = networks.placement().device;
  NoiseAhead noise(*run.noise, run.latent.sizes().vec(), device, 1 + stepper->drawsFrom(first));
  int draws = 0;
  const auto draw = [&] {
    ++draws;
    return noise.next();
  };

  const bool guided = settings.guidance > 1;
  const std::int64_t batch = guided ? 2 : 1;
  const auto halves = [&](const at::Tensor& negative, const at::Tensor& positive) {
    return guided ? at::cat({negative, positive}) : positive;
  };
  RunMemory own;
  std::shared_ptr<RecordedPasses> passes;
  StopWatch watch(run.stopRequested);
  Pass pass;
  const auto numbers = at::TensorOptions(device).dtype(at::kFloat);
  if (run.reads) run.reads();
  pass.embeddings = networks.withRoom([&] {
    return networks.painter()->embeddings(at::tensor(stepper->steps(), at::kInt).to(numbers),
                                          halves(run.negative.pooled, run.prompt.pooled),
                                          at::tensor(tiling.sizes(), at::kInt).to(numbers).expand({batch, -1}));
  });
  pass.text = halves(run.negative.tokens, run.prompt.tokens);
  const at::Tensor stepIndices = at::arange(settings.steps, numbers.dtype(at::kLong));
  const auto begin = [&] {
    own = RunMemory();
    passes = networks.passes();
    if (passes) passes->begin({batch, std::ssize(stepper->steps()), pass.text.size(1)});
    pass.memory = passes ? &passes->memoryOf(0) : &own;
  };
  begin();
  WeightPolicy remembered = networks.policy();
  const auto predicted = [&](const at::Tensor& tile) {
    const at::Tensor output = networks.withRoom([&] {
      UNet& unet = networks.painter();
      // What is kept is kept by layer, and these are others once memory ran out.
      if (std::exchange(remembered, networks.policy()) != networks.policy()) begin();
      pass.watch = &networks.watch(watch);
      if (!passes) return unet->forward(halves(tile, tile), pass);
      const auto call = [pass, unet](const Tensors& given) mutable -> Tensors {
        pass.stepIndex = given[0];
        return {unet->forward(given[1], pass)};
      };
      return passes->graphs().call(0, call, {stepIndices.narrow(0, pass.step, 1), halves(tile, tile)}).front();
    });
    return guided ? withGuidance(output, settings) : output;
  };

  SamplerState state;
  state.next = first;
  if (run.from) {
    state = movedTo(*run.from, settings, device);
    const bool ours = state.clean.defined() && state.sample.sizes() == run.latent.sizes();
    if (!ours || state.next > settings.steps) throw stepOfAnotherRun();
    for (; draws < state.draws; ++draws) noise.skip();
    stepper->follow(state.next, state.clean);
  } else {
    const at::Tensor initial = draw();
    state.sample = count == 0 ? run.latent
                              : schedule.noised(run.latent, initial, stepper->steps()[static_cast<std::size_t>(first)]);
  }
  StepNumbers sound(settings.steps, first);
  if (run.begins) run.begins();
  while (state.next < settings.steps) {
    const int index = state.next;
    pass.step = index;
    std::vector<at::Tensor> outputs;
    for (const at::Tensor& tile : tiling.cut(state.sample).split(1)) outputs.push_back(predicted(tile));
    const Stepped stepped = stepper->step(index, tiling.joined(at::cat(outputs)), state.sample, draw);
    state.sample = stepped.previous;
    state.clean = stepped.clean;
    state.draws = draws;
    ++state.next;
    sound.add(state.sample, index);
    const DiffusionStep done{.index = index - first,
                             .count = count,
                             .sample = state.sample,
                             .clean = state.clean,
                             .preview = {},
                             .change = {},
                             .state = std::make_shared<const SamplerState>(state),
                             .requireNumbers = [&sound] { sound.require(); }};
    networks.withRoom([&] { run.stepDone(done); });
  }
  sound.require();
  return state.sample;
}

}  // namespace

at::Tensor diffuse(SessionNetworks& networks, const InstantIrOptions& options, const DiffusionRun& run) {
  const Tiling tiling(run, options.overlap, networks.config().vae.factor());
  return networks.config().restoring ? restored(networks, options, run, tiling)
                                     : painted(networks, options, run, tiling);
}

}  // namespace heirloom::models
