#pragma once

#include <c10/core/Event.h>
#include <torch/types.h>

#include <optional>

namespace heirloom::models {

/// Whether the samples of a run hold nothing but numbers. The device is asked at every step and not waited for: its
/// answer is read when the next step is on its way, or when somebody wants to know; at once where Saving::Ahead is
/// switched off (savings.h).
class StepNumbers {
 public:
  /// `steps`: of the run; `first`: the one that it begins with. What is said counts from there, as pictures of steps
  /// are numbered.
  explicit StepNumbers(int steps, int first = 0) : steps_(steps), first_(first) {}

  /// Step `index` gave `sample`. Throws as `require` does of the step before it, where the host is not ahead of this
  /// one.
  void add(const at::Tensor& sample, int index);
  /// Throws Error, which names the step, when the sample of the latest one has NaN or infinities. Waits for that
  /// sample, and for nothing behind it.
  void require();

 private:
  struct Answer {
    int index = 0;
    at::Tensor finite;                   // one bool in main memory
    std::optional<c10::Event> computed;  // empty: it is there
  };

  int steps_, first_;
  std::optional<Answer> pending_;
};

/// The same of one sample, at once.
void requireNumbers(const at::Tensor& sample, int index, int steps, int first = 0);

}  // namespace heirloom::models
