#pragma once

namespace heirloom::models {

/// What this processor runs of the instruction sets that kernels are written for, asked of the processor itself.
struct Processor {
  bool avx2 = false;        // and FMA
  bool avx512 = false;      // F, BW, DQ, VL
  bool avx512Bf16 = false;  // and BF16
  bool amxBf16 = false;     // and matrix tiles of bfloat16, which the system must allow

  /// It multiplies bfloat16 itself, and our convolutions of bfloat16 pictures multiply in float32 there. Matrix tiles
  /// multiply rounded weights, which cost smooth pictures up to 0.17 dB (tests/core/quality/half_precision_test.cpp).
  bool bfloat16NearFloat32() const { return avx512Bf16 && !amxBf16; }
};

const Processor& processor();

}  // namespace heirloom::models
