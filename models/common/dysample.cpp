#include "models/common/dysample.h"

#include <torch/types.h>

namespace heirloom::models {
namespace {

constexpr double kReach = 0.5;  // of the offsets, in pixels, before they are scaled by their scope
constexpr std::int64_t kBilinear = 0;
constexpr std::int64_t kBorder = 1;  // padding: the nearest pixel

}  // namespace

DySampleImpl::DySampleImpl(int in, int out, int scale, int groups)
    : scale_(scale),
      groups_(groups),
      offset_(pointwise(in, 2 * groups * scale * scale, {.outer = true})),
      scope_(pointwise(in, 2 * groups * scale * scale, {.bias = false, .outer = true})),
      init_pos_(at::empty({1, 2 * groups * scale * scale, 1, 1})) {
  if (scale != 1) end_conv_ = register_module("end_conv", Convolution(pointwise(in, out, {.outer = true})));
  register_module("offset", offset_);
  register_module("scope", scope_);
  init_pos_ = register_buffer("init_pos", init_pos_);
}

at::Tensor DySampleImpl::forward(const at::Tensor& x) {
  const auto n = x.size(0), h = x.size(2), w = x.size(3);
  const at::Tensor offsets = (offset_->forward(x) * scope_->forward(x).sigmoid() * kReach + init_pos_)
                                 .contiguous()
                                 .view({n, 2, -1, h, w});  // x before y
  const auto centres = [&](std::int64_t length) { return at::arange(length, x.options()) + 0.5; };
  const at::Tensor across = (centres(w).view({1, 1, 1, w}) + offsets.select(1, 0)) * 2 / w - 1;
  const at::Tensor down = (centres(h).view({1, 1, h, 1}) + offsets.select(1, 1)) * 2 / h - 1;
  const at::Tensor grid = at::pixel_shuffle(at::stack({across, down}, 1).flatten(1, 2), scale_)
                              .view({n, 2, groups_, h * scale_, w * scale_})
                              .permute({0, 2, 3, 4, 1})
                              .flatten(0, 1)
                              .contiguous();  // n groups, H*scale, W*scale, 2
  const at::Tensor sampled = at::grid_sampler(x.contiguous().view({n * groups_, -1, h, w}), grid, kBilinear, kBorder,
                                              /*align_corners=*/false)
                                 .view({n, -1, h * scale_, w * scale_});
  return end_conv_ ? end_conv_->forward(sampled) : sampled;
}

}  // namespace heirloom::models
