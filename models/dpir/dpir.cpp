#include "models/dpir/dpir.h"

#include <torch/types.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "models/common/augmentation.h"
#include "models/common/degradation_settings.h"
#include "models/common/error.h"
#include "models/common/fft_data_step.h"
#include "models/common/kernel_surroundings.h"
#include "models/common/noise_level.h"
#include "models/dpir/far_fill.h"
#include "models/dpir/inpainting.h"
#include "models/dpir/schedule.h"
#include "models/dpir/tasks.h"

namespace heirloom::models {
namespace {

constexpr const char* kIterations = "iterations";
constexpr const char* kTurning = "turning";
constexpr int kMosaic = 2;  // side of the pattern that a sensor repeats

/// Side of the result / side of the source.
int scaleOf(const DpirTask& task, const Settings& settings) {
  if (settings.has(kScale)) return static_cast<int>(settings.integer(kScale));
  const Restorer* prior = settings.model(kDenoiser).model.get();
  return task.priorEnlarges && prior ? prior->descriptor().scale : 1;
}

/// Side of the grid that the kernel blurs on / side of the source.
int blurredScaleOf(const DpirTask& task, const Settings& settings) {
  return task.priorEnlarges ? 1 : scaleOf(task, settings);
}

Parameter denoiserParameter() {
  return {kDenoiser, HEIRLOOM_TEXT("setting.denoiser", "Denoiser"),
          HEIRLOOM_TEXT("setting.denoiser.help",
                        "The network that knows what photos look like: any that takes a noise level; DRUNet is best"),
          "", DenoiserInput{}};
}

Parameter priorParameter() {
  return {kDenoiser, HEIRLOOM_TEXT("setting.prior", "Enlarging network"),
          HEIRLOOM_TEXT("setting.prior.help",
                        "The network that knows what photos look like, and how much it enlarges them: one of DPSR, "
                        "dpsr_x4 say"),
          "", DenoiserInput{.byDefault = {}, .enlarges = true}};
}

Descriptor describeTask(const DpirTask& task) {
  Descriptor descriptor;
  descriptor.family = task.priorEnlarges ? "DPSR" : "DPIR";
  descriptor.configuration = task.title.english();
  descriptor.purpose = task.purpose;
  descriptor.sizeMultiple = kMosaic;
  descriptor.margin = kDeconvolutionMargin;
  descriptor.local = false;
  descriptor.progressive = true;
  Parameter noise = noiseLevelParameter(50);
  std::get<RealRange>(noise.range).byDefault = task.noise;
  std::get<RealRange>(noise.range).minimum = task.leastNoise;
  descriptor.parameters = {task.priorEnlarges ? priorParameter() : denoiserParameter()};
  for (Parameter& parameter : task.parameters()) descriptor.parameters.push_back(std::move(parameter));
  descriptor.parameters.push_back(std::move(noise));
  descriptor.parameters.push_back(
      {kIterations, HEIRLOOM_TEXT("setting.iterations", "Iterations"),
       HEIRLOOM_TEXT("setting.iterations.help", "How often data step and denoiser take turns; more is slower"), "",
       IntegerRange{.minimum = 1, .maximum = 100, .byDefault = task.iterations}});
  descriptor.parameters.push_back(
      {kTurning, HEIRLOOM_TEXT("setting.turning", "Turn between iterations"),
       HEIRLOOM_TEXT(
           "setting.turning.help",
           "Shows the denoiser the photo in another flip or turn at each iteration, which evens out its habits "
           "at no cost"),
       "", Toggle{!task.priorEnlarges}});
  descriptor.scale = scaleOf(task, Settings(descriptor.parameters));
  return descriptor;
}

const Restorer& denoiserOf(const DpirTask& task, const Settings& settings) {
  const ModelReference& chosen = settings.model(kDenoiser);
  if (!chosen.model && task.priorEnlarges) {
    throw Error(HEIRLOOM_TEXT("dpsr.prior", "this algorithm needs a network of DPSR, and none is chosen"),
                HEIRLOOM_TEXT("dpsr.prior.remedy", "choose one, dpsr_x4 say (setting denoiser)"));
  }
  if (!chosen.model) {
    throw Error(HEIRLOOM_TEXT("dpir.denoiser", "this algorithm needs a denoiser, and none is chosen"),
                HEIRLOOM_TEXT("dpir.denoiser.remedy",
                              "choose a model that takes a noise level, drunet_color say (setting denoiser)"));
  }
  return *chosen.model;
}

/// The whole run's progress and stop, seen from inside a denoiser.
class StopObserver : public Observer {
 public:
  explicit StopObserver(Observer& outer) : outer_(outer) {}
  bool stopRequested() const override { return outer_.stopRequested(); }

