#pragma once

#include <torch/types.h>

#include <vector>

namespace heirloom::core {

/// The moving average of a run's weights, which is what is validated and saved.
class WeightAverage {
 public:
  /// Starts from `weights` as they are; their values change, the tensors stay.
  explicit WeightAverage(std::vector<at::Tensor> weights);

  /// average <- decay * average + (1 - decay) * weights.
  void update(double decay);

  /// One a weight, in their order.
  const std::vector<at::Tensor>& values() const { return values_; }

  /// While one of these lives, the weights are the average.
  class InPlace {
   public:
    explicit InPlace(WeightAverage& average) : average_(average) { average_.exchange(); }
    ~InPlace() { average_.exchange(); }
    InPlace(const InPlace&) = delete;
    InPlace& operator=(const InPlace&) = delete;

   private:
    WeightAverage& average_;
  };

 private:
  void exchange();

  std::vector<at::Tensor> weights_;
  std::vector<at::Tensor> values_;
};

}  // namespace heirloom::core
