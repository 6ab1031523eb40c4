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

Grid augmented(const Grid& grid, int mode) {
  if (grid.empty()) return grid;
  const at::Tensor turned = augmented(at::tensor(grid.values).view({grid.rows, grid.columns}), mode).contiguous();
  const float* values = turned.const_data_ptr<float>();
  return {
      grid.text, static_cast<int>(turned.size(0)), static_cast<int>(turned.size(1)), {values, values + turned.numel()}};
}

int inverseAugmentation(int mode) {
  if (mode == 3) return 5;
  if (mode == 5) return 3;
  return mode;
}

}  // namespace heirloom::models
