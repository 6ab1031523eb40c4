// Noise schedules and steppers: the records of conformance/instantir, and closed forms.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "models/common/error.h"
#include "models/sdxl/stepper.h"
#include "tests/models/instantir/golden.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using nlohmann::json;

const std::vector<std::int64_t> kShape = {1, 4, 16, 16};

StepNoise noNoise() {
  return []() -> at::Tensor { throw std::logic_error("this step draws no noise"); };
}

TEST(NoiseSchedules, sharesAndStepsAreTheReferences) {
  const json records = instantIrRecords();
  if (records.empty()) GTEST_SKIP() << "no reference material: set HEIRLOOM_SHARED";
  const NoiseSchedule schedule;
  EXPECT_EQ(schedule.steps(30), records["timesteps_30"].get<std::vector<int>>());
  EXPECT_EQ(schedule.steps(20), records["timesteps_20"].get<std::vector<int>>());
  for (const auto& [t, share] : records["alphas_cumprod"].items())
    EXPECT_NEAR(schedule.kept(std::stoi(t)) / share.get<double>(), 1, 2e-6) << t;
  EXPECT_EQ(schedule.kept(-5), 1);
}

TEST(NoiseSchedules, stepsOfDdpmAndOfTheConsistencyModelAreTheReferences) {
  const json records = instantIrRecords();
  if (records.empty()) GTEST_SKIP() << "no reference material: set HEIRLOOM_SHARED";
  const NoiseSchedule schedule;
  const at::Tensor output = recordedInput("preview", kShape), sample = recordedInput("latent", kShape);
  const auto stepper = makeStepper(StepperKind::Ddpm, schedule, 30);
  for (const int t : {958, 463, 34, 1}) {
    SCOPED_TRACE(t);
    const auto index = static_cast<int>(std::ranges::find(stepper->steps(), t) - stepper->steps().begin());
    RecordedNoise noise;
    const Stepped stepped = stepper->step(index, output, sample, [&] { return noise.normal(kShape); });
    const json& record = records["ddpm_step_" + std::to_string(t)];
    expectRecord(stepped.previous, record["prev"]);
    expectRecord(stepped.clean, record["x0"]);
    EXPECT_EQ(noise.draws(), 1);
    expectRecord(consistent(schedule, output, sample, t), records["lcm_step_" + std::to_string(t)]);
  }
  expectRecord(schedule.noised(sample, output, 958), records["add_noise_958"]);
}

TEST(NoiseSchedules, aConfigurationOfSdxlIsTheDefault) {
  const char* text = R"({"_class_name": "EulerDiscreteScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear",
    "beta_start": 0.00085, "clip_sample": false, "interpolation_type": "linear", "num_train_timesteps": 1000,
    "prediction_type": "epsilon", "sample_max_value": 1.0, "set_alpha_to_one": false, "skip_prk_steps": true,
    "steps_offset": 1, "timestep_spacing": "leading", "trained_betas": null, "use_karras_sigmas": false})";
  EXPECT_EQ(scheduleConfigOf(text), ScheduleConfig());
  EXPECT_THROW(scheduleConfigOf(R"({"prediction_type": "flow"})"), Error);
  EXPECT_THROW(scheduleConfigOf(R"({"clip_sample": true})"), Error);
  EXPECT_THROW(scheduleConfigOf(R"({"num_train_timesteps": 0})"), Error);
  EXPECT_THROW(scheduleConfigOf("[1]"), Error);
  EXPECT_THROW(scheduleConfigOf("not json"), Error);
}

TEST(NoiseSchedules, spacingsReachTheirEnds) {
  EXPECT_EQ(NoiseSchedule({.spacing = ScheduleConfig::Spacing::Trailing}).steps(4),
            (std::vector<int>{999, 749, 499, 249}));
  EXPECT_EQ(NoiseSchedule({.spacing = ScheduleConfig::Spacing::Linspace}).steps(4),
            (std::vector<int>{999, 666, 333, 0}));
  EXPECT_EQ(NoiseSchedule().steps(1), (std::vector<int>{1}));
  EXPECT_EQ(NoiseSchedule().steps(1000).front(), 999);
  EXPECT_THROW(NoiseSchedule().steps(0), Error);
  EXPECT_THROW(NoiseSchedule().steps(5000), Error);
}

TEST(NoiseSchedules, zeroTerminalLeavesNothingOfThePicture) {
  const NoiseSchedule schedule({.zeroTerminal = true});
  EXPECT_EQ(schedule.kept(999), 0);
  EXPECT_NEAR(schedule.kept(0), NoiseSchedule().kept(0), 1e-6);
}

