#include "models/checkpoint/tensor_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "models/checkpoint/crc32.h"
#include "models/common/error.h"
#include "tests/checkpoint/sample_files.h"

namespace heirloom::models {
namespace {

using testing::ElementsAre;

/// Reads a tensor over the storage 0, 1, 2, ... 23 of items of the given type.
template <typename Item>
std::vector<Item> gathered(DType dtype, std::vector<std::int64_t> shape, std::vector<std::int64_t> strides,
                           std::uint64_t offset) {
  std::vector<Item> storage(24);
  std::iota(storage.begin(), storage.end(), Item{0});
  TensorEntry entry{.dtype = dtype, .shape = std::move(shape), .strides = std::move(strides), .storageOffset = offset};
  entry.storageBytes = storage.size() * sizeof(Item);
  checkLayout(entry);
  std::vector<Item> target(static_cast<std::size_t>(entry.numel()), Item{99});
  copyRowMajor(entry, std::as_bytes(std::span(storage)), std::as_writable_bytes(std::span(target)));
  return target;
}

TEST(TensorLayout, copiesAContiguousTensorFromItsOffset) {
  EXPECT_THAT(gathered<float>(DType::Float32, {2, 2}, {2, 1}, 3), ElementsAre(3, 4, 5, 6));
}

TEST(TensorLayout, gathersATransposedTensor) {
  EXPECT_THAT(gathered<std::int16_t>(DType::Int16, {3, 2}, {1, 3}, 0), ElementsAre(0, 3, 1, 4, 2, 5));
}

TEST(TensorLayout, gathersAWindowRowByRow) {
  EXPECT_THAT(gathered<double>(DType::Float64, {2, 1, 3}, {6, 24, 1}, 7), ElementsAre(7, 8, 9, 13, 14, 15));
}

TEST(TensorLayout, gathersFourAxesInOrder) {
  // The 2 x 2 x 2 x 3 tensor of strides 12, 6, 3, 1 with its axes turned round.
  const auto found = gathered<std::uint8_t>(DType::UInt8, {3, 2, 2, 2}, {1, 3, 6, 12}, 0);
  std::vector<std::uint8_t> expected;
  for (int a = 0; a < 3; ++a) {
    for (int b = 0; b < 2; ++b) {
      for (int c = 0; c < 2; ++c) {
        for (int d = 0; d < 2; ++d) expected.push_back(static_cast<std::uint8_t>(a + 3 * b + 6 * c + 12 * d));
      }
    }
  }
  EXPECT_EQ(found, expected);
}

TEST(TensorLayout, repeatsWhatWasBroadcast) {
  EXPECT_THAT(gathered<float>(DType::Float32, {2, 3}, {0, 1}, 4), ElementsAre(4, 5, 6, 4, 5, 6));
  EXPECT_THAT(gathered<float>(DType::Float32, {3}, {0}, 4), ElementsAre(4, 4, 4));
}

TEST(TensorLayout, copiesScalarsAndEmptyTensors) {
  EXPECT_THAT(gathered<std::int64_t>(DType::Int64, {}, {}, 5), ElementsAre(5));
  EXPECT_THAT(gathered<float>(DType::Float32, {0, 3}, {3, 1}, 0), ElementsAre());
  EXPECT_THAT(gathered<float>(DType::Float32, {3, 0}, {7, 900}, 24), ElementsAre());
}

TEST(TensorLayout, acceptsTheLastElementAndNoFurther) {
  EXPECT_THAT(gathered<float>(DType::Float32, {2, 2}, {12, 11}, 0), ElementsAre(0, 11, 12, 23));
  EXPECT_THROW(gathered<float>(DType::Float32, {2, 2}, {12, 11}, 1), Error);
  EXPECT_THROW(gathered<float>(DType::Float32, {2, 2}, {13, 11}, 0), Error);
}

TEST(TensorLayout, boundsABroadcastByAMebibyte) {
  EXPECT_EQ(gathered<std::uint8_t>(DType::UInt8, {1 << 20}, {0}, 1).size(), 1u << 20);
  EXPECT_THROW(gathered<std::uint8_t>(DType::UInt8, {(1 << 20) + 1}, {0}, 1), Error);
}

TEST(TensorLayout, countsElementsWithoutOverflow) {
  const std::vector<std::int64_t> large{1ll << 31, 1ll << 30}, tooLarge{1ll << 31, 1ll << 31};
  EXPECT_EQ(checkedNumel(large, DType::Float16), 1ull << 61);
  EXPECT_THROW(checkedNumel(tooLarge, DType::Float16), Error);
}

TEST(Crc32, isThatOfZipFiles) {
  // The check value of CRC-32/ISO-HDLC, once within the eight bytes at a time and once beyond.
  EXPECT_EQ(crc32(tests::asBytes("123456789")), 0xCBF43926u);
  EXPECT_EQ(crc32(tests::asBytes("")), 0u);
  EXPECT_EQ(crc32(tests::asBytes("The quick brown fox jumps over the lazy dog")), 0x414FA339u);
}

}  // namespace
}  // namespace heirloom::models
