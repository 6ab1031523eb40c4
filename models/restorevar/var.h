#pragma once

#include <functional>
#include <vector>

#include "models/restorevar/refiner.h"
#include "models/restorevar/var_attention.h"

namespace heirloom::models {

/// What the picture says to every scale; made once a run.
struct VarCondition {
  at::Tensor global;                // N 1 C, of the first token alone
  std::vector<KeysValues> picture;  // keys and values a block
};

/// Keys and values of the tokens so far, a cache a block.
using VarCaches = std::vector<ScaleCache>;

/// What block number `block` adds to its tokens, N L C, as training lets it through; null: as it is.
using ResidualFilter = std::function<at::Tensor(const at::Tensor& added, int block)>;

/// Self-attention, perceptron, attention to the picture, each beside a residual in float32.
class VarBlockImpl : public torch::nn::Module {
 public:
  VarBlockImpl(int width, int heads, int hidden);

  using Filter = std::function<at::Tensor(const at::Tensor& added)>;
  /// `x`: float32 N L C; the rotations of its tokens. `filter`: of each of the three residuals; null: none.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& rows, const KeysValues& picture, ScaleCache& cache,
                     const at::Tensor& mask = {}, const Filter& filter = {});
  at::Tensor perceptron(const at::Tensor& x);

  VarSelfAttention attn;
  VarCrossAttention cross_attn;

 private:
  Linear fc1_, fc2_;
  int width_;
};
TORCH_MODULE(VarBlock);

/// RestoreVAR's transformer: Rajagopalan et al., "RestoreVAR: Visual Autoregressive Generation for All-in-One Image
/// Restoration", arXiv 2505.18047; reference sudraj2002/RestoreVAR. Predicts the tokens of one scale after the other
/// from the latent so far, and the latent refiner's correction. In spite of names of the reference nothing in it is
/// modulated by the class (no AdaLN), and positions are rotations alone.
class RestoreVarTransformerImpl : public Layer {
 public:
  explicit RestoreVarTransformerImpl(const VarConfig& config, int latent, int vocabulary);

  /// `features`: the autoencoder's encoder output, float32 N Z G G.
  VarCondition condition(const at::Tensor& features);
  /// The two steps of `condition` before the blocks: N G*G Z and N G*G C.
  at::Tensor projected(const at::Tensor& features);
  at::Tensor pictureTokens(const at::Tensor& projected);

  VarCaches caches(std::int64_t batch) const;
  /// Input of the first scale, N 1 C.
  at::Tensor firstInput(const VarCondition& condition);
  /// Input of a later scale (from 1) from the latent at its side, N Z p p.
  at::Tensor input(const at::Tensor& pooled, int scale);
  /// One block over the tokens of one scale.
  at::Tensor throughBlock(int block, const at::Tensor& x, int scale, const VarCondition& condition, VarCaches& caches,
                          const ResidualFilter& filter = {});
  /// float32 N L V of the last block's result.
  at::Tensor logits(const at::Tensor& x);

  /// Teacher forcing: logits of all scales at once, N T V, from the latents before scales 1.. (N Z p p each). A token
  /// sees those of its own and of earlier scales.
  at::Tensor forcedLogits(const VarCondition& condition, const std::vector<at::Tensor>& pooled,
                          const ResidualFilter& filter = {});

  void place(const Placement& placement) override;
  const VarConfig& config() const { return config_; }

  LatentRefiner vae_refiner;

 private:
  at::Tensor rowsOf(int scale) const;

  VarConfig config_;
  Linear word_embed_;
  at::Tensor class_emb_, lvl_embed_;
  std::vector<VarBlock> blocks_;
  Linear head_;
  Linear global_embed_;
  at::Tensor global_embed_gain_;
  Linear cond_proj4_;
  Linear word_embed_cond_;
  at::Tensor lvl_embed_cond_;
  at::Tensor rotations_;         // of all scales' tokens
  at::Tensor pictureRotations_;  // of the picture's
};
TORCH_MODULE(RestoreVarTransformer);

}  // namespace heirloom::models
