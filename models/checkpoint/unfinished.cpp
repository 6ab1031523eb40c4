#include "models/checkpoint/unfinished.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace heirloom::models {
namespace {

constexpr std::uint64_t kFewestZeros = 64 << 10;
// Of the tensor within which the zeros begin: a last weight or two may be zero by chance or by pruning.
constexpr std::uint64_t kCutBytes = 64;
constexpr std::ptrdiff_t kDeadWeights = 3;

bool isFloating(DType dtype) {
  return dtype == DType::Float64 || dtype == DType::Float32 || dtype == DType::Float16 || dtype == DType::BFloat16;
}

/// Where the storages lie: begin and end, in the file's order.
struct Storages {
  using Extent = std::pair<std::uint64_t, std::uint64_t>;
  std::set<Extent> all;
  std::set<Extent> weights;  // of matrices and convolutions

  void collect(const Node& node) {
    if (node.kind == Node::Kind::Tensor && node.tensor.storageBytes > 0) {
      const Extent extent{node.tensor.storageBegin, node.tensor.storageBegin + node.tensor.storageBytes};
      all.insert(extent);
      if (node.tensor.shape.size() >= 2 && isFloating(node.tensor.dtype)) weights.insert(extent);
    }
    for (const NamedNode& child : node.dictionary) collect(child.value);
  }
};

}  // namespace

std::uint64_t zerosAtEnd(std::span<const std::byte> file) {
  const auto isSet = [](std::byte byte) { return byte != std::byte{0}; };
  const auto zeros = static_cast<std::uint64_t>(std::find_if(file.rbegin(), file.rend(), isSet) - file.rbegin());
  return zeros < kFewestZeros ? 0 : zeros;
}

bool lacksWeights(const Node& root, std::uint64_t zerosBegin) {
  Storages storages;
  storages.collect(root);
  const auto isDead = [&](const Storages::Extent& extent) { return extent.first >= zerosBegin; };
  if (std::ranges::count_if(storages.weights, isDead) < kDeadWeights) return false;
  const auto cut = std::ranges::find_if(storages.all, [&](const auto& extent) { return extent.second > zerosBegin; });
  return cut == storages.all.begin() || (cut->first < zerosBegin && cut->second - zerosBegin >= kCutBytes);
}

Error unfinished(std::uint64_t zeros) {
  char size[32];
  const auto end =
      std::to_chars(size, size + sizeof size, static_cast<double>(zeros) / 1e6, std::chars_format::fixed, 1);
  return Error(HEIRLOOM_TEXT("checkpoint.unfinished", "it ends in %1 MB of zeros: the download was not finished")
                   .with(std::string(size, end.ptr)),
               HEIRLOOM_TEXT("checkpoint.unfinished.remedy", "download it again"));
}

}  // namespace heirloom::models
