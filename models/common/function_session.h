#pragma once

#include <functional>

#include "models/restorer.h"

namespace heirloom::models {

/// Session of a network whose run is one call: picture on the session's device in, picture out.
class FunctionSession : public Session {
 public:
  FunctionSession(Placement placement, std::function<at::Tensor(const at::Tensor&)> forward)
      : placement_(placement), forward_(std::move(forward)) {}

  at::Tensor restore(const at::Tensor& picture) override {
    const c10::InferenceMode inference;
    return forward_(picture.to(placement_.device, at::kFloat));
  }

 private:
  Placement placement_;
  std::function<at::Tensor(const at::Tensor&)> forward_;
};

}  // namespace heirloom::models
