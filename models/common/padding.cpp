#include "models/common/padding.h"

namespace heirloom::models {

at::Tensor padToMultiple(const at::Tensor& image, std::int64_t multiple, Padding padding) {
  const auto missing = [&](std::int64_t side) { return (multiple - side % multiple) % multiple; };
  const std::int64_t bottom = missing(image.size(2));
  const std::int64_t right = missing(image.size(3));
  if (bottom == 0 && right == 0) return image;
  const bool reflects = padding == Padding::Reflect && bottom < image.size(2) && right < image.size(3);
  return reflects ? at::reflection_pad2d(image, {0, right, 0, bottom})
                  : at::replication_pad2d(image, {0, right, 0, bottom});
}

at::Tensor mirroredTo(at::Tensor image, std::int64_t height, std::int64_t width) {
  while (image.size(2) < height) image = at::cat({image, image.flip(2)}, 2);
  while (image.size(3) < width) image = at::cat({image, image.flip(3)}, 3);
  return cropTo(image, height, width);
}

at::Tensor cropTo(const at::Tensor& image, std::int64_t height, std::int64_t width) {
  return image.slice(2, 0, height).slice(3, 0, width);
}

}  // namespace heirloom::models
