#pragma once

namespace heirloom::models {

/// What this processor runs of the instruction sets that kernels are written for, asked of the processor itself.
struct Processor {
  bool avx2 = false;        // and FMA
  bool avx512 = false;      // F, BW, DQ, VL
  bool avx512Bf16 = false;  // and BF16
};

const Processor& processor();

}  // namespace heirloom::models
