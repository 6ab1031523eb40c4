#pragma once

#include <vector>

#include "models/instantir/resampler_config.h"
#include "models/sdxl/low_rank.h"
#include "models/sdxl/weight_stream.h"

namespace heirloom::models {

/// Learned queries look at the picture's tokens and at each other.
class ResamplerAttentionImpl : public torch::nn::Module {
 public:
  explicit ResamplerAttentionImpl(const ResamplerConfig& config);
  /// `seen`: N T W, `queries`: N Q W; what is added to the queries.
  at::Tensor forward(const at::Tensor& seen, const at::Tensor& queries, bool adapted);

 private:
  int heads_;
  LayerNorm norm1_, norm2_;
  AdaptableLinear to_q_, to_kv_, to_out_;
};
TORCH_MODULE(ResamplerAttention);

/// A picture's tokens as a fixed number of tokens that attention can look at beside text: "image_proj" of adapter.pt
/// (Perceiver resampler as in IP-Adapter plus, Ye et al. 2023; instantir.md 2.4). Where its weights are streamed, the
/// caller visits it.
class ResamplerImpl : public torch::nn::Module, public StreamedPart {
 public:
  explicit ResamplerImpl(const ResamplerConfig& config);
  /// `picture`: N T inputs, DINOv2's last hidden state. Returns N queries outputs.
  at::Tensor forward(const at::Tensor& picture, bool adapted);

 private:
  struct Level {
    ResamplerAttention attention{nullptr};
    Linear widen{nullptr}, narrow{nullptr};
  };
  ResamplerConfig config_;
  at::Tensor latents_;
  AdaptableLinear proj_in_, proj_out_;
  LayerNorm norm_out_;
  std::vector<Level> levels_;
};
TORCH_MODULE(Resampler);

}  // namespace heirloom::models
