#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "models/restorevar/network.h"
#include "tests/models/support/hashed_values.h"

namespace heirloom::tests {

/// Fills a module with the records' weights; `prefix` goes before its own names ("blocks.0.attn.").
void fillGolden(torch::nn::Module& module, const std::string& prefix = "");

/// The records' T4: squares of 64 pixels, four scales.
models::RestoreVarConfig tinyRestoreVar();
/// The records' T10: the same network over the public ten scales, squares of 512 pixels.
models::RestoreVarConfig tenScales();

/// The tiny network of a record, T4 or T10.
models::RestoreVarConfig goldenConfig(const nlohmann::json& record);
models::RestoreVarNetwork goldenNetwork(const models::RestoreVarConfig& config);
/// The same, placed.
models::RestoreVarNetwork goldenNetwork(const models::RestoreVarConfig& config, const models::Placement& placement);

/// A record's picture, 1 3 side side in -1..1.
at::Tensor goldenPicture(const std::string& key, int side);

/// Compares with "sum", "asum", "head" and "tail", or with "data". `element`: largest difference of one value, `mean`:
/// of the sums, a value.
void expectGolden(const at::Tensor& found, const nlohmann::json& expected, double element, double sum);

}  // namespace heirloom::tests
