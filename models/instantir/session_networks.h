#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "models/checkpoint/state_dict.h"
#include "models/instantir/network.h"
#include "models/instantir/reading.h"
#include "models/sdxl/prompt.h"

namespace heirloom::models {

/// All networks of one session, filled from their mapped files and placed when they are first asked for. Those that a
/// run needs only at its start give their memory back when they are dropped.
class SessionNetworks {
 public:
  /// `tensors`: with present names (withPresentNames), as `config` was read from.
  SessionNetworks(StateDict tensors, DiffusionConfig config, const Placement& placement);

  SdxlVae& vae();
  std::vector<TextEncoder>& textEncoders();
  void dropTextEncoders() { encoders_.clear(); }

  /// SDXL's own UNet, of a folder that is SDXL alone.
  UNet& painter();

  /// Of InstantIR's folder.
  InstantIrNetworks& restorers();
  /// What DINOv2 sees in a picture, 1 3 H W in 0..1, and in nothing: 1 T W float32.
  at::Tensor seenIn(const at::Tensor& picture);
  at::Tensor seenInNothing();

  const DiffusionConfig& config() const { return config_; }
  const Placement& placement() const { return placement_; }

 private:
  WeightSource source(const std::string& part) const;
  DinoV2& dino();

  StateDict tensors_;
  DiffusionConfig config_;
  Placement placement_;
  std::array<std::shared_ptr<const ClipTokenizer>, 2> tokenizers_;
  SdxlVae vae_{nullptr};
  std::vector<TextEncoder> encoders_;
  UNet painter_{nullptr};
  std::optional<InstantIrNetworks> restorers_;
  DinoV2 dino_{nullptr};
  at::Tensor nothing_;
};

}  // namespace heirloom::models
