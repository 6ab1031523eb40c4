#include "models/instantir/diffusion.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "models/common/error.h"
#include "models/common/plane_tiles.h"
#include "models/sdxl/stepper.h"

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

/// The first step that is run: below full strength the run begins later, from less noise.
int firstStep(int steps, double strength) {
  return steps - std::clamp(static_cast<int>(std::lround(steps * strength)), 1, steps);
}

/// The negative half first, or the prompt alone where nothing is guided.
at::Tensor halves(const at::Tensor& negative, const at::Tensor& positive, bool guided) {
  return guided ? at::cat({negative, positive}) : positive;
}

/// What the negative and the positive half of an output mean together.
at::Tensor guidedBy(const at::Tensor& output, double guidance) {
  if (output.size(0) == 1) return output;
  const at::Tensor negative = output.narrow(0, 0, 1), positive = output.narrow(0, 1, 1);
  return negative + guidance * (positive - negative);
}

/// SDXL alone: from the photo with noise, led by the words.
at::Tensor paint(InstantIrNetworks& networks, const InstantIrOptions& options, const DiffusionRun& run) {
  const NoiseSchedule schedule(networks.config().schedule);
  const std::unique_ptr<Stepper> stepper = makeStepper(options.stepper, schedule, options.steps);
  const std::vector<int>& steps = stepper->steps();
  const int first = firstStep(options.steps, options.strength), count = options.steps - first;
  const at::Device device = networks.placement().device;
  const auto draw = [&] { return run.noise->normal(run.latent.sizes()).to(device); };

  const std::int64_t factor = networks.config().vae.factor();
  const std::int64_t height = run.latent.size(2), width = run.latent.size(3);
  const std::int64_t side = run.tileSide > 0 ? run.tileSide / factor : std::max(height, width);
  const std::vector<PlaneTile> tiles = planeTiles(height, width, side, options.overlap / factor);

  const bool guided = options.guidance > 1;
  const std::int64_t batch = guided ? 2 : 1;
  UNet& unet = networks.unet();
  RunMemory memory;
  StopWatch watch(run.stopRequested);
  Pass pass;
  const double tall = static_cast<double>(tiles.front().height * factor),
               wide = static_cast<double>(tiles.front().width * factor);
  const at::Tensor sizes = at::tensor({tall, wide, 0.0, 0.0, tall, wide}, at::kFloat).to(device).expand({batch, 6});
  const at::Tensor times = at::tensor(std::vector<double>(steps.begin(), steps.end()), at::kFloat).to(device);
  pass.embeddings = unet->embeddings(times, halves(run.negative.pooled, run.prompt.pooled, guided), sizes);
  pass.text = halves(run.negative.tokens, run.prompt.tokens, guided);
  pass.memory = &memory;
  pass.watch = &watch;

  at::Tensor sample = schedule.noised(run.latent, draw(), steps[static_cast<std::size_t>(first)]);
  for (int index = first; index < options.steps; ++index) {
    pass.step = index;
    const at::Tensor output = mixed(tiles, [&](const PlaneTile& tile) {
      return guidedBy(unet->forward(tile.of(sample).repeat({batch, 1, 1, 1}), pass), options.guidance);
    });
    Stepped stepped = stepper->step(index, output, sample, draw);
    sample = stepped.previous;
    run.stepDone({index - first, count, sample, stepped.clean});
  }
  return sample;
}

}  // namespace

at::Tensor diffuse(InstantIrNetworks& networks, const InstantIrOptions& options, const DiffusionRun& run) {
  return paint(networks, options, run);
}

}  // namespace heirloom::models
