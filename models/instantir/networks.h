#pragma once

#include <memory>
#include <vector>

#include "models/checkpoint/state_dict.h"
#include "models/instantir/reading.h"
#include "models/sdxl/prompt.h"
#include "models/sdxl/unet.h"
#include "models/sdxl/weights.h"

namespace heirloom::models {

/// The networks of one session, filled from their mapped files and placed when they are first asked for. Those that a
/// run needs only at its start give their memory back when they are dropped.
class InstantIrNetworks {
 public:
  /// `tensors`: with present names (withPresentNames), as `config` was read from.
  InstantIrNetworks(StateDict tensors, InstantIrConfig config, const Placement& placement);

  SdxlVae& vae();
  UNet& unet();
  std::vector<TextEncoder>& textEncoders();
  DinoV2& dino();

  void dropTextEncoders() { encoders_.clear(); }
  void dropDino() { dino_ = nullptr; }

  const InstantIrConfig& config() const { return config_; }
  const Placement& placement() const { return placement_; }
  /// The tensors of a part of the folder.
  WeightSource source(const std::string& part) const;

 private:
  StateDict tensors_;
  InstantIrConfig config_;
  Placement placement_;
  std::shared_ptr<const ClipTokenizer> tokenizers_[2];
  SdxlVae vae_{nullptr};
  UNet unet_{nullptr};
  DinoV2 dino_{nullptr};
  std::vector<TextEncoder> encoders_;
};

}  // namespace heirloom::models
