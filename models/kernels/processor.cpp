#include "models/kernels/processor.h"

#include <ATen/cpu/Utils.h>

namespace heirloom::models {

const Processor& processor() {
  static const Processor found = [] {
    Processor p;
#if defined(__x86_64__)
    p.avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    p.avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    p.avx512Bf16 = p.avx512 && __builtin_cpu_supports("avx512bf16");
    p.amxBf16 = p.avx512Bf16 && __builtin_cpu_supports("amx-bf16") && at::cpu::init_amx();  // the system must allow it
#endif
    return p;
  }();
  return found;
}

}  // namespace heirloom::models
