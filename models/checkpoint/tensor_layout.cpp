#include "models/checkpoint/tensor_layout.h"

#include <array>
#include <cstring>
#include <limits>

#include "models/checkpoint/refusal.h"

namespace heirloom::models {
namespace {

constexpr std::uint64_t kMostBytes = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t kSmallBroadcast = 1u << 20;

bool multiply(std::uint64_t a, std::uint64_t b, std::uint64_t& product) {
  return !__builtin_mul_overflow(a, b, &product) && product <= kMostBytes;
}

/// Axes with a size above one, neighbours that follow each other in memory joined, outermost first.
struct Axes {
  std::size_t count = 0;
  std::array<std::size_t, kMaxRank> size{};
  std::array<std::size_t, kMaxRank> stride{};
};

Axes joinedAxes(const TensorEntry& entry) {
  Axes axes;
  for (std::size_t i = 0; i < entry.shape.size(); ++i) {
    const auto size = static_cast<std::size_t>(entry.shape[i]);
    const auto stride = static_cast<std::size_t>(entry.strides[i]);
    if (size == 1) continue;
    if (axes.count > 0 && axes.stride[axes.count - 1] == size * stride) {
      axes.size[axes.count - 1] *= size;
      axes.stride[axes.count - 1] = stride;
    } else {
      axes.size[axes.count] = size;
      axes.stride[axes.count] = stride;
      ++axes.count;
    }
  }
  return axes;
}

template <std::size_t ItemSize>
void gather(const Axes& axes, const std::byte* first, std::byte* target) {
  const std::size_t inner = axes.count - 1;
  std::array<std::size_t, kMaxRank> index{};
  std::size_t row = 0;
  while (true) {
    const std::byte* from = first + row * ItemSize;
    if (axes.stride[inner] == 1) {
      std::memcpy(target, from, axes.size[inner] * ItemSize);
      target += axes.size[inner] * ItemSize;
    } else {
      for (std::size_t i = 0; i < axes.size[inner]; ++i, target += ItemSize) {
        std::memcpy(target, from + i * axes.stride[inner] * ItemSize, ItemSize);
      }
    }
    std::size_t axis = inner;
    while (true) {
      if (axis == 0) return;
      --axis;
      row += axes.stride[axis];
      if (++index[axis] < axes.size[axis]) break;
      row -= axes.stride[axis] * axes.size[axis];
      index[axis] = 0;
    }
  }
}

}  // namespace

std::uint64_t checkedNumel(std::span<const std::int64_t> shape, DType dtype) {
  if (shape.size() > kMaxRank) {
    throw untrustworthy(HEIRLOOM_TEXT("checkpoint.tensor.rank", "a tensor has %1 dimensions, at most %2 are read")
                            .with(std::to_string(shape.size()), std::to_string(kMaxRank)));
  }
  // An empty axis does not excuse the others: their product is checked too, so that strides can be computed from it.
  std::uint64_t bytes = itemSize(dtype);
  bool empty = false;
  for (const std::int64_t size : shape) {
    if (size < 0) {
      throw untrustworthy(HEIRLOOM_TEXT("checkpoint.tensor.negativeSize", "a tensor has a dimension of negative size"));
    }
    empty = empty || size == 0;
    if (size > 0 && !multiply(bytes, static_cast<std::uint64_t>(size), bytes)) {
      throw untrustworthy(HEIRLOOM_TEXT("checkpoint.tensor.tooLarge", "a tensor claims more elements than exist"));
    }
  }
  return empty ? 0 : bytes / itemSize(dtype);
}

void checkLayout(const TensorEntry& entry) {
  const std::uint64_t numel = checkedNumel(entry.shape, entry.dtype);
  const std::uint64_t available = entry.storageBytes / itemSize(entry.dtype);
  const auto outside = [] {
    return untrustworthy(
        HEIRLOOM_TEXT("checkpoint.tensor.outside", "a tensor reaches beyond the storage that holds its elements"));
  };
  if (entry.strides.size() != entry.shape.size()) {
    throw untrustworthy(
        HEIRLOOM_TEXT("checkpoint.tensor.strides", "a tensor has another number of strides than of dimensions"));
  }
  for (const std::int64_t stride : entry.strides) {
    if (stride < 0) {
      throw untrustworthy(HEIRLOOM_TEXT("checkpoint.tensor.negativeStride", "a tensor has a negative stride"));
    }
  }
  if (entry.storageOffset > available) throw outside();
  if (numel == 0) return;

  std::uint64_t last = entry.storageOffset;
  for (std::size_t i = 0; i < entry.shape.size(); ++i) {
    std::uint64_t reach = 0;
    const auto steps = static_cast<std::uint64_t>(entry.shape[i] - 1);
    if (!multiply(steps, static_cast<std::uint64_t>(entry.strides[i]), reach)) throw outside();
    last += reach;
    if (last >= available) throw outside();
  }
  if (last >= available) throw outside();
  if (numel > available && numel * itemSize(entry.dtype) > kSmallBroadcast) {
    throw untrustworthy(
        HEIRLOOM_TEXT("checkpoint.tensor.overlap", "a tensor claims far more elements than its storage holds"));
  }
}

std::vector<std::int64_t> rowMajorStrides(std::span<const std::int64_t> shape) {
  std::vector<std::int64_t> strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= shape[i] > 0 ? shape[i] : 1;
  }
  return strides;
}

void copyRowMajor(const TensorEntry& entry, std::span<const std::byte> storage, std::span<std::byte> target) {
  if (target.empty()) return;
  const std::size_t item = itemSize(entry.dtype);
  const std::byte* first = storage.data() + entry.storageOffset * item;
  const Axes axes = joinedAxes(entry);
  if (axes.count == 0 || (axes.count == 1 && axes.stride[0] == 1)) {
    std::memcpy(target.data(), first, target.size());
    return;
  }
  switch (item) {
    case 1:
      return gather<1>(axes, first, target.data());
    case 2:
      return gather<2>(axes, first, target.data());
    case 4:
      return gather<4>(axes, first, target.data());
    default:
      return gather<8>(axes, first, target.data());
  }
}

}  // namespace heirloom::models
