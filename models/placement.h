#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <cstdint>
#include <string>

namespace heirloom::models {

/// "float32", "bfloat16", "float16" as people write them. Throws Error for anything else.
at::ScalarType precisionOf(const std::string& name);

/// The name that `precisionOf` takes for one that it gives.
std::string precisionName(at::ScalarType precision);

/// Makes the process keep memory that it frees. For programs that run networks; call once, before the first tensor.
void keepFreedMemory();

/// Bytes of main memory that the process freed and keeps: what `releaseFreedMemory` would give back.
std::uint64_t keptMemory();

/// Gives back to the system what the process, or LibTorch on a GPU, keeps of its freed memory.
void releaseFreedMemory(const at::Device& device);

}  // namespace heirloom::models
