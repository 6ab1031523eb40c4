#include "models/instantir/step_numbers.h"

#include <c10/core/impl/VirtualGuardImpl.h>

#include <string>
#include <utility>

#include "models/common/error.h"
#include "models/common/savings.h"

namespace heirloom::models {

void StepNumbers::add(const at::Tensor& sample, int index) {
  Answer answer{.index = index, .finite = sample.isfinite().all(), .computed = std::nullopt};
  if (const at::Device device = sample.device(); !device.is_cpu()) {
    // From memory that is not pinned the copy would wait.
    const at::Tensor here = at::empty({}, at::TensorOptions(at::kBool).pinned_memory(true));
    here.copy_(answer.finite, /*non_blocking=*/true);
    answer.finite = here;
    answer.computed.emplace(device.type());
    answer.computed->record(c10::impl::VirtualGuardImpl(device.type()).getStream(device));
  }
  require();
  pending_ = std::move(answer);
  if (!saves(Saving::Ahead)) require();
}

void StepNumbers::require() {
  const std::optional<Answer> answer = std::exchange(pending_, std::nullopt);
  if (!answer) return;
  if (answer->computed) answer->computed->synchronize();
  if (answer->finite.item<bool>()) return;
  throw Error(HEIRLOOM_TEXT("instantir.notFinite", "step %1 of %2 gave values that are no numbers")
                  .with(std::to_string(answer->index - first_ + 1), std::to_string(steps_ - first_)),
              HEIRLOOM_TEXT("instantir.notFinite.remedy", "run in a wider precision, or take an earlier step"));
}

void requireNumbers(const at::Tensor& sample, int index, int steps, int first) {
  StepNumbers numbers(steps, first);
  numbers.add(sample, index);
  numbers.require();
}

}  // namespace heirloom::models
