#include "models/ffdnet/network.h"

#include "models/kernels/kernels.h"

namespace heirloom::models {

FfdNetImpl::FfdNetImpl(const FfdNetConfig& config) : model(register_module("model", PlainStack(config.stack()))) {}

at::Tensor FfdNetImpl::forward(const at::Tensor& image, const at::Tensor& sigma, Observer* observer) {
  const std::int64_t height = image.size(2);
  const std::int64_t width = image.size(3);
  const bool odd = height % 2 != 0 || width % 2 != 0;
  const at::Tensor even = odd ? at::replication_pad2d(image, {0, width % 2, 0, height % 2}) : image;

  const at::Tensor packed = kernels(image.device()).unshuffleWithNoise(even, sigma);  // N 4C+1 H/2 W/2
  const at::Tensor clean = at::pixel_shuffle(model->forward(packed, observer), 2);    // N C H W
  return odd ? clean.slice(2, 0, height).slice(3, 0, width) : clean;
}

}  // namespace heirloom::models
