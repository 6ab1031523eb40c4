#include "tests/models/support/tiny_drunet.h"

#include "models/checkpoint/tensors.h"
#include "models/common/random_weights.h"
#include "models/common/res_unet.h"

namespace heirloom::tests {

void writeTinyDrunet(const std::filesystem::path& file) {
  const models::ResUNetConfig config{2, 1, {8, 8, 8, 8}, 1};
  models::writeSafetensors(file, models::randomWeights(models::stateOf(*models::ResUNet(config))));
}

}  // namespace heirloom::tests
