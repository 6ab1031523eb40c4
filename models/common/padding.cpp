#include "models/common/padding.h"

#include <algorithm>
#include <utility>

namespace heirloom::models {

at::Tensor padToMultiple(const at::Tensor& image, std::int64_t multiple, Padding padding) {
  const std::int64_t bottom = upToMultiple(image.size(2), multiple) - image.size(2);
  const std::int64_t right = upToMultiple(image.size(3), multiple) - image.size(3);
  if (bottom == 0 && right == 0) return image;
  const bool reflects = padding == Padding::Reflect && bottom < image.size(2) && right < image.size(3);
  return reflects ? at::reflection_pad2d(image, {0, right, 0, bottom})
                  : at::replication_pad2d(image, {0, right, 0, bottom});
}

at::Tensor mirroredTo(at::Tensor image, std::int64_t height, std::int64_t width, Mirror mirror, std::int64_t before) {
  const std::int64_t again = mirror == Mirror::WithEdge ? 1 : 0;
  for (const auto& [dim, full] : {std::pair(2, height), std::pair(3, width)}) {
    const std::int64_t size = image.size(dim);
    if (size >= full) continue;
    const std::int64_t period = std::max<std::int64_t>(2 * (size - 1 + again), 1);
    const at::Tensor there =
        at::arange(-before, full - before, at::TensorOptions(at::kLong).device(image.device())).remainder(period);
    image = image.index_select(dim, at::minimum(there, period - again - there));
  }
  return image;
}

at::Tensor cropTo(const at::Tensor& image, std::int64_t height, std::int64_t width) {
  return image.slice(2, 0, height).slice(3, 0, width);
}

}  // namespace heirloom::models
