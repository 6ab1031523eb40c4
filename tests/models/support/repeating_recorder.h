#pragma once

#include <c10/util/Exception.h>

#include <memory>
#include <string>
#include <vector>

#include "models/common/graphs.h"

namespace heirloom::tests {

/// What a RepeatingRecorder did, and what is to go wrong.
struct Repeated {
  int recorded = 0, replayed = 0, alive = 0;
  double off = 0;                        // added to what a replay gives
  std::string recordFails, replayFails;  // with this message
  std::vector<Message> told;
};

/// Stands in for a GPU: a replay copies the inputs to fixed places and calls the very function that was recorded. What
/// that function took from outside of its inputs is as old as the recording.
class RepeatingRecorder : public models::Recorder {
 public:
  explicit RepeatingRecorder(std::shared_ptr<Repeated> log) : log_(std::move(log)) {}

  Recorded record(const models::TensorFunction& function, const models::Tensors& inputs) override {
    TORCH_CHECK(log_->recordFails.empty(), log_->recordFails);
    ++log_->recorded;
    return {function(inputs), std::make_unique<Repetition>(log_, function, copies(inputs))};
  }

 private:
  static models::Tensors copies(const models::Tensors& tensors) {
    models::Tensors made;
    for (const at::Tensor& tensor : tensors) made.push_back(tensor.clone());
    return made;
  }

  class Repetition : public models::Recording {
   public:
    Repetition(std::shared_ptr<Repeated> log, models::TensorFunction function, models::Tensors inputs)
        : log_(std::move(log)), function_(std::move(function)), inputs_(std::move(inputs)) {
      ++log_->alive;
    }
    ~Repetition() override { --log_->alive; }
    models::Tensors replay(const models::Tensors& inputs) override {
      TORCH_CHECK(log_->replayFails.empty(), log_->replayFails);
      ++log_->replayed;
      for (std::size_t i = 0; i < inputs.size(); ++i) inputs_[i].copy_(inputs[i]);
      models::Tensors made = copies(function_(inputs_));
      if (log_->off != 0) made.front().add_(log_->off);
      return made;
    }

   private:
    std::shared_ptr<Repeated> log_;
    models::TensorFunction function_;
    models::Tensors inputs_;
  };

  std::shared_ptr<Repeated> log_;
};

inline std::unique_ptr<models::Graphs> repeatingGraphs(const std::shared_ptr<Repeated>& log, std::size_t most = 8) {
  return std::make_unique<models::Graphs>(
      std::make_unique<RepeatingRecorder>(log), 1e-3, [log](const Message& message) { log->told.push_back(message); },
      most);
}

}  // namespace heirloom::tests
