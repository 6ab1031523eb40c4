#include "core/degrade/filter.h"

namespace heirloom::core {

at::Tensor filtered(const at::Tensor& picture, const at::Tensor& kernel) {
  const std::int64_t up = kernel.size(0) / 2, left = kernel.size(1) / 2;
  const at::Tensor planes = picture.unsqueeze(1);  // C 1 H W: every plane a picture of its own
  const at::Tensor padded =
      at::replication_pad2d(planes, {left, kernel.size(1) - 1 - left, up, kernel.size(0) - 1 - up});
  return at::conv2d(padded, kernel.view({1, 1, kernel.size(0), kernel.size(1)})).squeeze(1);
}

at::Tensor kernelTensor(const models::Grid& kernel) {
  return at::tensor(kernel.values, at::kFloat).view({kernel.rows, kernel.columns});
}

}  // namespace heirloom::core
