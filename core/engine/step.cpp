#include "core/engine/step.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <optional>

#include "core/engine/soundness.h"
#include "core/engine/tile_colours.h"
#include "core/engine/tile_network.h"
#include "core/engine/tile_previews.h"
#include "core/engine/tiler.h"

namespace heirloom::core {
namespace {

// More tiles at once gain nothing and make a stop wait.
constexpr std::int64_t kLargestBatch = 8;

}  // namespace

StepResult runStep(const StepRun& run) {
  const models::Descriptor network = run.network->describe(run.settings);
  const TileRules rules(network);
  const TileColours colours(run.source, run.colour, network.channels, network.scale, run.strength, run.mask);
  Layout layout = run.source.layout();
  layout.width *= network.scale;
  layout.height *= network.scale;
  layout.type = resultType(layout.type);

  Progress state;
  state.stage = run.options.onlyPicture ? HEIRLOOM_TEXT("run.picture", "making the picture of the step")
                                        : HEIRLOOM_TEXT("run.restoring", "restoring");
  std::int64_t atOnce = 1;
  const auto report = [&](double ofThisCall) {
    state.fraction = (state.tilesDone + ofThisCall * static_cast<double>(atOnce)) / state.tiles;
    run.progress(state);
  };
  std::optional<TilePreviews> previews;  // once it is known how the picture is cut
  TileNetwork::Listener listener{.progress =
                                     [&](const Message& stage, double fraction) {
                                       if (!stage.empty()) state.stage = stage;
                                       report(fraction);
                                     },
                                 .warning = run.warning,
                                 .placed =
                                     [&](const at::Device& device, const Message& weights) {
                                       state.device = device.str();
                                       state.weights = weights;
                                     }};
  if (run.preview) {
    listener.preview = [&](const TileNetwork::Shown& shown) { previews->show(shown); };
  }
  TileNetwork tiles(run.network, run.settings, run.placement, run.options.memoryBudget, run.options.stop,
                    std::move(listener), run.options.from, run.options.onlyPicture);
  tiles.begin({run.source.width(), run.source.height(), [&](const Box& box) { return colours.shown(box); }});

  const TileLimit limit{run.options.tile, run.options.tile > 0 ? 0 : std::max<std::int64_t>(1, tiles.areaLimit())};
  const TilePlan plan(run.source.width(), run.source.height(), rules, limit);
  const std::int64_t tileArea = plan.tileWidth() * plan.tileHeight();
  const std::int64_t batch = std::clamp<std::int64_t>(tiles.areaLimit() / tileArea, 1, kLargestBatch);
  state.tiles = static_cast<int>(plan.count());
  previews.emplace(plan, colours, network, run.preview);

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
    std::vector<Box> boxes;
    std::vector<at::Tensor> shown;
    for (std::int64_t i = 0; i < atOnce; ++i) {
      boxes.push_back(plan.input(order[begin + i]));
      shown.push_back(colours.shown(boxes.back()));
    }
    const auto first = order.begin() + static_cast<std::ptrdiff_t>(begin);
    previews->begin({first, first + atOnce}, state.tilesDone);
    const at::Tensor results = tiles.restore(atOnce == 1 ? shown.front() : at::cat(shown), std::move(boxes));
    shown.clear();
    for (std::int64_t i = 0; i < atOnce; ++i) {
      assembler.add(order[begin + i], results[i]);
      ++state.tilesDone;
    }
    report(0);
  }
  return {{tiles.device(),
           tiles.device().is_cpu() && !run.placement.device.is_cpu() ? at::kFloat : run.placement.precision},
          std::max(plan.tileWidth(), plan.tileHeight()),
          plan.count() == 1 ? tiles.changes() : std::vector<double>{},
          state.weights};
}

}  // namespace heirloom::core
