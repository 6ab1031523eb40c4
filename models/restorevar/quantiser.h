#pragma once

#include <vector>

#include "models/common/convolution.h"
#include "models/restorevar/config.h"

namespace heirloom::models {

/// Which of `convolutions` smooths the codes of scale `scale` (from 0) of `scales`: the nearest tick of those that
/// stand in the middles of equal parts. For ten scales 0 0 1 1 1 2 2 3 3 3; two of these are ties that the reference
/// settled by rounding, hence a table.
int smootherOf(int scale, int scales, int convolutions = 4);

/// A latent as a sum of codes over growing token maps. All latents N Z G G in float32, tokens N p p (int64).
class QuantiserImpl : public torch::nn::Module {
 public:
  explicit QuantiserImpl(const VqVaeConfig& config);

  /// Codes of tokens, N Z p p.
  at::Tensor codes(const at::Tensor& tokens);
  /// What the tokens of one scale add to the running latent of side `grid`.
  at::Tensor contribution(const at::Tensor& tokens, int scale, int scales, int grid);
  /// Half the latent, half what the convolution of this scale makes of it.
  at::Tensor smoothed(const at::Tensor& latent, int smoother);
  /// The running latent at the side of the next scale's token map.
  static at::Tensor pooled(const at::Tensor& latent, int side);

  /// The codes that are nearest to the vectors of a latent: N Z p p -> N p p.
  at::Tensor nearest(const at::Tensor& latent);

  struct Encoding {
    std::vector<at::Tensor> tokens;   // scale by scale
    std::vector<at::Tensor> partial;  // the sum after each scale
  };
  /// Residual quantisation of quant_conv's output: how training data are made.
  Encoding encode(const at::Tensor& latent, const std::vector<int>& sides);

 private:
  at::Tensor embedding_;  // V Z
  std::vector<Convolution> smoothers_;
};
TORCH_MODULE(Quantiser);

}  // namespace heirloom::models
