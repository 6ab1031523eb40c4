#include "tests/models/sdxl/golden.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "models/checkpoint/tensors.h"

namespace heirloom::tests {

void fillRecord(torch::nn::Module& module, const std::string& prefix) {
  const torch::NoGradGuard noGrad;
  for (auto& [name, tensor] : models::stateOf(module))
    at::Tensor(tensor).copy_(recordedWeight(prefix + name, tensor.sizes()));
}

void expectKeys(const torch::nn::Module& module, const std::filesystem::path& list,
                const std::vector<std::string>& ignored) {
  const auto isIgnored = [&](const std::string& key) {
    return std::ranges::any_of(ignored, [&](const std::string& end) { return key.ends_with(end); });
  };
  std::map<std::string, std::string> expected, own;
  std::ifstream in(list);
  for (std::string line; std::getline(in, line);) {
    const std::size_t tab = line.find('\t');
    if (!isIgnored(line.substr(0, tab))) expected[line.substr(0, tab)] = line.substr(tab + 1);
  }
  for (const auto& [key, tensor] : models::stateOf(module)) {
    std::string shape;
    for (const std::int64_t side : tensor.sizes()) {
      if (!shape.empty()) shape += 'x';
      shape += std::to_string(side);
    }
    if (!isIgnored(key)) own[key] = shape;
  }
  EXPECT_FALSE(expected.empty()) << list;
  for (const auto& [key, shape] : expected) EXPECT_EQ(own[key], shape) << key;
  for (const auto& [key, shape] : own) EXPECT_TRUE(expected.contains(key)) << "left over " << key;
}

}  // namespace heirloom::tests
