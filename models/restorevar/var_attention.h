#pragma once

#include <functional>

#include "models/common/linear.h"
#include "models/restorevar/config.h"

namespace heirloom::models {

/// Keys and values that attention looks at, N H S D each.
struct KeysValues {
  at::Tensor keys;
  at::Tensor values;
};

/// Memory for the keys and values of every scale of one layer, taken once, filled scale by scale.
class ScaleCache {
 public:
  ScaleCache() = default;
  ScaleCache(std::int64_t batch, int heads, int tokens, int headDim, const at::TensorOptions& options);

  /// Takes up the next tokens, N L H D, in whatever precision. Returns all so far, views of the cache.
  KeysValues append(const at::Tensor& keys, const at::Tensor& values);
  std::int64_t length() const { return length_; }

 private:
  KeysValues memory_;
  std::int64_t length_ = 0;
};

/// What both kinds of attention share: softmax of tau * cosine similarity, tau = exp(min(scale_mul, ln 100)) a head.
class CosineAttention : public Layer {
 public:
  CosineAttention(int width, int heads);

 protected:
  at::Tensor temperature() const;  // 1 1 H 1
  /// `queries`: N L H D; result N L C in the precision of the keys. `mask`: undefined, or additive L S.
  static at::Tensor attend(const at::Tensor& queries, const KeysValues& seen, const at::Tensor& mask);
  void placeTemperature(const Placement& placement);
  /// What queries, keys and values are kept in.
  at::ScalarType kept() const { return kept_; }

  int heads_;
  int headDim_;

 private:
  at::Tensor scale_mul_1H11_;
  at::Tensor temperature_;  // once placed
  at::ScalarType kept_ = at::kFloat;
};

/// Attention of a scale's tokens to themselves and to those of the scales before.
class VarSelfAttentionImpl : public CosineAttention {
 public:
  VarSelfAttentionImpl(int width, int heads);

  /// `x`: N L C, normalised; `rows`: rotations of its tokens. Adds its keys and values to `cache`. Returns the
  /// projected result.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& rows, ScaleCache& cache, const at::Tensor& mask = {});
  void place(const Placement& placement) override;
  ScaleCache cache(std::int64_t batch, int tokens) const;

 private:
  void joinBiases();

  bool placed_ = false;
  Linear mat_qkv_;
  Linear proj_;
  at::Tensor q_bias_, v_bias_;
};
TORCH_MODULE(VarSelfAttention);

/// Attention to the picture: its keys and values are the same at every scale.
class VarCrossAttentionImpl : public CosineAttention {
 public:
  VarCrossAttentionImpl(int width, int heads);

  /// `tokens`: N S C of the picture, `rows`: their rotations.
  KeysValues look(const at::Tensor& tokens, const at::Tensor& rows);
  /// `x`: N L C as it is; result times the learned gain.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& rows, const KeysValues& seen);
  void place(const Placement& placement) override;

 private:
  LayerNorm norm_q_;
  LayerNorm norm_kv_;
  Linear q_proj_;
  Linear kv_proj_;
  Linear out_proj_;
  at::Tensor gain_;
};
TORCH_MODULE(VarCrossAttention);

}  // namespace heirloom::models
