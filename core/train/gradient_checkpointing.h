#pragma once

#include "models/sdxl/pass.h"

namespace heirloom::core {

/// Blocks of a network keep for gradients what goes into them alone; the rest is computed again on the way back (Chen
/// et al., "Training Deep Nets with Sublinear Memory Cost", 2016). Gradients are those of the plain way. A block whose
/// input, picture and embeddings all need no gradient runs as it is and keeps what its own parameters need.
class GradientCheckpointing : public models::BlockRunner {
 public:
  at::Tensor run(const models::BlockCall& block, const at::Tensor& x, const models::Pass& pass) override;
};

}  // namespace heirloom::core
