#include "models/dpir/dpir.h"

#include <algorithm>
#include <numeric>

#include "models/common/augmentation.h"
#include "models/common/degradation_settings.h"
#include "models/common/fft_data_step.h"
#include "models/common/function_session.h"
#include "models/common/kernel_surroundings.h"
#include "models/common/noise_level.h"
#include "models/common/pixel_alignment.h"
#include "models/common/resampling.h"
#include "models/dpir/far_fill.h"
#include "models/dpir/inpainting.h"
#include "models/dpir/mosaic.h"
#include "models/dpir/schedule.h"

namespace heirloom::models {
namespace {

constexpr const char* kDenoiser = "denoiser";
constexpr const char* kIterations = "iterations";
constexpr const char* kTurning = "turning";
constexpr const char* kPattern = "pattern";
constexpr const char* kInitial = "initial";
constexpr const char* kMissing = "missing";
constexpr double kLeastLevel = 0.255;    // 8-bit units: where the reference's deblurring takes the logarithm of 0
constexpr double kDpsrLastLevel = 2.55;  // 8-bit units
constexpr double kDpsrWeight = 1.0 / 3;
constexpr int kLargestScale = 4;
constexpr int kMosaic = 2;  // side of the pattern that a sensor repeats

/// What makes one task out of the general loop. All pictures N C H W on the session's device.
struct Problem {
  at::Tensor start;                                                 // x of the first iteration
  std::function<at::Tensor(const at::Tensor& x, double rho)> data;  // data step
  std::function<at::Tensor(const at::Tensor& x)> finish = [](const at::Tensor& x) { return x; };
};

/// A task's own part: its parameters, its schedule's end and its problem for one picture.
struct Task {
  const char* name;
  Message title;
  Purpose purpose;
  int iterations;  // by default
  double noise;    // by default, 8-bit units
  std::vector<Parameter> (*parameters)();
  double (*lastLevel)(const Settings& settings);  // 8-bit units
  Problem (*problem)(const at::Tensor& y, const Settings& settings);
  double weight = kDpirWeight;  // of the prior
  bool priorEnlarges = false;   // DPSR: blur and data step are on the grid of the source, x is as large as the result
};

double noiseOf(const Settings& settings) {
  return settings.real("noise_level");
}

/// Side of the result / side of the source.
int scaleOf(const Task& task, const Settings& settings) {
  if (settings.has(kScale)) return static_cast<int>(settings.integer(kScale));
  const Restorer* prior = settings.model(kDenoiser).model.get();
  return task.priorEnlarges && prior ? prior->descriptor().scale : 1;
}

/// Side of the grid that the kernel blurs on / side of the source.
int blurredScaleOf(const Task& task, const Settings& settings) {
  return task.priorEnlarges ? 1 : scaleOf(task, settings);
}

std::vector<Parameter> deblurParameters() {
  return {kernelParameter("gaussian:1.6"), surroundingsParameter()};
}

std::vector<Parameter> enlargingParameters() {
  return {scaleParameter(kLargestScale, 2), kernelParameter("gaussian:0.8"), surroundingsParameter(),
          alignmentParameter()};
}

std::vector<Parameter> dpsrParameters() {
  Parameter kernel = kernelParameter("gaussian:1");
  kernel.help = HEIRLOOM_TEXT("setting.kernel.source.help",
                              "What one sharp point became, in pixels of the photo as it is: a Gaussian (width, width "
                              "across, angle), a motion (length, angle), or the kernel itself from a picture or a .mat "
                              "file");
  return {std::move(kernel), surroundingsParameter()};
}

std::vector<Parameter> demosaicParameters() {
  return {{kPattern, HEIRLOOM_TEXT("setting.pattern", "Mosaic"),
           HEIRLOOM_TEXT("setting.pattern.help", "Which colours the first two pixels of the first two rows hold"), "",
           Choice{bayerPatterns(), "RGGB"}},
          {kInitial, HEIRLOOM_TEXT("setting.initial", "Start from"),
           HEIRLOOM_TEXT("setting.initial.help", "The plain demosaicing that the denoiser improves on"), "",
           Choice{{"malvar", "bilinear"}, "malvar"}}};
}

std::vector<Parameter> inpaintParameters() {
  return {{kMissing, HEIRLOOM_TEXT("setting.missing", "Missing pixels are"),
           HEIRLOOM_TEXT("setting.missing.help", "The colour, exactly, by which the photo marks what has to be filled"),
           "", Choice{missingMarks(), "black"}}};
}

Problem deconvolution(const at::Tensor& y, const Settings& settings, int scale, at::Tensor start) {
  const auto step = std::make_shared<FftDataStep>(y, alignedKernel(settings, scale, y.device()), scale);
  return {std::move(start), [step](const at::Tensor& x, double rho) {
            return step->solve(x, at::full({1, 1, 1, 1}, rho, x.options()));
          }};
}

Problem deblurProblem(const at::Tensor& y, const Settings& settings) {
  return deconvolution(y, settings, 1, y);
}

Problem enlargingProblem(const at::Tensor& y, const Settings& settings) {
  const int scale = static_cast<int>(settings.integer(kScale));
  // Bicubic with a = -0.75, as OpenCV's. It has the pixels in the middle of their cells, hence the shift to corners.
  const at::Tensor enlarged =
      at::upsample_bicubic2d(y, {y.size(2) * scale, y.size(3) * scale}, /*align_corners=*/false);
  return deconvolution(y, settings, scale, alignsCentres(settings) ? enlarged : shiftedPixels(enlarged, scale));
}

/// z = argmin |y - k (*) z|^2 + rho |z - x down|^2 on the grid of y; the prior makes the next x of z.
Problem dpsrProblem(const at::Tensor& y, const Settings& settings) {
  const int scale = settings.model(kDenoiser).model->descriptor().scale;
  const auto down = [&](std::int64_t side) {
    return resamplingMatrix(side * scale, side, Filter::Bicubic, Beyond::Mirrored).to(y.options());
  };
  Problem problem = deconvolution(y, settings, 1, y);
  problem.data = [step = problem.data, rows = down(y.size(2)), columns = down(y.size(3))](const at::Tensor& x,
                                                                                          double rho) {
    const at::Tensor inRange = x.clamp(0, 1);
    const bool enlarged = x.size(2) > rows.size(0);  // not so at the start
    return step(enlarged ? resampled(inRange, rows, columns) : inRange, rho);
  };
  return problem;
}

Problem demosaicProblem(const at::Tensor& y, const Settings& settings) {
  const std::string& pattern = settings.choice(kPattern);
  const at::Tensor mask = bayerMask(pattern, y.size(2), y.size(3), y.device());
  const at::Tensor kept = y * mask;
  const auto demosaiced = settings.choice(kInitial) == "malvar" ? demosaicedLinearly : demosaicedBilinearly;
  return {demosaiced(kept.sum(1, true), pattern),
          [mask, kept](const at::Tensor& x, double rho) { return ((kept + rho * x) / (mask + rho)).clamp(0, 1); },
          [mask, kept](const at::Tensor& x) { return kept + (1 - mask) * x; }};
}

Problem inpaintProblem(const at::Tensor& y, const Settings& settings) {
  const at::Tensor known = knownPixels(y, settings.choice(kMissing));
  const at::Tensor kept = y * known;
  return {filledFromAround(y, known),
          [known, kept](const at::Tensor& x, double rho) { return (kept + rho * x) / (known + rho); },
          // Without noise the known pixels are the truth.
          [known, kept, exact = noiseOf(settings) == 0](const at::Tensor& x) {
            return exact ? kept + (1 - known) * x : x;
          }};
}

const std::vector<Task>& tasks() {
  static const std::vector<Task> all = {
      {"dpir-deblur", HEIRLOOM_TEXT("algorithm.dpir-deblur", "DPIR: deblur with a kernel"), Purpose::Deblur, 8, 2.55,
       deblurParameters, [](const Settings& s) { return std::max(kLeastLevel, noiseOf(s)); }, deblurProblem},
      {"dpir-sr", HEIRLOOM_TEXT("algorithm.dpir-sr", "DPIR: enlarge with a kernel"), Purpose::SuperResolve, 24, 0,
       enlargingParameters,
       [](const Settings& s) { return std::max(static_cast<double>(s.integer(kScale)), noiseOf(s)); },
       enlargingProblem},
      {"dpir-demosaic", HEIRLOOM_TEXT("algorithm.dpir-demosaic", "DPIR: demosaic"), Purpose::Restore, 40, 0,
       demosaicParameters, [](const Settings& s) { return std::max(0.6, noiseOf(s)); }, demosaicProblem},
      {"dpir-inpaint", HEIRLOOM_TEXT("algorithm.dpir-inpaint", "DPIR: fill missing pixels"), Purpose::Restore, 40, 0,
       inpaintParameters, [](const Settings& s) { return std::max(0.6, noiseOf(s)); }, inpaintProblem},
      {"dpsr", HEIRLOOM_TEXT("algorithm.dpsr", "DPSR: deblur and enlarge"), Purpose::SuperResolve, 15, 0,
       dpsrParameters, [](const Settings&) { return kDpsrLastLevel; }, dpsrProblem, kDpsrWeight, true},
  };
  return all;
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

Descriptor describeTask(const Task& task) {
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
  return descriptor;
}

const Restorer& denoiserOf(const Task& task, const Settings& settings) {
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
  DpirSession(const Task& task, const Settings& settings, Placement placement, Observer& observer)
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
    const bool deconvolves = settings_.has(kKernel);
    if (!deconvolves) return iterate(y);
    return withSurroundings(settings_, kernelTensor(settings_.grid(kKernel), placement_.device),
                            blurredScaleOf(task_, settings_),
                            [this](const at::Tensor& padded) { return iterate(padded); })(y);
  }

 private:
  at::Tensor iterate(const at::Tensor& y) {
    const int iterations = static_cast<int>(settings_.integer(kIterations));
    const DpirSchedule schedule =
        dpirSchedule(noiseOf(settings_) / 255, iterations, task_.lastLevel(settings_), task_.weight);
    const Problem problem = problemOf(y);
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

  Problem problemOf(const at::Tensor& y) {
    Problem problem = task_.problem(y, settings_);
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

  const Task& task_;
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
  explicit DpirRestorer(const Task& task) : task_(task), descriptor_(describeTask(task)) {}

  const Descriptor& descriptor() const override { return descriptor_; }

  Descriptor describe(const Settings& settings) const override {
    Descriptor descriptor = descriptor_;
    descriptor.scale = scaleOf(task_, settings);
    const int blurredScale = blurredScaleOf(task_, settings);
    if (settings.has(kKernel)) descriptor.margin = deconvolutionMargin(settings, blurredScale);
    if (const ModelReference& denoiser = settings.model(kDenoiser); denoiser.model) {
      const Descriptor& inner = denoiser.model->descriptor();
      const double pixels = blurredScale * blurredScale;  // that the denoiser sees, for one of the source
      descriptor.channels = task_.purpose == Purpose::Restore && settings.has(kPattern) ? 3 : inner.channels;
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
  const Task& task_;
  Descriptor descriptor_;
};

}  // namespace

const std::vector<Algorithm>& dpirAlgorithms() {
  static const std::vector<Algorithm> algorithms = [] {
    std::vector<Algorithm> made;
    for (const Task& task : tasks())
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
  return descriptor.purpose == Purpose::SuperResolve && settings.has("noise_level") && !settings.has(kKernel);
}

at::Tensor shiftedPixels(const at::Tensor& picture, int scale) {
  if (scale == 1) return picture;
  const auto shifted = [scale](const at::Tensor& x, std::int64_t dimension) {
    const std::int64_t side = x.size(dimension);
    const at::Tensor at = (at::arange(side, at::TensorOptions(x.device()).dtype(at::kFloat)) + (scale - 1) / 2.0)
                              .clamp_max(static_cast<double>(side - 1));
    const at::Tensor low = at.floor();
    std::vector<std::int64_t> along(static_cast<std::size_t>(x.dim()), 1);
    along[static_cast<std::size_t>(dimension)] = side;
    const at::Tensor part = (at - low).view(along);
    const at::Tensor first = low.to(at::kLong);
    const at::Tensor second = (first + 1).clamp_max(side - 1);
    return x.index_select(dimension, first) * (1 - part) + x.index_select(dimension, second) * part;
  };
  return shifted(shifted(picture, 2), 3);
}

}  // namespace heirloom::models
