#include "tests/models/restorevar/tiny_folder.h"

#include <torch/types.h>

#include "models/common/layer.h"
#include "models/restorevar/rope.h"
#include "tests/models/restorevar/golden.h"

namespace heirloom::tests {

using namespace models;

NamedTensors tablesOf(const VarConfig& config) {
  std::vector<at::Tensor> levels;
  for (int scale = 0; scale < config.scales(); ++scale)
    levels.push_back(at::full({1, config.sides[scale] * config.sides[scale]}, scale, at::kLong));
  NamedTensors made = {{"lvl_1L", at::cat(levels, 1)},
                       {"lvl_1L_cond", at::zeros({1, config.grid() * config.grid()}, at::kLong)},
                       {"attn_bias_for_masking", at::zeros({1, 1, config.tokens(), config.tokens()})}};
  for (int i = 0; i < config.depth; ++i)
    made.emplace_back("blocks." + std::to_string(i) + ".attn.zero_k_bias", at::zeros({config.width}));
  return made;
}

NamedTensors rotationTablesOf(const VarConfig& config) {
  const int headDim = config.width / config.heads;
  return {{"freqs_cis", rotations(config.sides, headDim)},
          {"freqs_cis_cross", rotations(config.grid(), config.grid(), headDim)}};
}

void writeTinyRestoreVar(const std::filesystem::path& folder) {
  const RestoreVarConfig config = tinyRestoreVar();
  const RestoreVarNetwork network = goldenNetwork(config);
  std::filesystem::create_directories(folder);
  NamedTensors transformer = stateOf(*network->var);
  for (const auto& table : tablesOf(config.var)) transformer.push_back(table);
  writeSafetensors(folder / "restorevar.safetensors", transformer);
  writeSafetensors(folder / "vae_restorevar.safetensors", stateOf(*network->vae));
}

}  // namespace heirloom::tests
