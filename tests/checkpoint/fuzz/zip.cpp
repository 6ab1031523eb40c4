#include <cstdint>

#include "tests/checkpoint/fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  heirloom::tests::fuzzZip(std::as_bytes(std::span(data, size)));
  return 0;
}
