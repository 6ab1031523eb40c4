#include "core/train/objective.h"

#include "core/train/denoising.h"
#include "core/train/instantir_stages.h"
#include "core/train/restorevar_codec.h"
#include "core/train/restorevar_prediction.h"

namespace heirloom::core {

std::filesystem::path Objective::write(const TrainConfig& config) const {
  std::filesystem::path file = config.output / "weights.safetensors";
  models::writeSafetensors(file, result(), config.metadata);
  return file;
}

void fillParameter(at::Tensor& parameter, const std::string& name, const models::StateDict& weights,
                   const std::filesystem::path& file) {
  if (!weights.contains(name) || weights.shape(name) != parameter.sizes().vec()) {
    throw Error(HEIRLOOM_TEXT("train.weights", "its tensor %1 is not what the network has").with(name),
                HEIRLOOM_TEXT("train.weights.remedy", "set network to what the weights were trained with"), file);
  }
  parameter.copy_(models::readTensor(weights, name));
}

std::unique_ptr<Objective> makeObjective(const TrainConfig& config) {
  if (config.stage == "vqvae") return std::make_unique<CodecTraining>(config);
  if (config.stage == "decoder") return std::make_unique<DecoderTuning>(config);
  if (config.stage == "var") return std::make_unique<TokenPrediction>(config);
  if (config.stage == "refiner") return std::make_unique<LatentRefinement>(config);
  if (config.stage == "perceptor") return std::make_unique<PerceptorTraining>(config);
  if (config.stage == "previewer") return std::make_unique<PreviewerDistillation>(config);
  if (config.stage == "aggregator") return std::make_unique<AggregatorTraining>(config);
  return std::make_unique<Denoising>(config);
}

}  // namespace heirloom::core
