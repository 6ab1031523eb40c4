#include "core/train/objective.h"

#include "core/train/denoising.h"
#include "core/train/restorevar_codec.h"
#include "core/train/restorevar_prediction.h"

namespace heirloom::core {

std::unique_ptr<Objective> makeObjective(const TrainConfig& config) {
  if (config.stage == "vqvae") return std::make_unique<CodecTraining>(config);
  if (config.stage == "decoder") return std::make_unique<DecoderTuning>(config);
  if (config.stage == "var") return std::make_unique<TokenPrediction>(config);
  if (config.stage == "refiner") return std::make_unique<LatentRefinement>(config);
  return std::make_unique<Denoising>(config);
}

}  // namespace heirloom::core
