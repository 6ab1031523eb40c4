#include "models/dpir/shifted_pixels.h"

#include <cstdint>
#include <vector>

namespace heirloom::models {

at::Tensor shiftedPixels(const at::Tensor& picture, int scale) {
  if (scale == 1) return picture;
  const auto shifted = [scale](const at::Tensor& x, std::int64_t dimension) {
    const std::int64_t side = x.size(dimension);
    const at::Tensor at = (at::arange(side, at::TensorOptions(x.device()).dtype(at::kFloat)) + (scale - 1) / 2.0)
                              .clamp_max(static_cast<double>(side - 1));
    const at::Tensor low = at.floor();
    std::vector<std::int64_t> along(static_cast<std::size_t>(x.dim()), 1);
    along[static_cast<std::size_t>(dimension)] = side;
    const at::Tensor part = (at - low).view(along);
    const at::Tensor first = low.to(at::kLong);
    const at::Tensor second = (first + 1).clamp_max(side - 1);
    return x.index_select(dimension, first) * (1 - part) + x.index_select(dimension, second) * part;
  };
  return shifted(shifted(picture, 2), 3);
}

}  // namespace heirloom::models
