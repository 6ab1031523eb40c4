#pragma once

#include "models/common/restormer_u.h"
#include "models/mambair/block.h"
#include "models/mambair/u_config.h"

namespace heirloom::models {

/// MambaIrBlock between convolutions.
class MambaIrUBlockImpl : public MambaIrBlockImpl {
 public:
  using MambaIrBlockImpl::MambaIrBlockImpl;
  at::Tensor forward(const at::Tensor& x);  // N F H W
};
TORCH_MODULE(MambaIrUBlock);

/// Guo, Li, Dai, Ouyang, Ren, Xia, "MambaIR: A Simple Baseline for Image Restoration with State-Space Model", ECCV
/// 2024, section 4.4; reference the authors' realDenoising/basicsr/models/archs/mambairunet_arch.py.
class MambaIrUImpl : public torch::nn::Module {
 public:
  explicit MambaIrUImpl(const MambaIrUConfig& config);
  /// `image`: float32 N C H W in 0..1, any size of at least 1; result likewise. Asks `observer` between blocks and
  /// throws Stopped; null: nobody to ask.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  RestormerU<MambaIrUBlock> u_;
};
TORCH_MODULE(MambaIrU);

}  // namespace heirloom::models
