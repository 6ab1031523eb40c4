#include "models/common/windows.h"

namespace heirloom::models {

at::Tensor cutWindows(const at::Tensor& x, std::int64_t rows, std::int64_t columns) {
  const auto n = x.size(0), h = x.size(1), w = x.size(2);
  return x.reshape({n, h / rows, rows, w / columns, columns, -1})
      .permute({0, 1, 3, 2, 4, 5})
      .reshape({n * (h / rows) * (w / columns), rows * columns, -1});
}

at::Tensor joinWindows(const at::Tensor& windows, std::int64_t rows, std::int64_t columns, std::int64_t h,
                       std::int64_t w) {
  return windows.reshape({-1, h / rows, w / columns, rows, columns, windows.size(2)})
      .permute({0, 1, 3, 2, 4, 5})
      .reshape({-1, h, w, windows.size(2)});
}

at::Tensor shiftedBands(std::int64_t length, std::int64_t window, std::int64_t shift,
                        const at::TensorOptions& options) {
  at::Tensor band = at::zeros({length}, options);
  band.slice(0, length - window, length - shift).fill_(1);
  band.slice(0, length - shift).fill_(2);
  return band;
}

}  // namespace heirloom::models
