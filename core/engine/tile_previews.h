#pragma once

#include <torch/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "core/engine/run.h"
#include "core/engine/tile_colours.h"
#include "core/engine/tile_network.h"
#include "core/engine/tiler.h"

namespace heirloom::core {

/// Turns what a progressive network shows of its tiles into previews of the picture, each at its place.
class TilePreviews {
 public:
  /// `plan` and `colours` must outlive this.
  TilePreviews(const TilePlan& plan, const TileColours& colours, const models::Descriptor& network,
               std::function<void(const Preview&)> report);

  /// `tiles` (of the plan) go through the network next; `number`: of the first of them, in the order of work.
  void begin(std::vector<std::size_t> tiles, int number);

  /// Pictures of another size than the result's are resized to it. Throws Error when they hold what are no numbers.
  void show(const TileNetwork::Shown& shown);

 private:
  /// `preview`: what is known of it beside the picture.
  void showTile(Preview preview, const Box& computed, std::size_t place, const at::Tensor& picture);

  const TilePlan& plan_;
  const TileColours& colours_;
  const std::string family_;
  const std::int64_t scale_;
  const std::function<void(const Preview&)> report_;
  std::vector<std::size_t> tiles_;
  int number_ = 0;
  std::chrono::steady_clock::time_point last_;
  std::vector<float> buffer_;
};

}  // namespace heirloom::core
