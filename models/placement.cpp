#include "models/placement.h"

#include <malloc.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <map>
#include <string_view>

#include "models/common/error.h"
#include "models/cuda.h"

namespace heirloom::models {
namespace {

/// Bytes of this process that lie in main memory and in no file (Linux, proc(5)).
std::uint64_t residentMemory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    constexpr std::string_view kAnonymous = "RssAnon:";
    if (line.starts_with(kAnonymous)) return std::stoull(line.substr(kAnonymous.size())) * 1024;
  }
  return 0;
}

}  // namespace

at::ScalarType precisionOf(const std::string& name) {
  static const std::map<std::string, at::ScalarType> known = {
      {"float32", at::kFloat}, {"bfloat16", at::kBFloat16}, {"float16", at::kHalf}};
  const auto found = known.find(name);
  if (found != known.end()) return found->second;
  throw Error(HEIRLOOM_TEXT("precision.unknown", "precision '%1' is unknown").with(name),
              HEIRLOOM_TEXT("precision.unknown.remedy", "use float32, bfloat16 or float16"));
}

std::string precisionName(at::ScalarType precision) {
  return precision == at::kBFloat16 ? "bfloat16" : precision == at::kHalf ? "float16" : "float32";
}

void keepFreedMemory() {
  // Large tensors come and go with every layer, and pages fresh from the system must be cleared each time. mallopt
  // takes no mmap threshold above 32 MB, so mmap is ruled out altogether; one arena, because only the main one grows
  // beyond 64 MB.
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_TOP_PAD, 64 << 20);
}

std::uint64_t keptMemory() {
  const struct mallinfo2 allocator = mallinfo2();
  const std::uint64_t used = allocator.uordblks + allocator.hblkhd, resident = residentMemory();
  // The allocator counts as free what it gave back to the system while later memory is in use.
  return std::min<std::uint64_t>(allocator.fordblks, resident - std::min(resident, used));
}

void releaseFreedMemory(const at::Device& device) {
  if (device.is_cpu()) {
    malloc_trim(0);
  } else {
    releaseCudaMemory();
  }
}

}  // namespace heirloom::models
