#include "models/common/whole_statistics.h"

#include <c10/util/Exception.h>

#include <atomic>
#include <utility>

#include "models/common/augmentation.h"

namespace heirloom::models {
namespace {

thread_local WholeStatistics::Scope* scopeOfThread = nullptr;

/// All pictures of `x`, one below the other and without their rims: 1 C H W.
at::Tensor piledUp(const at::Tensor& x, double rim) {
  const auto inner = [rim](const at::Tensor& of, std::int64_t side) {
    const auto cut = static_cast<std::int64_t>(static_cast<double>(of.size(side)) * rim);
    return of.narrow(side, cut, of.size(side) - 2 * cut);
  };
  return inner(inner(x, 2), 3).transpose(0, 1).flatten(1, 2).unsqueeze(0);
}

}  // namespace

WholeStatistics::Scope::Scope(WholeStatistics& statistics, Use use, double rim)
    : statistics_(statistics), use_(use), rim_(rim), outer_(std::exchange(scopeOfThread, this)) {}

WholeStatistics::Scope::~Scope() {
  scopeOfThread = outer_;
}

void WholeStatistics::clear() {
  static std::atomic<int> last = 0;
  views_.clear();
  number_ = ++last;
}

at::Tensor WholeStatistics::of(const at::Tensor& x, const Statistic& statistic) {
  if (!scopeOfThread) return statistic(x);
  Scope& scope = *scopeOfThread;
  std::vector<Value>& values = scope.statistics_.views_[scope.view_];
  const std::size_t index = scope.next_++;
  if (scope.use_ == Use::Replay) {
    TORCH_CHECK(index < values.size(), "WholeStatistics: ", values.size(), " were gathered, the run wants more");
    return values[index].mean.to(x.device());
  }
  TORCH_CHECK(x.dim() == 4, "WholeStatistics: expected N C H W, found ", x.sizes());
  const at::Tensor found = statistic(piledUp(x, scope.rim_));
  const auto pictures = static_cast<double>(x.size(0));
  if (index == values.size()) {
    values.push_back({found, pictures});
    return found;
  }
  Value& value = values[index];
  value.pictures += pictures;
  value.mean = at::lerp(value.mean, found, pictures / value.pictures);
  // What comes behind sees what all patches gave so far: nearer to the photo's than this batch's own.
  return value.mean;
}

bool WholeStatistics::inUse() {
  return scopeOfThread != nullptr;
}

void WholeStatistics::beginView(int view) {
  if (scopeOfThread) scopeOfThread->view_ = view;
  beginAgain();
}

void WholeStatistics::beginAgain() {
  if (scopeOfThread) scopeOfThread->next_ = 0;
}

int WholeStatistics::recordingNumber() {
  if (!scopeOfThread) return 0;
  if (scopeOfThread->use_ == Use::Gather) return kNotRecorded;
  return scopeOfThread->statistics_.number_ * kAugmentations + scopeOfThread->view_;
}

at::Tensor channelMeans(const at::Tensor& x) {
  return WholeStatistics::of(x, [](const at::Tensor& whole) {
    return whole.mean(at::IntArrayRef{2, 3}, /*keepdim=*/true, at::kFloat);
  });
}

}  // namespace heirloom::models
