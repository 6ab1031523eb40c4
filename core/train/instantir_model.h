#pragma once

#include <string_view>

#include "core/train/config.h"
#include "models/checkpoint/tensors.h"
#include "models/instantir/reading.h"

namespace heirloom::core {

/// The folder that a stage of InstantIR starts from and writes: all of the network at every moment, so that the
/// ordinary loader takes it and the next stage starts from it.
class InstantIrModel {
 public:
  /// Makes `config.output`/model: links to what `config.network.folder` holds and, of InstantIR's own parts, those that
  /// it lacks as they are before training, with random numbers of LibTorch's. Throws Error, which names the file, where
  /// something else is missing, where parts do not belong together, and where the stage starts from a part that was not
  /// trained.
  explicit InstantIrModel(const TrainConfig& config);

  const std::filesystem::path& folder() const { return folder_; }
  /// With present names (models::withPresentNames), as they were before this stage.
  const models::StateDict& tensors() const { return tensors_; }
  const models::DiffusionConfig& config() const { return config_; }

  /// Puts a trained part, "adapter", "aggregator" or "previewer_lora", in the place of what stands there. Throws Error.
  void put(std::string_view part, const models::NamedTensors& tensors,
           const std::map<std::string, std::string>& metadata) const;

 private:
  std::filesystem::path folder_;
  models::StateDict tensors_;
  models::DiffusionConfig config_;
};

}  // namespace heirloom::core
