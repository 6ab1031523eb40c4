#pragma once

#include <torch/types.h>

#include <cstdint>

namespace heirloom::models {

/// What an observer is as well when the pictures that a session restores are tiles of a photo: lets it look beyond
/// them. Asked on the thread that runs the network, during Session::restore.
class PhotoAround {
 public:
  struct Corner {
    std::int64_t top = 0;
    std::int64_t left = 0;
  };
  virtual ~PhotoAround() = default;
  /// In pixels; 0: there is no photo, or nobody knows where the pictures lie in it.
  virtual std::int64_t photoHeight() const = 0;
  virtual std::int64_t photoWidth() const = 0;
  /// A part of the photo, all of it within, as restore is given pictures: float32 1 C H W in 0..1, on the CPU.
  virtual at::Tensor photo(Corner corner, std::int64_t height, std::int64_t width) const = 0;
  /// Where picture `index` (along N) of the present call of restore lies in the photo.
  virtual Corner cornerOf(std::int64_t index) const = 0;
};

}  // namespace heirloom::models
