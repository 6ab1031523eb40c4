#include "models/sdxl/embeddings.h"

#include <torch/types.h>

#include <cmath>

#include "models/sdxl/unet_config.h"

namespace heirloom::models {
namespace {

constexpr double kLongest = 10000;  // wave, in radians of the first one

LinearOptions inFloat32() {
  return {.outer = true};
}

}  // namespace

at::Tensor sinusoid(const at::Tensor& values, std::int64_t width) {
  const std::int64_t half = width / 2;
  const auto options = at::TensorOptions(values.device()).dtype(at::kFloat);
  const at::Tensor rates = (at::arange(half, options) * (-std::log(kLongest) / static_cast<double>(half))).exp();
  const at::Tensor angles = values.to(at::kFloat).unsqueeze(-1) * rates;
  return at::cat({angles.cos(), angles.sin()}, -1);
}

EmbeddingImpl::EmbeddingImpl(std::int64_t inputs, std::int64_t width)
    : linear_1_(register_module("linear_1", Linear(inputs, width, inFloat32()))),
      linear_2_(register_module("linear_2", Linear(width, width, inFloat32()))) {}

at::Tensor EmbeddingImpl::forward(const at::Tensor& x) {
  return linear_2_->forward(at::silu(linear_1_->forward(x)));
}

Conditions::Conditions(torch::nn::Module& owner, const UNetConfig& config)
    : timeWidth_(config.widths.front()),
      sizeWidth_(config.sizeEmbedding),
      pooledWidth_(config.pooledWidth()),
      time_embedding_(owner.register_module("time_embedding", Embedding(timeWidth_, config.embeddingWidth()))),
      add_embedding_(owner.register_module("add_embedding", Embedding(config.additionWidth, config.embeddingWidth()))) {
}

at::Tensor Conditions::embeddings(const at::Tensor& steps, const at::Tensor& pooled, const at::Tensor& sizes) {
  TORCH_CHECK(steps.dim() == 1 && pooled.dim() == 2 && pooled.size(1) == pooledWidth_ && sizes.dim() == 2 &&
                  sizes.size(0) == pooled.size(0) && sizes.size(1) == 6,
              "Conditions: expected S, N ", pooledWidth_, " and N 6, found ", steps.sizes(), ", ", pooled.sizes(),
              " and ", sizes.sizes());
  const at::Tensor time = time_embedding_->forward(sinusoid(steps, timeWidth_));  // S E
  const at::Tensor described = sinusoid(sizes, sizeWidth_).flatten(1);            // N 6W
  const at::Tensor added = add_embedding_->forward(at::cat({pooled.to(at::kFloat), described}, 1));
  return time.unsqueeze(1) + added.unsqueeze(0);
}

}  // namespace heirloom::models
