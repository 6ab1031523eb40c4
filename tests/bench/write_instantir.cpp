// Writes InstantIR's folder with networks of the published sizes and random bfloat16 weights: what memory and time a
// run takes does not depend on the values.

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <random>
#include <span>
#include <string_view>
#include <vector>

#include "models/checkpoint/safetensors_writer.h"
#include "tests/models/instantir/tiny_folder.h"

namespace heirloom::tests {
namespace {

constexpr std::size_t kLongest = std::size_t{49408} * 1280;  // values of the largest tensor
constexpr std::size_t kShifts = std::size_t{1} << 22;        // so that tensors of one spread are not the same
constexpr std::uint16_t kOne = 0x3f80;                       // 1 in bfloat16

using Values = std::vector<std::uint16_t>;

/// Values of one spread: random sign and fraction, between 2^-exponent and twice that.
Values drawn(int exponent) {
  std::mt19937_64 random(static_cast<std::uint64_t>(exponent));
  Values values(kLongest + kShifts);
  for (std::size_t i = 0; i + 4 <= values.size(); i += 4) {
    const std::uint64_t bits = random();
    for (std::size_t k = 0; k < 4; ++k) {
      const auto part = static_cast<std::uint16_t>(bits >> (16 * k));
      values[i + k] = static_cast<std::uint16_t>((part & 0x807fU) | ((127U - static_cast<unsigned>(exponent)) << 7U));
    }
  }
  return values;
}

class Filler {
 public:
  models::TensorBytes operator()(const std::string& name, const at::Tensor& shape) {
    const std::vector<std::int64_t> sizes = shape.sizes().vec();
    const auto count = static_cast<std::size_t>(shape.numel());
    return {name, models::DType::BFloat16, sizes, std::as_bytes(std::span(valuesFor(name, shape), count))};
  }

 private:
  /// Of matrices values with the variance 1 / fan-in, near enough; gains are 1, other vectors 0.
  const std::uint16_t* valuesFor(const std::string& name, const at::Tensor& shape) {
    if (shape.dim() < 2) return name.ends_with("bias") ? zeros_.data() : ones_.data();
    const double inputs = static_cast<double>(shape.numel()) / static_cast<double>(shape.size(0));
    const int exponent = std::max(1, static_cast<int>(std::lround(std::log2(1.5 * std::sqrt(inputs)))));
    auto found = drawn_.find(exponent);
    if (found == drawn_.end()) found = drawn_.emplace(exponent, drawn(exponent)).first;
    return found->second.data() + std::hash<std::string>()(name) % kShifts;
  }

  std::map<int, Values> drawn_;
  Values zeros_ = Values(kShifts, 0), ones_ = Values(kShifts, kOne);
};

void write(const std::filesystem::path& folder) {
  Filler filler;
  writeInstantIr(folder, publishedNetworks(),
                 [&](const std::filesystem::path& file, const models::NamedTensors& shapes) {
                   std::vector<models::TensorBytes> tensors;
                   for (const auto& [name, shape] : shapes) tensors.push_back(filler(name, shape));
                   models::writeSafetensors(file, tensors);
                 });
}

}  // namespace
}  // namespace heirloom::tests

int main(int count, char** arguments) {
  const bool tiny = count == 3 && std::string_view(arguments[2]) == "tiny";
  if (count != 2 && !tiny) {
    std::cerr << "write_instantir FOLDER [tiny]: writes 12 GB, or 65 MB of the tests' sizes\n";
    return 2;
  }
  try {
    if (tiny)
      heirloom::tests::writeTinyInstantIr(arguments[1]);
    else
      heirloom::tests::write(arguments[1]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
