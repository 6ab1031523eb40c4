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

/// `image` N C H W, made larger at the bottom and the right to that size: mirrored with its edge, again and again.
at::Tensor mirroredTo(at::Tensor image, std::int64_t height, std::int64_t width);

/// The first `height` rows and `width` columns.
at::Tensor cropTo(const at::Tensor& image, std::int64_t height, std::int64_t width);

}  // namespace heirloom::models
