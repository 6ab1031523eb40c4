#include "models/common/out_of_memory.h"

#include <c10/util/Exception.h>

#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace heirloom::models {
namespace {

constexpr std::uint64_t kGigabyte = 1'000'000'000;

}  // namespace

bool isOutOfMemory(const std::exception& error) {
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) || dynamic_cast<const std::bad_alloc*>(&error)) return true;
  const std::string_view text = error.what();
  return text.find("DefaultCPUAllocator: ") != text.npos || text.find("out of memory") != text.npos;
}

Error tooLittleMemory(std::uint64_t needed, std::uint64_t free, Message remedy) {
  return Error(HEIRLOOM_TEXT("memory.needed", "this network needs about %1 GB of memory, and %2 GB are free")
                   .with(std::to_string((needed + kGigabyte - 1) / kGigabyte), std::to_string(free / kGigabyte)),
               std::move(remedy));
}

}  // namespace heirloom::models
