#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/sdxl/unet.h"
#include "models/sdxl/weight_stream.h"

namespace heirloom::models {

/// LayerNorm over the last dimension without weights, epsilon 1e-6, then what the time step says: x (1 + scale) + shift
/// with (shift, scale) = linear(SiLU(embedding)) (adaptive layer norm, Peebles & Xie 2023; instantir.md 2.7).
class TimeNormImpl : public torch::nn::Module {
 public:
  TimeNormImpl(int width, int embedding);

  /// The part that no step changes.
  static at::Tensor normalised(const at::Tensor& x);
  /// What this pass's step does to it: `normal` N Q C. `computing`: told before the layer itself is asked.
  at::Tensor modulated(const at::Tensor& normal, const Pass& pass, const std::function<void()>& computing = {});

 private:
  AdaptableLinear linear_;
};
TORCH_MODULE(TimeNorm);

/// What a cross-attention sees of the picture: keys and values of the resampler's tokens, normalised by the time step.
/// Its weights are wanted only for what the run's memory does not know yet: in the first pass of a run.
class ImageAttentionImpl : public torch::nn::Module, public AttentionBranch, public StreamedPart {
 public:
  /// `width` and `heads` of the attention, `tokenWidth` of the tokens.
  ImageAttentionImpl(int width, int heads, int tokenWidth, int embedding);
  at::Tensor attend(const at::Tensor& queries, const Pass& pass) override;

 private:
  int heads_;
  AdaptableLinear to_k_ip_, to_v_ip_;
  TimeNorm ln_k_ip_, ln_v_ip_;
};
TORCH_MODULE(ImageAttention);

/// The branches of all cross-attentions of a UNet, named by their number in its order of registration: "ip_adapter" of
/// adapter.pt. Making one sets the branches.
class ImageAdapterImpl : public torch::nn::Module {
 public:
  ImageAdapterImpl(UNet unet, const UNetConfig& config);

  /// The UNet's path of the attention that a number belongs to: "1" ->
  /// "down_blocks.1.attentions.0.transformer_blocks.0.attn2".
  struct Place {
    std::string number;
    std::string path;
  };
  const std::vector<Place>& places() const { return places_; }

 private:
  std::vector<Place> places_;
};
TORCH_MODULE(ImageAdapter);

}  // namespace heirloom::models
