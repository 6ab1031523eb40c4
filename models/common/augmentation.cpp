#include "models/common/augmentation.h"

namespace heirloom::models {

at::Tensor augmented(const at::Tensor& picture, int mode) {
  switch (mode) {
    case 1:
      return picture.transpose(-2, -1);
    case 2:
      return picture.flip({-2});
    case 3:
      return at::rot90(picture, 3, {-2, -1});
    case 4:
      return picture.flip({-1});
    case 5:
      return at::rot90(picture, 1, {-2, -1});
    case 6:
      return at::rot90(picture, 2, {-2, -1});
    case 7:
      return at::rot90(picture, 2, {-2, -1}).transpose(-2, -1);
    default:
      return picture;
  }
}

Grid turnedKernel(const Grid& kernel, int mode, int scale) {
  if (kernel.empty() || mode == 0) return kernel;
  // The middle is side / 2: only where the sides are odd it stays there. Zeros behind move it by half of them.
  const at::Tensor given = at::tensor(kernel.values).view({kernel.rows, kernel.columns});
  const at::Tensor odd = at::constant_pad_nd(given, {0, 1 - kernel.columns % 2, 0, 1 - kernel.rows % 2});
  const at::Tensor corner = augmented(at::tensor({1.F, 0.F, 0.F, 0.F}).view({2, 2}), mode);
  const auto behind = [&](std::int64_t side) {
    const bool flipped = corner.select(side, 1).sum().item<float>() > 0;
    return flipped ? std::int64_t{2} * (scale - 1) : 0;
  };
  const at::Tensor turned = at::constant_pad_nd(augmented(odd, mode), {0, behind(1), 0, behind(0)}).contiguous();
  const float* values = turned.const_data_ptr<float>();
  return {kernel.text,
          static_cast<int>(turned.size(0)),
          static_cast<int>(turned.size(1)),
          {values, values + turned.numel()}};
}

int inverseAugmentation(int mode) {
  if (mode == 3) return 5;
  if (mode == 5) return 3;
  return mode;
}

}  // namespace heirloom::models
