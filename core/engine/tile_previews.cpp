#include "core/engine/tile_previews.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/engine/soundness.h"

namespace heirloom::core {
namespace {

Box shared(const Box& a, const Box& b) {
  Box both;
  both.x = std::max(a.x, b.x);
  both.y = std::max(a.y, b.y);
  both.width = std::min(a.x + a.width, b.x + b.width) - both.x;
  both.height = std::min(a.y + a.height, b.y + b.height) - both.y;
  return both;
}

}  // namespace

TilePreviews::TilePreviews(const TilePlan& plan, const TileColours& colours, const models::Descriptor& network,
                           std::function<void(const Preview&)> report)
    : plan_(plan), colours_(colours), family_(network.family), scale_(network.scale), report_(std::move(report)) {}

void TilePreviews::begin(std::vector<std::size_t> tiles, int number) {
  tiles_ = std::move(tiles);
  number_ = number;
  last_ = std::chrono::steady_clock::now();
}

void TilePreviews::show(const TileNetwork::Shown& shown) {
  const TileNetwork::Share& share = shown.share;
  const auto took = shown.took.value_or(std::chrono::steady_clock::now() - last_);
  for (std::int64_t i = 0; i < shown.pictures.size(0); ++i) {
    const auto place = static_cast<std::size_t>(share.first + i);
    const Box input = plan_.input(tiles_[place]);
    const Box computed{input.x + share.box.x, input.y + share.box.y, share.box.width, share.box.height};
    // A run goes on from one place only.
    const bool whole = plan_.count() == 1 && computed == input;
    showTile({.step = shown.step, .took = took, .change = shown.change, .kept = whole ? shown.kept : nullptr}, computed,
             place, shown.pictures.narrow(0, i, 1));
  }
  last_ = std::chrono::steady_clock::now();
}

void TilePreviews::showTile(Preview preview, const Box& computed, std::size_t place, const at::Tensor& picture) {
  // Only the tile's own part: beside it lie pixels of neighbours that may be finished.
  const Box own = shared(computed, plan_.own(tiles_[place]));
  if (own.width <= 0 || own.height <= 0) return;
  at::Tensor whole = picture.to(at::kCPU, at::kFloat);
  const std::vector<std::int64_t> size{computed.height * scale_, computed.width * scale_};
  if (whole.size(2) != size[0] || whole.size(3) != size[1])
    whole = at::_upsample_bilinear2d_aa(whole, size, /*align_corners=*/false);
  const at::Tensor pixels = whole[0]
                                .narrow(1, (own.y - computed.y) * scale_, own.height * scale_)
                                .narrow(2, (own.x - computed.x) * scale_, own.width * scale_)
                                .permute({1, 2, 0})
                                .clone(at::MemoryFormat::Contiguous);
  requireFinite(pixels, family_, preview.step + 1);
  preview.tile = number_ + static_cast<int>(place);
  preview.tiles = static_cast<int>(plan_.count());
  preview.leading = place == 0;
  preview.box = {own.x * scale_, own.y * scale_, own.width * scale_, own.height * scale_};
  preview.samples = colours_.finished(own, pixels, buffer_);
  report_(preview);
}

}  // namespace heirloom::core
