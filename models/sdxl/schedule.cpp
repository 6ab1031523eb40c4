#include "models/sdxl/schedule.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "models/common/error.h"

namespace heirloom::models {
namespace {

using nlohmann::json;

constexpr double kLargestBeta = 0.999;
constexpr int kMostTrainSteps = 1'000'000;

[[noreturn]] void refuse(const std::string& what) {
  throw Error(HEIRLOOM_TEXT("schedule.config", "this noise schedule cannot be used: %1").with(what),
              HEIRLOOM_TEXT("schedule.config.remedy", "use the scheduler folder of SDXL base"));
}

template <typename Value>
Value oneOf(const json& config, const char* name, const char* otherwise, const std::map<std::string, Value>& known) {
  const std::string found = config.value(name, otherwise);
  const auto value = known.find(found);
  if (value == known.end()) refuse(std::string(name) + " is " + found);
  return value->second;
}

ScheduleConfig read(const json& config) {
  ScheduleConfig made;
  made.trainSteps = config.value("num_train_timesteps", made.trainSteps);
  made.betaStart = config.value("beta_start", made.betaStart);
  made.betaEnd = config.value("beta_end", made.betaEnd);
  made.betas = oneOf<ScheduleConfig::Betas>(config, "beta_schedule", "linear",
                                            {{"linear", ScheduleConfig::Betas::Linear},
                                             {"scaled_linear", ScheduleConfig::Betas::ScaledLinear},
                                             {"squaredcos_cap_v2", ScheduleConfig::Betas::SquaredCosine}});
  made.prediction = oneOf<ScheduleConfig::Prediction>(config, "prediction_type", "epsilon",
                                                      {{"epsilon", ScheduleConfig::Prediction::Noise},
                                                       {"sample", ScheduleConfig::Prediction::Clean},
                                                       {"v_prediction", ScheduleConfig::Prediction::Velocity}});
  made.spacing = oneOf<ScheduleConfig::Spacing>(config, "timestep_spacing", "leading",
                                                {{"leading", ScheduleConfig::Spacing::Leading},
                                                 {"trailing", ScheduleConfig::Spacing::Trailing},
                                                 {"linspace", ScheduleConfig::Spacing::Linspace}});
  made.offset = config.value("steps_offset", 0);
  made.zeroTerminal = config.value("rescale_betas_zero_snr", false);
  if (config.value("clip_sample", false) || config.value("thresholding", false)) refuse("it clips what it predicts");
  if (const json betas = config.value("trained_betas", json()); !betas.is_null()) refuse("it brings its own betas");
  if (made.trainSteps < 1 || made.trainSteps > kMostTrainSteps) refuse("num_train_timesteps is out of range");
  if (made.offset < 0 || made.offset >= made.trainSteps) refuse("steps_offset is out of range");
  if (!(made.betaStart > 0) || !(made.betaEnd < 1) || made.betaStart > made.betaEnd) refuse("betas out of order");
  return made;
}

/// Float32 throughout, as the references compute them.
at::Tensor betasOf(const ScheduleConfig& config) {
  const auto count = static_cast<std::int64_t>(config.trainSteps);
  switch (config.betas) {
    case ScheduleConfig::Betas::Linear:
      return at::linspace(config.betaStart, config.betaEnd, count, at::kFloat);
    case ScheduleConfig::Betas::ScaledLinear:
      return at::linspace(std::sqrt(config.betaStart), std::sqrt(config.betaEnd), count, at::kFloat).square();
    case ScheduleConfig::Betas::SquaredCosine:
      break;
  }
  const auto share = [&](double step) {
    return std::pow(std::cos((step / static_cast<double>(count) + 0.008) / 1.008 * M_PI / 2), 2);
  };
  std::vector<float> betas;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto step = static_cast<double>(i);
    betas.push_back(static_cast<float>(std::min(1 - share(step + 1) / share(step), kLargestBeta)));
  }
  return at::tensor(betas, at::kFloat);
}

}  // namespace

ScheduleConfig scheduleConfigOf(const std::string& text) {
  try {
    return read(json::parse(text));
  } catch (const json::exception& error) {
    refuse(error.what());
  }
}

NoiseSchedule::NoiseSchedule(const ScheduleConfig& config) : config_(config) {
  at::Tensor kept = (1 - betasOf(config)).cumprod(0);
  if (config.zeroTerminal) {
    at::Tensor root = kept.sqrt();
    const at::Tensor first = root[0].clone(), last = root[-1].clone();
    root = (root - last) * (first / (first - last));
    kept = root.square();
  }
  const at::Tensor wide = kept.to(at::kDouble).contiguous();
  kept_.assign(wide.data_ptr<double>(), wide.data_ptr<double>() + wide.numel());
}

double NoiseSchedule::kept(int t) const {
  if (t < 0) return 1;
  TORCH_CHECK(t < config_.trainSteps, "NoiseSchedule: there is no step ", t);
  return kept_[static_cast<std::size_t>(t)];
}

std::vector<int> NoiseSchedule::steps(int count) const {
  const int all = config_.trainSteps;
  if (count < 1 || count > all) {
    throw Error(HEIRLOOM_TEXT("schedule.steps", "%1 steps cannot be run").with(std::to_string(count)),
                HEIRLOOM_TEXT("schedule.steps.remedy", "choose from 1 to %1").with(std::to_string(all)));
  }
  std::vector<int> chosen;
  for (int i = 0; i < count; ++i) {
    const int left = count - 1 - i;
    switch (config_.spacing) {
      case ScheduleConfig::Spacing::Leading:
        chosen.push_back(std::min(left * (all / count) + config_.offset, all - 1));
        break;
      case ScheduleConfig::Spacing::Trailing:
        chosen.push_back(static_cast<int>(std::nearbyint(all - i * (static_cast<double>(all) / count))) - 1);
        break;
      case ScheduleConfig::Spacing::Linspace:
        chosen.push_back(
            count == 1 ? 0 : static_cast<int>(std::nearbyint(left * (static_cast<double>(all - 1) / (count - 1)))));
        break;
    }
  }
  return chosen;
}

at::Tensor NoiseSchedule::noised(const at::Tensor& clean, const at::Tensor& noise, int t) const {
  const double share = kept(t);
  return std::sqrt(share) * clean.to(at::kFloat) + std::sqrt(1 - share) * noise.to(at::kFloat);
}

at::Tensor NoiseSchedule::clean(const at::Tensor& output, const at::Tensor& sample, int t) const {
  const double signal = std::sqrt(kept(t)), spread = std::sqrt(1 - kept(t));
  const at::Tensor predicted = output.to(at::kFloat), z = sample.to(at::kFloat);
  switch (config_.prediction) {
    case ScheduleConfig::Prediction::Noise:
      return (z - spread * predicted) / signal;
    case ScheduleConfig::Prediction::Clean:
      return predicted;
    case ScheduleConfig::Prediction::Velocity:
      break;
  }
  return signal * z - spread * predicted;
}

at::Tensor NoiseSchedule::noise(const at::Tensor& output, const at::Tensor& sample, int t) const {
  const double signal = std::sqrt(kept(t)), spread = std::sqrt(1 - kept(t));
  const at::Tensor predicted = output.to(at::kFloat), z = sample.to(at::kFloat);
  switch (config_.prediction) {
    case ScheduleConfig::Prediction::Noise:
      return predicted;
    case ScheduleConfig::Prediction::Clean:
      return (z - signal * predicted) / spread;
    case ScheduleConfig::Prediction::Velocity:
      break;
  }
  return signal * predicted + spread * z;
}

}  // namespace heirloom::models
