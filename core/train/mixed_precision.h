#pragma once

#include <ATen/autocast_mode.h>

namespace heirloom::core {

/// While one of these lives, LibTorch computes what it can in bfloat16 on this device, or, by a second one that is not
/// `on`, nothing of it. Of the calling thread.
class MixedPrecision {
 public:
  MixedPrecision(const at::Device& device, bool on)
      : type_(device.type()),
        before_(at::autocast::is_autocast_enabled(type_)),
        precisionBefore_(at::autocast::get_autocast_dtype(type_)),
        cacheBefore_(at::autocast::is_autocast_cache_enabled()) {
    at::autocast::set_autocast_enabled(type_, on);
    at::autocast::set_autocast_dtype(type_, at::kBFloat16);
    // Kept copies of weights would outlive the step that made them.
    at::autocast::set_autocast_cache_enabled(false);
  }
  ~MixedPrecision() {
    at::autocast::set_autocast_enabled(type_, before_);
    at::autocast::set_autocast_dtype(type_, precisionBefore_);
    at::autocast::set_autocast_cache_enabled(cacheBefore_);
  }
  MixedPrecision(const MixedPrecision&) = delete;
  MixedPrecision& operator=(const MixedPrecision&) = delete;

 private:
  at::DeviceType type_;
  bool before_;
  at::ScalarType precisionBefore_;
  bool cacheBefore_;
};

}  // namespace heirloom::core
