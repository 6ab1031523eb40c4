#include "models/common/out_of_memory.h"

#include <c10/util/Exception.h>

#include <new>
#include <string_view>

namespace heirloom::models {

bool isOutOfMemory(const std::exception& error) {
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) || dynamic_cast<const std::bad_alloc*>(&error)) return true;
  const std::string_view text = error.what();
  return text.find("DefaultCPUAllocator: ") != text.npos || text.find("out of memory") != text.npos;
}

}  // namespace heirloom::models
