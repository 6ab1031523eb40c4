#include "core/engine/step.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/engine/tile_colours.h"
#include "core/engine/tile_network.h"
#include "core/engine/tiler.h"

namespace heirloom::core {
namespace {

// More tiles at once gain nothing and make a stop wait.
constexpr std::int64_t kLargestBatch = 8;

bool isConstant(const at::Tensor& pixels) {  // H W C: every channel is one value
  return at::equal(pixels.amin({0, 1}), pixels.amax({0, 1}));
}

Error nonsense(const std::string& family, const Message& fault) {
  return Error(fault.with(family), HEIRLOOM_TEXT("run.nonsense_remedy",
                                                 "the checkpoint may be damaged or made for other settings; try "
                                                 "precision float32 or another model"));
}

/// Throws unless `pixels` (H W C of the result) can be the restoration of `box`.
void requireSound(const at::Tensor& pixels, const Box& box, const TileColours& colours, const std::string& family) {
  const auto [low, high] = at::aminmax(pixels);
  if (!std::isfinite(low.item<float>()) || !std::isfinite(high.item<float>())) {
    throw nonsense(family, HEIRLOOM_TEXT("run.not_finite", "%1 computed values that are not numbers"));
  }
  // Cheap first: hardly any tile is constant in its first row.
  if (!isConstant(pixels.narrow(0, 0, 1)) || !isConstant(pixels)) return;
  if (!isConstant(colours.shown(box)[0].permute({1, 2, 0}))) {
    throw nonsense(family,
                   HEIRLOOM_TEXT("run.constant", "%1 computed one constant colour for a picture that is not constant"));
  }
}

}  // namespace

StepResult runStep(const StepRun& run) {
  const models::Descriptor network = run.network->describe(run.settings);
  const TileRules rules(network);
  const TileColours colours(run.source, run.colour, network.channels, network.scale, run.strength);
  Layout layout = run.source.layout();
  layout.width *= network.scale;
  layout.height *= network.scale;
  layout.type = resultType(layout.type);

  Progress state;
  state.stage = HEIRLOOM_TEXT("run.restoring", "restoring");
  std::int64_t atOnce = 1;
  const auto report = [&](double ofThisCall) {
    state.fraction = (state.tilesDone + ofThisCall * static_cast<double>(atOnce)) / state.tiles;
    run.progress(state);
  };
  TileNetwork tiles(run.network, run.settings, run.placement, run.options.memoryBudget, run.options.stop,
                    {.progress = [&](const Message&, double fraction) { report(fraction); }, .warning = run.warning});

  const TileLimit limit{run.options.tile, run.options.tile > 0 ? 0 : std::max<std::int64_t>(1, tiles.areaLimit())};
  const TilePlan plan(run.source.width(), run.source.height(), rules, limit);
  const std::int64_t tileArea = plan.tileWidth() * plan.tileHeight();
  const std::int64_t batch = std::clamp<std::int64_t>(tiles.areaLimit() / tileArea, 1, kLargestBatch);
  state.tiles = static_cast<int>(plan.count());

  run.sink.begin(layout);
  std::vector<float> buffer;
  TileAssembler assembler(plan, rules, [&](const Box& box, const at::Tensor& pixels) {
    requireSound(pixels, box, colours, network.family);
    const Box target{box.x * network.scale, box.y * network.scale, box.width * network.scale,
                     box.height * network.scale};
    run.sink.write(target, colours.finished(box, pixels, buffer));
    run.written(target);
  });

  report(0);
  const std::vector<std::size_t> order = plan.order(run.first);
  for (std::size_t begin = 0; begin < order.size(); begin += static_cast<std::size_t>(atOnce)) {
    atOnce = std::min<std::int64_t>(batch, static_cast<std::int64_t>(order.size() - begin));
    std::vector<at::Tensor> shown;
    for (std::int64_t i = 0; i < atOnce; ++i) shown.push_back(colours.shown(plan.input(order[begin + i])));
    const at::Tensor results = tiles.restore(atOnce == 1 ? shown.front() : at::cat(shown));
    shown.clear();
    for (std::int64_t i = 0; i < atOnce; ++i) {
      assembler.add(order[begin + i], results[i]);
      ++state.tilesDone;
    }
    report(0);
  }
  return {{tiles.device(),
           tiles.device().is_cpu() && !run.placement.device.is_cpu() ? at::kFloat : run.placement.precision},
          std::max(plan.tileWidth(), plan.tileHeight())};
}

}  // namespace heirloom::core
