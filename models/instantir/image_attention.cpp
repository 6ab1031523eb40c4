#include "models/instantir/image_attention.h"

#include <torch/types.h>

#include <optional>

namespace heirloom::models {

TimeNormImpl::TimeNormImpl(int width, int embedding)
    : linear_(register_module("linear", AdaptableLinear(embedding, 2 * width))) {}

at::Tensor TimeNormImpl::normalised(const at::Tensor& x) {
  constexpr double kEpsilon = 1e-6;
  return at::layer_norm(x, {x.size(-1)}, {}, {}, kEpsilon);
}

at::Tensor TimeNormImpl::modulated(const at::Tensor& normal, const Pass& pass, const std::function<void()>& computing) {
  const at::Tensor both = pass.stepwise(*this, [&](const at::Tensor& embedding) {
    if (computing) computing();
    return linear_->forward(at::silu(embedding), pass.adapted);
  });
  const std::vector<at::Tensor> shiftAndScale = both.unsqueeze(1).chunk(2, -1);  // N 1 C each
  return normal * (1 + shiftAndScale[1]) + shiftAndScale[0];
}

ImageAttentionImpl::ImageAttentionImpl(int width, int heads, int tokenWidth, int embedding)
    : heads_(heads),
      to_k_ip_(register_module("to_k_ip", AdaptableLinear(tokenWidth, width, LinearOptions{.bias = false}))),
      to_v_ip_(register_module("to_v_ip", AdaptableLinear(tokenWidth, width, LinearOptions{.bias = false}))),
      ln_k_ip_(register_module("ln_k_ip", TimeNorm(width, embedding))),
      ln_v_ip_(register_module("ln_v_ip", TimeNorm(width, embedding))) {}

at::Tensor ImageAttentionImpl::attend(const at::Tensor& queries, const Pass& pass) {
  std::optional<Visit> visit;
  const auto computing = [&] {
    if (!visit) visit.emplace(pass, *this);
  };
  const std::vector<at::Tensor> seen =
      pass.once(*this, RunMemory::Kind::Image, /*depends=*/true, [&]() -> std::vector<at::Tensor> {
        computing();
        return {TimeNormImpl::normalised(to_k_ip_->forward(pass.image, pass.adapted)),
                TimeNormImpl::normalised(to_v_ip_->forward(pass.image, pass.adapted))};
      });
  const at::Tensor keys = ln_k_ip_->modulated(seen[0], pass, computing);
  const at::Tensor values = ln_v_ip_->modulated(seen[1], pass, computing);
  visit.reset();
  return at::scaled_dot_product_attention(queries, splitHeads(keys, heads_), splitHeads(values, heads_));
}

ImageAdapterImpl::ImageAdapterImpl(UNet unet, const UNetConfig& config) {
  const auto attentions = unet->attentions();
  for (std::size_t i = 0; i < attentions.size(); ++i) {
    CrossAttention cross = attentions[i].cross;
    if (!cross) continue;
    places_.push_back({std::to_string(i), attentions[i].path});
    const ImageAttention branch =
        register_module(places_.back().number,
                        ImageAttention(cross->width(), cross->heads(), config.textWidth, config.embeddingWidth()));
    cross->setBranch(branch.ptr());
  }
}

}  // namespace heirloom::models