 private:
  Observer& outer_;
};

/// Runs a task's loop with one placed denoiser.
class DpirSession : public Session {
 public:
  DpirSession(const DpirTask& task, const Settings& settings, Placement placement, Observer& observer)
      : task_(task), placement_(placement), observer_(observer), quiet_(observer), settings_(settings) {
    const Restorer& denoiser = denoiserOf(task, settings);
    denoiserSettings_ = Settings(denoiser.descriptor().parameters);
    denoiser_ = denoiser.start(denoiserSettings_, placement, quiet_);
  }

  void change(const Settings& settings) override { settings_ = settings; }

  at::Tensor restore(const at::Tensor& picture) override {
    const c10::InferenceMode inference;
    const at::Tensor y = picture.to(placement_.device, at::kFloat);
    const int scale = scaleOf(task_, settings_);
    height_ = y.size(2) * scale;
    width_ = y.size(3) * scale;
    if (!task_.kernel) return iterate(y);
    return withSurroundings(settings_, kernelTensor(task_.kernel(settings_), placement_.device),
                            blurredScaleOf(task_, settings_),
                            [this](const at::Tensor& padded) { return iterate(padded); })(y);
  }

 private:
  at::Tensor iterate(const at::Tensor& y) {
    const int iterations = static_cast<int>(settings_.integer(kIterations));
    const DpirSchedule schedule =
        dpirSchedule(settings_.real("noise_level") / 255, iterations, task_.lastLevel(settings_), task_.weight);
    const DpirProblem problem = problemOf(y);
    at::Tensor x = problem.start;
    for (int i = 0; i < iterations; ++i) {
      if (observer_.stopRequested()) throw Stopped{};
      const auto step = static_cast<std::size_t>(i);
      x = problem.data(x, schedule.rho[step]);
      const int mode = settings_.toggle(kTurning) ? i % kAugmentations : 0;
      setLevel(schedule.sigma[step] * 255);
      x = augmented(denoiser_->restore(augmented(x, mode).contiguous()), inverseAugmentation(mode)).contiguous();
      observer_.preview(i, withoutSurroundings(x));
      observer_.progress(HEIRLOOM_TEXT("dpir.iterating", "iterating"), (i + 1.0) / iterations);
    }
    return problem.finish(x);
  }

  DpirProblem problemOf(const at::Tensor& y) {
    DpirProblem problem = task_.problem(y, settings_);
    if (!settings_.has(kMissing)) return problem;
    // A hole may be larger than the tile that is seen of it.
    const std::string& mark = settings_.choice(kMissing);
    const at::Tensor far = farFill_.behind(y, mark, observer_);
    if (far.defined()) problem.start = filledFromAround(y, knownPixels(y, mark), far);
    return problem;
  }

  /// The picture's own part, which lies in the middle.
  at::Tensor withoutSurroundings(const at::Tensor& x) const {
    return x.narrow(2, (x.size(2) - height_) / 2, height_).narrow(3, (x.size(3) - width_) / 2, width_);
  }

  void setLevel(double level) {
    for (const Parameter& parameter : denoiserSettings_.parameters()) {
      const auto* range = std::get_if<RealRange>(&parameter.range);
      if (parameter.name != "noise_level" || !range) continue;
      denoiserSettings_.set("noise_level", Settings::Value(std::clamp(level, range->minimum, range->maximum)));
    }
    denoiser_->change(denoiserSettings_);
  }

