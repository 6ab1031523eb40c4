#pragma once

#include <vector>

#include "models/common/linear.h"
#include "models/restorevar/config.h"

namespace heirloom::models {

/// Attention of the refiner, to its own tokens or to others: softmax(q k / sqrt(D)) v.
class RefinerLayerImpl : public torch::nn::Module {
 public:
  explicit RefinerLayerImpl(const RefinerConfig& config);
  /// `t`: float32 N L W; `memory`: float32 N M W, before its norm.
  at::Tensor forward(const at::Tensor& t, const at::Tensor& memory);

 private:
  at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) const;  // N L W each

  int heads_;
  LayerNorm norm_;
  Linear to_qkv_, to_out_;
  LayerNorm ffnNorm_;
  Linear fc1_, fc2_;
  LayerNorm norm_q_, norm_kv_;
  Linear to_q_, to_kv_, crossOut_;
};
TORCH_MODULE(RefinerLayer);

/// The latent refinement transformer: corrects the sum of codes, continuously, from what VAR's last block said of every
/// token. Positions are learned, attention is the ordinary one.
class LatentRefinerImpl : public torch::nn::Module {
 public:
  /// `latentTokens` of width `latent`, `memoryTokens` of width `memory`.
  LatentRefinerImpl(const RefinerConfig& config, int latent, int memory, int latentTokens, int memoryTokens);

  /// `latent`: float32 N L Z, `memory`: float32 N M C, the scales in order. Returns latent + correction.
  at::Tensor forward(const at::Tensor& latent, const at::Tensor& memory);

 private:
  LayerNorm norm_in_, norm_in_cond_;
  Linear proj_in_, proj_in_cond_, proj_out_;
  at::Tensor pos_embedding_, pos_embedding_cond_;
  std::vector<RefinerLayer> layers_;
  LayerNorm norm_;
};
TORCH_MODULE(LatentRefiner);

}  // namespace heirloom::models
