#pragma once

#include <torch/types.h>

namespace heirloom::models {

/// How a picture goes on beyond its edge.
enum class Padding {
  Replicate,  // the last pixel again
  Reflect,    // mirrored without repeating the edge; by replication where the picture is too small for it
};

/// `image` N C H W, made larger at the bottom and the right until its sides are multiples of `multiple`.
at::Tensor padToMultiple(const at::Tensor& image, std::int64_t multiple, Padding padding);

/// Whether a picture's mirror image repeats its last pixel.
enum class Mirror { WithEdge, WithoutEdge };

/// `image` N C H W, made larger to at least that size: mirrored again and again at the bottom and the right, behind
/// `before` mirrored rows and columns at the top and the left, which are part of that size.
at::Tensor mirroredTo(at::Tensor image, std::int64_t height, std::int64_t width, Mirror mirror,
                      std::int64_t before = 0);

/// The least multiple of `multiple` that is not smaller than `length`.
inline std::int64_t upToMultiple(std::int64_t length, std::int64_t multiple) {
  return (length + multiple - 1) / multiple * multiple;
}

/// The first `height` rows and `width` columns.
at::Tensor cropTo(const at::Tensor& image, std::int64_t height, std::int64_t width);

}  // namespace heirloom::models
