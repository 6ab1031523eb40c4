#pragma once

#include <functional>

#include "models/restorer.h"

namespace heirloom::models {

/// Picture on the session's device in, picture out: one call of a session.
using Run = std::function<at::Tensor(const at::Tensor& picture)>;

/// Session of a network whose run is one call. `make` gives that call for settings; what it captures (the placed
/// network) is shared by all. Pictures must have `channels` channels; 0: whatever the call takes.
class FunctionSession : public Session {
 public:
  FunctionSession(Placement placement, const Settings& settings, std::function<Run(const Settings&)> make,
                  int channels = 0)
      : placement_(placement), make_(std::move(make)), run_(make_(settings)), channels_(channels) {}

  at::Tensor restore(const at::Tensor& picture) override {
    const c10::InferenceMode inference;
    TORCH_CHECK(picture.dim() == 4 && (channels_ == 0 || picture.size(1) == channels_), "Session: expected N ",
                channels_, " H W, found ", picture.sizes());
    return run_(picture.to(placement_.device, at::kFloat));
  }
  void change(const Settings& settings) override { run_ = make_(settings); }

 private:
  Placement placement_;
  std::function<Run(const Settings&)> make_;
  Run run_;
  int channels_;
};

}  // namespace heirloom::models
