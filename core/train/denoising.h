#pragma once

#include "core/train/objective.h"
#include "models/common/plain_stack.h"

namespace heirloom::core {

/// Stage "denoise": the network's result against the clean patch.
class Denoising : public Objective {
 public:
  explicit Denoising(const TrainConfig& config);

  std::vector<Parameter> parameters() const override;
  at::Tensor loss(const Patches::Batch& batch, Random& random) override;
  /// By the degradations that are named, otherwise with noise as published figures are made with: NumPy's, seed 0,
  /// drawn for H W C.
  at::Tensor degraded(const at::Tensor& clean, Random& random) const override;
  at::Tensor restored(const at::Tensor& degraded) override;
  models::NamedTensors result() const override;

 private:
  void build();
  void start();

  TrainConfig config_;
  at::Device device_;
  RandomDegradation degradation_;
  std::shared_ptr<torch::nn::Module> module_;
  models::PlainStack stack_{nullptr};
  std::function<at::Tensor(const at::Tensor& noisy, const at::Tensor& sigma)> forward_;
};

}  // namespace heirloom::core
