#include "models/sdxl/stepper.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "models/common/error.h"

namespace heirloom::models {
namespace {

class Ddpm : public Stepper {
 public:
  Ddpm(const NoiseSchedule& schedule, int count) : Stepper(schedule, schedule.steps(count)), count_(count) {}

  Stepped step(int index, const at::Tensor& output, const at::Tensor& sample, const StepNoise& noise) override {
    constexpr double kLeastVariance = 1e-20;
    const int t = steps_[static_cast<std::size_t>(index)];
    const double now = schedule_.kept(t), then = schedule_.kept(schedule_.before(t, count_)), ratio = now / then;
    const at::Tensor clean = schedule_.clean(output, sample, t);
    const double variance = std::max((1 - then) / (1 - now) * (1 - ratio), kLeastVariance);
    const at::Tensor mean = std::sqrt(then) * (1 - ratio) / (1 - now) * clean +
                            std::sqrt(ratio) * (1 - then) / (1 - now) * sample.to(at::kFloat);
    return {draws(index) ? mean + std::sqrt(variance) * noise() : mean, clean};
  }
  bool draws(int index) const override { return steps_[static_cast<std::size_t>(index)] > 0; }

 private:
  int count_;
};

class Ddim : public Stepper {
 public:
  Ddim(const NoiseSchedule& schedule, int count) : Stepper(schedule, schedule.steps(count)), count_(count) {}

  Stepped step(int index, const at::Tensor& output, const at::Tensor& sample, const StepNoise&) override {
    const int t = steps_[static_cast<std::size_t>(index)];
    const double then = schedule_.kept(schedule_.before(t, count_));
    const at::Tensor clean = schedule_.clean(output, sample, t);
    return {std::sqrt(then) * clean + std::sqrt(1 - then) * schedule_.noise(output, sample, t), clean};
  }
  bool draws(int) const override { return false; }

 private:
  int count_;
};

/// The steps on which consistency models are distilled, thinned out to `count`.
std::vector<int> consistencySteps(const NoiseSchedule& schedule, int count) {
  constexpr int kDistilled = 50;
  const int stride = schedule.config().trainSteps / kDistilled;
  if (count < 1 || count > kDistilled) {
    throw Error(HEIRLOOM_TEXT("schedule.lcmSteps", "%1 steps cannot be run with LCM").with(std::to_string(count)),
                HEIRLOOM_TEXT("schedule.lcmSteps.remedy", "choose from 1 to 50"));
  }
  std::vector<int> chosen;
  for (int i = 0; i < count; ++i) {
    const int skipped = static_cast<int>(std::floor(i * (static_cast<double>(kDistilled) / count)));
    chosen.push_back((kDistilled - skipped) * stride - 1);
  }
  return chosen;
}

class Lcm : public Stepper {
 public:
  Lcm(const NoiseSchedule& schedule, int count) : Stepper(schedule, consistencySteps(schedule, count)) {}

  Stepped step(int index, const at::Tensor& output, const at::Tensor& sample, const StepNoise& noise) override {
    const auto at = static_cast<std::size_t>(index);
    const at::Tensor clean = consistent(schedule_, output, sample, steps_[at]);
    return {draws(index) ? schedule_.noised(clean, noise(), steps_[at + 1]) : clean, clean};
  }
  bool draws(int index) const override { return index + 1 < std::ssize(steps_); }
};

class DpmSolver : public Stepper {
 public:
  DpmSolver(const NoiseSchedule& schedule, int count) : Stepper(schedule, schedule.steps(count)) {}

  Stepped step(int index, const at::Tensor& output, const at::Tensor& sample, const StepNoise&) override {
    const auto at = static_cast<std::size_t>(index);
    const at::Tensor clean = schedule_.clean(output, sample, steps_[at]);
    const std::optional<Before> before = before_;
    before_ = Before{clean, logRatio(steps_[at])};
    if (at + 1 == steps_.size()) return {clean, clean};  // to where no noise is left: the ratio is infinite
    const double target = logRatio(steps_[at + 1]), h = target - before_->logRatio;
    const double then = schedule_.kept(steps_[at + 1]), now = schedule_.kept(steps_[at]);
    at::Tensor direction = clean;
    if (before) {
      const double r = (before_->logRatio - before->logRatio) / h;
      direction = clean + (0.5 / r) * (clean - before->clean);
    }
    return {std::sqrt((1 - then) / (1 - now)) * sample.to(at::kFloat) - std::sqrt(then) * std::expm1(-h) * direction,
            clean};
  }

  bool draws(int) const override { return false; }
  void follow(int index, const at::Tensor& clean) override {
    before_ = Before{clean, logRatio(steps_[static_cast<std::size_t>(index) - 1])};
  }

 private:
  struct Before {
    at::Tensor clean;
    double logRatio = 0;
  };
  double logRatio(int t) const { return 0.5 * std::log(schedule_.kept(t) / (1 - schedule_.kept(t))); }

  std::optional<Before> before_;
};

}  // namespace

int Stepper::drawsFrom(int first) const {
  int sum = 0;
  for (int index = first; index < std::ssize(steps_); ++index) sum += draws(index) ? 1 : 0;
  return sum;
}

StepperKind stepperKindOf(std::string_view name) {
  static const std::map<std::string_view, StepperKind> known = {{"ddpm", StepperKind::Ddpm},
                                                                {"ddim", StepperKind::Ddim},
                                                                {"lcm", StepperKind::Lcm},
                                                                {"dpm++", StepperKind::DpmSolver}};
  const auto found = known.find(name);
  if (found != known.end()) return found->second;
  throw Error(HEIRLOOM_TEXT("stepper.unknown", "sampler '%1' is unknown").with(std::string(name)),
              HEIRLOOM_TEXT("stepper.unknown.remedy", "use ddpm, ddim, lcm or dpm++"));
}

std::unique_ptr<Stepper> makeStepper(StepperKind kind, const NoiseSchedule& schedule, int steps) {
  switch (kind) {
    case StepperKind::Ddpm:
      return std::make_unique<Ddpm>(schedule, steps);
    case StepperKind::Ddim:
      return std::make_unique<Ddim>(schedule, steps);
    case StepperKind::Lcm:
      return std::make_unique<Lcm>(schedule, steps);
    case StepperKind::DpmSolver:
      break;
  }
  return std::make_unique<DpmSolver>(schedule, steps);
}

at::Tensor consistent(const NoiseSchedule& schedule, const at::Tensor& output, const at::Tensor& sample, int t) {
  constexpr double kDataSpread = 0.5, kScaling = 10;
  const double scaled = kScaling * t, own = kDataSpread * kDataSpread, sum = scaled * scaled + own;
  return scaled / std::sqrt(sum) * schedule.clean(output, sample, t) + own / sum * sample.to(at::kFloat);
}

}  // namespace heirloom::models