  const DpirTask& task_;
  Placement placement_;
  Observer& observer_;
  StopObserver quiet_;
  Settings settings_;
  Settings denoiserSettings_;
  std::unique_ptr<Session> denoiser_;
  FarFill farFill_;
  std::int64_t height_ = 0;  // of the result
  std::int64_t width_ = 0;
};

class DpirRestorer : public Restorer {
 public:
  explicit DpirRestorer(const DpirTask& task) : task_(task), descriptor_(describeTask(task)) {}

  const Descriptor& descriptor() const override { return descriptor_; }

  Descriptor describe(const Settings& settings) const override {
    Descriptor descriptor = descriptor_;
    descriptor.scale = scaleOf(task_, settings);
    const int blurredScale = blurredScaleOf(task_, settings);
    if (task_.kernel) descriptor.margin = deconvolutionMargin(task_.kernel(settings), blurredScale);
    if (const ModelReference& denoiser = settings.model(kDenoiser); denoiser.model) {
      const Descriptor& inner = denoiser.model->descriptor();
      const double pixels = blurredScale * blurredScale;  // that the denoiser sees, for one of the source
      descriptor.channels = settings.has(kPattern) ? 3 : inner.channels;
      descriptor.sizeMultiple = std::lcm(kMosaic, inner.sizeMultiple);
      descriptor.parameterCount = inner.parameterCount;
      descriptor.flopPerPixel = pixels * static_cast<double>(settings.integer(kIterations)) * inner.flopPerPixel;
      descriptor.activationBytesPerPixel = pixels * (inner.activationBytesPerPixel + 6 * 8 * inner.channels);
    }
    return descriptor;
  }

  std::unique_ptr<Session> start(const Settings& settings, Placement placement, Observer& observer,
                                 NoiseSource*) const override {
    if (settings.has(kPattern) && denoiserOf(task_, settings).descriptor().channels != 3) {
      throw Error(HEIRLOOM_TEXT("dpir.grey", "a mosaic has colours, and %1 is a grey denoiser")
                      .with(settings.model(kDenoiser).name),
                  HEIRLOOM_TEXT("dpir.grey.remedy", "choose a colour one"));
    }
    // Other colours have the luma of that one, too.
    if (settings.has(kMissing) && settings.choice(kMissing) == kColourMark &&
        denoiserOf(task_, settings).descriptor().channels != 3) {
      throw Error(HEIRLOOM_TEXT("dpir.grey_mark", "%1 is a grey denoiser, which sees no %2")
                      .with(settings.model(kDenoiser).name, settings.choice(kMissing)),
                  HEIRLOOM_TEXT("dpir.grey_mark.remedy",
                                "choose a colour one, or mark the missing pixels in black or white (setting missing)"));
    }
    return std::make_unique<DpirSession>(task_, settings, placement, observer);
  }

 private:
  const DpirTask& task_;
  Descriptor descriptor_;
};

}  // namespace

const std::vector<Algorithm>& dpirAlgorithms() {
  static const std::vector<Algorithm> algorithms = [] {
    std::vector<Algorithm> made;
    for (const DpirTask& task : dpirTasks())
      made.push_back({task.name, task.title.english(), std::make_shared<DpirRestorer>(task)});
    return made;
  }();
  return algorithms;
}

bool servesAsDenoiser(const Descriptor& descriptor) {
  return descriptor.purpose == Purpose::Denoise && descriptor.scale == 1 &&
         Settings(descriptor.parameters).has("noise_level");
}

bool servesAsPrior(const Descriptor& descriptor) {
  const Settings settings(descriptor.parameters);
  return descriptor.purpose == Purpose::SuperResolve && settings.has("noise_level") && !settings.has(kKernel) &&
         !settings.has(kDenoiser);
}

}  // namespace heirloom::models
