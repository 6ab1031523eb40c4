#include "tests/models/support/swinir_files.h"

#include "models/checkpoint/tensors.h"
#include "models/common/random_weights.h"
#include "models/swinir/network.h"

namespace heirloom::tests {

void writeSwinIr(const std::filesystem::path& file, const models::SwinIrConfig& config) {
  models::writeSafetensors(file, models::randomWeights(models::stateOf(*models::SwinIr(config))));
}

}  // namespace heirloom::tests
