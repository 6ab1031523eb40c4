#include "models/common/noise_ahead.h"

#include <algorithm>
#include <utility>

#include "models/common/savings.h"

namespace heirloom::models {

NoiseAhead::NoiseAhead(NoiseSource& source, std::vector<std::int64_t> shape, const at::Device& device, int count)
    : source_(source), shape_(std::move(shape)), device_(device), left_(count) {}

at::Tensor NoiseAhead::next() {
  if (!ready_.defined() || taken_ == ready_.size(0)) draw();
  return ready_[taken_++];
}

void NoiseAhead::skip() {
  if (ready_.defined() && taken_ < ready_.size(0)) {
    ++taken_;
    return;
  }
  source_.normal(shape_);
  --left_;
}

void NoiseAhead::draw() {
  std::vector<at::Tensor> draws = {source_.normal(shape_)};
  const auto bytes = static_cast<std::int64_t>(sizeof(float)) * draws.front().numel();
  const std::int64_t room = saves(Saving::Ahead) ? kMost / std::max<std::int64_t>(1, bytes) : 1;
  const std::int64_t count = std::clamp<std::int64_t>(room, 1, std::max<std::int64_t>(1, left_));
  while (std::ssize(draws) < count) draws.push_back(source_.normal(shape_));
  ready_ = at::stack(draws).to(device_, at::kFloat);
  taken_ = 0;
  left_ -= count;
}

}  // namespace heirloom::models
