#pragma once

#include <array>
#include <vector>

#include "models/common/linear.h"
#include "models/mmrealsr/config.h"
#include "models/rrdb/network.h"

namespace heirloom::models {

/// x + conv2(relu(conv1(x))).
class EstimatorBlockImpl : public torch::nn::Module {
 public:
  explicit EstimatorBlockImpl(int features);
  at::Tensor forward(const at::Tensor& x);  // N C H W

 private:
  Convolution conv1_, conv2_;
};
TORCH_MODULE(EstimatorBlock);

/// Mou, Wu, Wang, Dong, Zhang, Shan, "Metric Learning based Interactive Modulation for Real-World Super-Resolution",
/// ECCV 2022; reference the authors' mmrealsr/archs/mmrealsr_arch.py. An RRDB network whose blocks are steered by how
/// blurred and how noisy the picture is, which it estimates, or by what it is told.
class MmRealSrImpl : public RrdbNetImpl {
 public:
  /// Degrees in the order of the layers.
  static constexpr std::size_t kDegrees = 2;  // blur, noise

  explicit MmRealSrImpl(const MmRealSrConfig& config);

  /// `image`: float32 N C H W in 0..1; `degrees`: float32 N or 1, 2, in 0..1, undefined: the network's own estimate.
  /// Result float32 N C 4H 4W.
  at::Tensor forward(const at::Tensor& image, const at::Tensor& degrees = {}, Observer* observer = nullptr);

 private:
  struct Stage {
    std::vector<EstimatorBlock> blocks;
    Convolution down{nullptr};  // to the next; none behind the last
  };
  struct Estimator {  // of one degree
    Convolution first{nullptr};
    std::vector<Stage> stages;
    Linear hidden{nullptr}, degree{nullptr};
  };
  static at::Tensor estimated(Estimator& estimator, const at::Tensor& image);  // N 1

  std::array<Estimator, kDegrees> estimators_;      // de_net
  Linear embedding_;                                // dd_embed.0
  std::vector<std::array<Linear, 3>> modulations_;  // am_list
};
TORCH_MODULE(MmRealSr);

}  // namespace heirloom::models
