#pragma once

#include <torch/types.h>

#include <functional>
#include <memory>
#include <vector>

namespace heirloom::models {

using Tensors = std::vector<at::Tensor>;
/// What is computed of tensors on a device by operations that depend on nothing but their shapes and types.
using TensorFunction = std::function<Tensors(const Tensors& inputs)>;

/// A call of a function that a device repeats as a whole, for inputs of the same shapes, strides and types. What the
/// function reads beside its inputs must stay where it is.
class Recording {
 public:
  virtual ~Recording() = default;
  /// The results are the caller's own. In the inference mode that it was recorded in.
  virtual Tensors replay(const Tensors& inputs) = 0;
};

/// Makes recordings that share their memory: not for two threads.
class Recorder {
 public:
  virtual ~Recorder() = default;
  struct Recorded {
    Tensors results;  // of the function as it is
    std::unique_ptr<Recording> recording;
  };
  /// Calls `function` twice, as it is and recorded. Throws what it throws, and c10::Error where it does something that
  /// cannot be recorded, such as asking the device for a number.
  virtual Recorded record(const TensorFunction& function, const Tensors& inputs) = 0;
};

}  // namespace heirloom::models
