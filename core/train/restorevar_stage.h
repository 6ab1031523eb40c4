#pragma once

#include <initializer_list>
#include <string_view>

#include "core/train/objective.h"
#include "models/restorevar/network.h"

namespace heirloom::core {

/// What the stages of RestoreVAR share: the whole network, of which one part is trained and all is written, so that
/// every stage's result is a checkpoint of RestoreVAR and where the next one starts.
class RestoreVarStage : public Objective {
 public:
  std::vector<Parameter> parameters() const override;
  at::Tensor loss(const Patches::Batch& batch, Random& random) final;
  /// By the degradations that are trained with.
  at::Tensor degraded(const at::Tensor& clean, Random& random) const override;
  /// Square by square.
  at::Tensor restored(const at::Tensor& degraded) override;
  models::NamedTensors result() const override;

 protected:
  /// Trains the parameters whose names begin with one of `trained` and with none of `frozen`.
  RestoreVarStage(const TrainConfig& config, std::initializer_list<std::string_view> trained,
                  std::initializer_list<std::string_view> frozen = {});

  /// N pictures of a step.
  struct Squares {
    at::Tensor clean;       // N 3 S S in 0..1, on the device
    at::Tensor degraded;    // the same
    std::int64_t first;     // the first one's number in the step
    std::int64_t together;  // pictures of the step
  };
  /// The squares of whole pictures, N 3 H W, the last ones filled up by repeating the edge: a batch's at most together.
  std::vector<Squares> cut(const at::Tensor& clean, const at::Tensor& degraded) const;
  virtual at::Tensor squaresLoss(const Squares& squares, Random& random) = 0;
  /// Squares N 3 S S in 0..1 to what this stage makes of them.
  virtual at::Tensor restoredSquares(const at::Tensor& squares) = 0;

  /// The latent that the refiner aims at and the decoder starts from, float32 N Z G G: quant_conv of the encoder's.
  at::Tensor latentOf(const at::Tensor& pictures);
  /// Its codes, chosen in float32 whatever the precision: which one is nearer must not depend on it.
  models::QuantiserImpl::Encoding quantised(const at::Tensor& latent);

  const TrainConfig& config() const { return config_; }
  const std::vector<int>& sides() const { return config_.network.restorevar.var.sides; }

  models::RestoreVarNetwork network_;

 private:
  /// The autoencoder and, unless it has weights of its own, the transformer.
  void fill(const std::filesystem::path& file);
  void fillTransformer(const std::filesystem::path& file);

  TrainConfig config_;
  at::Device device_;
  RandomDegradation degradation_;
};

}  // namespace heirloom::core
