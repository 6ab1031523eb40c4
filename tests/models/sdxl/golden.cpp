#include "tests/models/sdxl/golden.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>

#include "models/checkpoint/tensors.h"

namespace heirloom::tests {

at::Tensor recordWeights(const std::string& key, const std::vector<std::int64_t>& shape) {
  const std::string last = key.substr(key.rfind('.') + 1);
  double slope = 0, offset = 0;
  if (last == "bias") {
    slope = 0.05;
  } else if (last == "lambda1") {
    slope = 0.1, offset = 0.5;
  } else if (last == "cls_token" || last == "position_embeddings" || last == "latents" ||
             key.ends_with("_embedding.weight")) {
    slope = 0.5;
  } else if (shape.size() == 1) {
    slope = 0.1, offset = 1;
  } else {
    double fanIn = 1;
    for (std::size_t i = 1; i < shape.size(); ++i) fanIn *= static_cast<double>(shape[i]);
    slope = std::sqrt(3 / fanIn);
  }
  return (goldenUniform(key, shape) * slope + offset).to(at::kFloat);
}

void fillRecord(torch::nn::Module& module, const std::string& prefix) {
  const torch::NoGradGuard noGrad;
  for (auto& [name, tensor] : models::stateOf(module))
    at::Tensor(tensor).copy_(recordWeights(prefix + name, tensor.sizes().vec()));
}

at::Tensor recordInput(const std::string& name, const std::vector<std::int64_t>& shape, double slope) {
  return (goldenUniform("in." + name, shape) * (slope == 0 ? std::sqrt(3.0) : slope)).to(at::kFloat);
}

void expectRecord(const at::Tensor& found, const nlohmann::json& expected, double relative) {
  ASSERT_EQ(found.sizes().vec(), expected["shape"].get<std::vector<std::int64_t>>());
  const at::Tensor values = found.to(at::kDouble).contiguous().flatten();
  const double largest = values.abs().max().item<double>();
  const auto compare = [&](const char* part, std::int64_t begin, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_NEAR(values[begin + static_cast<std::int64_t>(i)].item<double>(), expected[part][i].get<double>(),
                  relative * std::max(1.0, largest))
          << part << " " << i;
    }
  };
  compare("head", 0, expected["head"].size());
  compare("tail", values.numel() - static_cast<std::int64_t>(expected["tail"].size()), expected["tail"].size());
  const double sums = relative * std::max(1.0, expected["abssum"].get<double>());
  EXPECT_NEAR(values.sum().item<double>(), expected["sum"].get<double>(), sums);
  EXPECT_NEAR(values.abs().sum().item<double>(), expected["abssum"].get<double>(), sums);
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
