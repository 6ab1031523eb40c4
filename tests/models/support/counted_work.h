#pragma once

#include <cstdint>

namespace heirloom::tests {

/// Multiply-adds that LibTorch is asked for on this thread while this lives: products of matrices, convolutions,
/// attention.
class CountedWork {
 public:
  CountedWork();
  ~CountedWork();
  CountedWork(const CountedWork&) = delete;
  CountedWork& operator=(const CountedWork&) = delete;

  double sum() const;

 private:
  std::uint64_t handle_;
};

}  // namespace heirloom::tests
