#include "ui/kernel/kernel_picture.h"

#include <algorithm>
#include <cmath>

namespace heirloom::ui {

QImage kernelPicture(const models::Grid& kernel) {
  QImage picture(std::max(1, kernel.columns), std::max(1, kernel.rows), QImage::Format_Grayscale8);
  picture.fill(0);
  if (kernel.empty()) return picture;
  const float highest = std::max(1e-9F, *std::ranges::max_element(kernel.values));
  for (int row = 0; row < kernel.rows; ++row) {
    uchar* line = picture.scanLine(row);
    for (int column = 0; column < kernel.columns; ++column) {
      const float value = kernel.values[static_cast<std::size_t>(row * kernel.columns + column)];
      line[column] = static_cast<uchar>(std::lround(255 * std::sqrt(std::clamp(value / highest, 0.0F, 1.0F))));
    }
  }
  return picture;
}

}  // namespace heirloom::ui
