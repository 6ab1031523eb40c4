#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "models/restorer.h"

namespace heirloom::models {

/// The noise of one run, drawn ahead and brought to its device many draws at a time, because every transfer makes the
/// host wait for what the device has still to do; one at a time where Saving::Ahead is switched off (savings.h). Values
/// and order are the source's.
class NoiseAhead {
 public:
  /// What lies ready on the device takes no more, unless one draw does. Bytes.
  static constexpr std::int64_t kMost = std::int64_t{64} << 20;

  /// `count`: draws of `shape` that the run makes; what lies beyond it is left to the source. `source` must outlive
  /// this.
  NoiseAhead(NoiseSource& source, std::vector<std::int64_t> shape, const at::Device& device, int count);

  /// The next draw: float32 on the device. Throws what the source throws.
  at::Tensor next();
  /// Leaves one out.
  void skip();

 private:
  void draw();

  NoiseSource& source_;
  std::vector<std::int64_t> shape_;
  at::Device device_;
  std::int64_t left_;       // draws that the source was not asked for
  at::Tensor ready_;        // several draws, one behind the other
  std::int64_t taken_ = 0;  // of those
};

}  // namespace heirloom::models
