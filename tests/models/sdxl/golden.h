#pragma once

#include <torch/nn/module.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/models/instantir/golden.h"

namespace heirloom::tests {

/// Fills a module with the values of the records (instantir.md 7.1); `prefix` goes before its own names: "vae.".
void fillRecord(torch::nn::Module& module, const std::string& prefix);

/// The module's names and shapes are those of a list of conformance/instantir/keys, but for keys that end in one of
/// `ignored` on either side.
void expectKeys(const torch::nn::Module& module, const std::filesystem::path& list,
                const std::vector<std::string>& ignored = {});

}  // namespace heirloom::tests