TEST(NoiseSchedules, predictionsOfAllKindsMeanTheSame) {
  const at::Tensor clean = recordedInput("latent", kShape), noise = recordedInput("preview", kShape);
  const int t = 463;
  const NoiseSchedule base;
  const at::Tensor sample = base.noised(clean, noise, t);
  const double signal = std::sqrt(base.kept(t)), spread = std::sqrt(1 - base.kept(t));
  const std::pair<ScheduleConfig::Prediction, at::Tensor> outputs[] = {
      {ScheduleConfig::Prediction::Noise, noise},
      {ScheduleConfig::Prediction::Clean, clean},
      {ScheduleConfig::Prediction::Velocity, signal * noise - spread * clean}};
  for (const auto& [prediction, output] : outputs) {
    const NoiseSchedule schedule({.prediction = prediction});
    EXPECT_LT((schedule.clean(output, sample, t) - clean).abs().max().item<double>(), 1e-5);
    EXPECT_LT((schedule.noise(output, sample, t) - noise).abs().max().item<double>(), 1e-5);
  }
}

/// The noise in a sample of pictures that are normal values of spread `spread`: exact, and so is the way back without
/// noise, along which a sample's size keeps its ratio to its expected one.
at::Tensor noiseIn(const NoiseSchedule& schedule, const at::Tensor& sample, int t, double spread) {
  const double kept = schedule.kept(t);
  return std::sqrt(1 - kept) * sample / (kept * spread * spread + 1 - kept);
}

double errorOf(StepperKind kind, int steps) {
  constexpr double kSpread = 0.3;
  const NoiseSchedule schedule;
  const auto stepper = makeStepper(kind, schedule, steps);
  at::Tensor sample = at::ones({1}, at::kFloat);
  const double first = schedule.kept(stepper->steps().front());
  const double exact = kSpread / std::sqrt(first * kSpread * kSpread + 1 - first);
  for (int i = 0; i < steps; ++i) {
    const int t = stepper->steps()[static_cast<std::size_t>(i)];
    sample = stepper->step(i, noiseIn(schedule, sample, t, kSpread), sample, noNoise()).previous;
  }
  return std::abs(sample.item<double>() / exact - 1);
}

TEST(Steppers, deterministicOnesFollowTheExactWay) {
  EXPECT_LT(errorOf(StepperKind::Ddim, 200), 0.04);
  EXPECT_LT(errorOf(StepperKind::Ddim, 200), errorOf(StepperKind::Ddim, 50) / 2);
  EXPECT_LT(errorOf(StepperKind::DpmSolver, 200), errorOf(StepperKind::Ddim, 200) / 5);
}

TEST(Steppers, theFirstStepOfTheSolverIsThatOfDdim) {
  const NoiseSchedule schedule;
  const at::Tensor output = recordedInput("preview", kShape), sample = recordedInput("latent", kShape);
  const at::Tensor a = makeStepper(StepperKind::Ddim, schedule, 20)->step(3, output, sample, noNoise()).previous;
  const at::Tensor b = makeStepper(StepperKind::DpmSolver, schedule, 20)->step(3, output, sample, noNoise()).previous;
  EXPECT_LT((a - b).abs().max().item<double>(), 1e-5);
}

TEST(Steppers, allEndAtThePictureThatTheNoiseBelongsTo) {
  const NoiseSchedule schedule;
  const at::Tensor clean = recordedInput("latent", kShape);
  for (const StepperKind kind : {StepperKind::Ddpm, StepperKind::Ddim, StepperKind::Lcm, StepperKind::DpmSolver}) {
    const auto stepper = makeStepper(kind, schedule, 8);
    RecordedNoise noise;
    at::Tensor sample = schedule.noised(clean, noise.normal(kShape), stepper->steps().front());
    for (int i = 0; i < 8; ++i) {
      const int t = stepper->steps()[static_cast<std::size_t>(i)];
      const at::Tensor output = (sample - std::sqrt(schedule.kept(t)) * clean) / std::sqrt(1 - schedule.kept(t));
      sample = stepper->step(i, output, sample, [&] { return noise.normal(kShape); }).previous;
    }
    EXPECT_LT((sample - clean).abs().max().item<double>(), 1e-2) << static_cast<int>(kind);
  }
}

TEST(Steppers, consistencyStepsAreThoseOfTheDistillation) {
  const NoiseSchedule schedule;
  EXPECT_EQ(makeStepper(StepperKind::Lcm, schedule, 4)->steps(), (std::vector<int>{999, 759, 499, 259}));
  EXPECT_THROW(makeStepper(StepperKind::Lcm, schedule, 51), Error);
}

TEST(Steppers, areKnownByTheirNames) {
  EXPECT_EQ(stepperKindOf("dpm++"), StepperKind::DpmSolver);
  EXPECT_THROW(stepperKindOf("euler"), Error);
}

}  // namespace
}  // namespace heirloom::tests
