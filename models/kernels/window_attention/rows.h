#pragma once

#include <cstdint>

namespace heirloom::models {

/// Queries that the kernels work on together, or a multiple; lists of query and result rows are padded to a multiple.
constexpr int kQueriesTogether = 8;
/// The same on matrix tiles, to which no list has to be padded.
constexpr int kTileQueriesTogether = 32;

/// One window with all its heads on plain pointers, for the kernels of an instruction set. A row is a token's channels
/// (heads, head dimension); bfloat16 is passed as its bits. Any number of keys a query.
template <typename Value>
struct WindowRows {
  int queries = 0;
  int keys = 0;
  int heads = 0;
  int headDim = 0;                      // 1..; even for bfloat16
  const Value* const* query = nullptr;  // `queries` rows, the last repeated up to a multiple of kQueriesTogether
  const Value* const* key = nullptr;
  const Value* const* value = nullptr;
  Value* const* result = nullptr;             // padded as `query`
  const float* bias = nullptr;                // heads, queries, keys
  const std::int32_t* queryRegion = nullptr;  // tokens of unequal regions get -100; null: one region
  const std::int32_t* keyRegion = nullptr;
  const float* scales = nullptr;  // one a head
  bool cosine = false;            // queries and keys divided by their length first
};

/// Floats of scratch that one window needs, as an upper bound for every instruction set.
inline std::int64_t windowScratchFloats(int keys, int headDim) {
  const std::int64_t keyColumns = (keys + 31) / 32 * 32;
  const std::int64_t channels = (headDim + 31) / 32 * 32;
  const std::int64_t strips = kTileQueriesTogether * (keyColumns + 16) + keyColumns;
  return 2 * channels * keyColumns + strips + kTileQueriesTogether * channels;
}

/// `scratch`: windowScratchFloats of them, 64-byte aligned.
void attendWindowAvx2(const WindowRows<float>& rows, float* scratch);
void attendWindowAvx512(const WindowRows<float>& rows, float* scratch);
void attendWindowAvx512Bf16(const WindowRows<std::uint16_t>& rows, float* scratch);
void attendWindowAmx(const WindowRows<std::uint16_t>& rows, float* scratch);

}  // namespace heirloom::models
