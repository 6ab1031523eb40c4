#pragma once

namespace heirloom::models {

/// What this processor runs of the instruction sets that kernels are written for, asked of the processor itself.
struct Processor {
  bool avx2 = false;        // and FMA
  bool avx512 = false;      // F, BW, DQ, VL
  bool avx512Bf16 = false;  // and BF16
  bool amxBf16 = false;     // matrix tiles of bfloat16, which LibTorch may use

  /// It multiplies bfloat16 itself; otherwise that takes longer than float32.
  bool bfloat16() const { return avx512Bf16 || amxBf16; }
};

const Processor& processor();

}  // namespace heirloom::models
