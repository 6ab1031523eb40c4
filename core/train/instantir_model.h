#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "core/train/config.h"
#include "models/checkpoint/tensors.h"
#include "models/instantir/reading.h"

namespace heirloom::core {

/// The model that a stage of InstantIR starts from and writes, a folder: all of the network, so that the ordinary
/// loader takes it and the next stage starts from it. An earlier `config.output`/model stays as it is until `finish`.
class InstantIrModel {
 public:
  /// Makes the model beside its place: links to what `config.network.folder` holds and, of InstantIR's own parts, those
  /// that it lacks as they are before training, with random numbers of LibTorch's from `config.seed`. These are marked
  /// as untrained: to the next stage they are missing. Throws Error, which names the file or key, where something else
  /// is missing, where parts do not belong together, where the stage starts from a part that was not trained, where the
  /// network does not see patches of that size, and where the model would take the place of what it links to.
  explicit InstantIrModel(const TrainConfig& config);

  /// With present names (models::withPresentNames), as they were before this stage.
  const models::StateDict& tensors() const { return tensors_; }
  const models::DiffusionConfig& config() const { return config_; }
  std::int64_t sideMultiple() const { return sideMultiple_; }  // of pictures

  /// Puts the trained part, "adapter", "aggregator" or "previewer_lora", in the place of what stood there, and the
  /// model in the place of `config.output`/model, which it returns. To be called once. Throws Error.
  std::filesystem::path finish(std::string_view part, const models::NamedTensors& tensors,
                               const std::map<std::string, std::string>& metadata) const;

 private:
  /// Goes with all that is in it, unless it was renamed.
  struct Unfinished {
    explicit Unfinished(std::filesystem::path where) : folder(std::move(where)) {}
    ~Unfinished();
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
    std::filesystem::path folder;
  };

  void put(std::string_view part, const models::NamedTensors& tensors,
           const std::map<std::string, std::string>& metadata) const;

  std::filesystem::path finished_;
  Unfinished unfinished_;
  models::StateDict tensors_;
  models::DiffusionConfig config_;
  std::int64_t sideMultiple_ = 1;
};

}  // namespace heirloom::core
