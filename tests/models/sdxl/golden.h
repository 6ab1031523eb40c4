#pragma once

#include <torch/nn/module.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/models/support/hashed_values.h"

namespace heirloom::tests {

/// A tensor of the records of conformance/instantir, by key and shape (instantir.md 7.1), float32.
at::Tensor recordWeights(const std::string& key, const std::vector<std::int64_t>& shape);

/// Fills a module with them; `prefix` goes before its own names: "vae.".
void fillRecord(torch::nn::Module& module, const std::string& prefix);

/// An input of the records, "in.NAME": a uniform of standard deviation 1, of pictures -1..1 (`slope` 1).
at::Tensor recordInput(const std::string& name, const std::vector<std::int64_t>& shape, double slope = 0);

/// "sum", "abssum", "head" and "tail" of a record. The largest difference is `relative` to the largest number named;
/// sums may differ by it at every element.
void expectRecord(const at::Tensor& found, const nlohmann::json& expected, double relative = 1e-4);

/// The module's names and shapes are those of a list of conformance/instantir/keys, but for keys that end in one of
/// `ignored` on either side.
void expectKeys(const torch::nn::Module& module, const std::filesystem::path& list,
                const std::vector<std::string>& ignored = {});

}  // namespace heirloom::tests
