#pragma once

#include "core/train/restorevar_stage.h"

namespace heirloom::core {

/// Stage "var": the transformer predicts the clean picture's codes of all scales at once, each scale from the true sum
/// of those before it, or its own (scheduled_sampling), and from the degraded picture: cross-entropy, the mean over all
/// tokens (restorevar.md 7.2-7.5).
class TokenPrediction : public RestoreVarStage {
 public:
  explicit TokenPrediction(const TrainConfig& config);

  /// The cross-entropy, and the part of each scale's codes that are right, as they are trained: each scale from the
  /// true sum of those before it (restorevar.md 7.19). Of all squares that a picture is cut into.
  std::vector<std::string> figureNames() const override;
  std::vector<double> figures(const at::Tensor& clean, const at::Tensor& degraded) override;

 protected:
  at::Tensor squaresLoss(const Squares& squares, Random& random) override;
  /// Its own choice of codes, without the refiner.
  at::Tensor restoredSquares(const at::Tensor& squares) override;

 private:
  struct Answer {
    at::Tensor logits;  // N T V
    at::Tensor tokens;  // N T, the right ones
  };
  /// Of the first `own` pictures each scale follows the transformer's own choices.
  Answer answered(const Squares& squares, const models::ResidualFilter& filter, std::int64_t own = 0);
  /// What the transformer chooses for the pictures: its sums, and the codes that would mend each of them best.
  models::QuantiserImpl::Encoding mended(const at::Tensor& latent, const at::Tensor& degraded);
};

/// Stage "refiner": the refiner alone, from what the transformer predicts when nobody tells it the truth, its blocks
/// left out at random as in its own training; L1 to the clean picture's continuous latent (restorevar.md 7.13-7.14).
class LatentRefinement : public RestoreVarStage {
 public:
  explicit LatentRefinement(const TrainConfig& config);

 protected:
  at::Tensor squaresLoss(const Squares& squares, Random& random) override;
  at::Tensor restoredSquares(const at::Tensor& squares) override;
};

}  // namespace heirloom::core
