#include "models/srmd/network.h"

#include "models/common/blur_kernel.h"

namespace heirloom::models {

SrmdImpl::SrmdImpl(const SrmdConfig& config)
    : model(register_module("model", PlainStack(config.stack()))), scale_(config.scale) {}

at::Tensor SrmdImpl::forward(const at::Tensor& image, const at::Tensor& degradation, Observer* observer) {
  const at::Tensor maps = degradation.expand({image.size(0), -1, image.size(2), image.size(3)});
  return at::pixel_shuffle(model->forward(at::cat({image, maps}, 1), observer), scale_);
}

at::Tensor srmdCode(const Grid& components, const Grid& kernel) {
  const Grid square = fitted(kernel, kSrmdKernel);
  const auto tensor = [](const Grid& grid) { return at::tensor(grid.values).view({grid.rows, grid.columns}); };
  const at::Tensor byColumns = tensor(square).t().reshape({-1});
  return at::mv(tensor(components), byColumns).view({1, kSrmdCode, 1, 1});
}

}  // namespace heirloom::models
