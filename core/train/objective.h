#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/train/config.h"
#include "core/train/patches.h"
#include "models/checkpoint/tensors.h"

namespace heirloom::core {

/// What one stage of a recipe trains: it owns its networks, says what is to become smaller and what is written at the
/// end. The loop around it (optimiser, average, schedule, checkpoints) is the same for all. Used by one thread.
class Objective {
 public:
  virtual ~Objective() = default;

  struct Parameter {
    std::string name;  // in the checkpoint
    at::Tensor value;
    bool decays;  // whether weight decay applies
  };
  /// What is trained; always the same tensors in the same order.
  virtual std::vector<Parameter> parameters() const = 0;

  /// A scalar to be differentiated, the mean over the pictures. What is drawn at random comes from `random` alone,
  /// picture by picture, so that a step's pictures may come in several batches.
  virtual at::Tensor loss(const Patches::Batch& batch, Random& random) = 0;

  /// Called after each step of the optimiser, `part` of the run being done.
  virtual void stepped(double part, Random& random) { (void)part, (void)random; }

  /// What this stage is validated with: the pictures that `restored` is given for a clean one, C H W.
  virtual at::Tensor degraded(const at::Tensor& clean, Random& random) const = 0;

  /// Such a picture, N C H W of any size, by the network as it stands, the same of 0..1. Not for gradients.
  virtual at::Tensor restored(const at::Tensor& degraded) = 0;

  /// What a validation says of this stage beside PSNR and SSIM: names, always the same, and for a clean picture, 1 C H
  /// W, and what `degraded` made of it, as many figures. Not for gradients.
  virtual std::vector<std::string> figureNames() const { return {}; }
  virtual std::vector<double> figures(const at::Tensor& clean, const at::Tensor& degraded) {
    (void)clean, (void)degraded;
    return {};
  }

  /// What a resumed run needs beside the parameters; filled in place.
  virtual models::NamedTensors buffers() const { return {}; }

  /// Everything that the resulting file holds.
  virtual models::NamedTensors result() const = 0;

  /// Writes `result` below `config.output` and returns what models::open takes. By default weights.safetensors.
  virtual std::filesystem::path write(const TrainConfig& config) const;
};

/// Fills a parameter from `weights` of `file` to start from. Throws Error, which names both, unless they hold a tensor
/// of its name and shape.
void fillParameter(at::Tensor& parameter, const std::string& name, const models::StateDict& weights,
                   const std::filesystem::path& file);

/// By `config.stage`. Throws Error when weights to start from cannot be taken.
std::unique_ptr<Objective> makeObjective(const TrainConfig& config);

}  // namespace heirloom::core
