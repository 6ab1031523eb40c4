#include "models/dpir/tasks.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "models/common/blur_kernel.h"
#include "models/common/degradation_settings.h"
#include "models/common/fft_data_step.h"
#include "models/common/kernel_surroundings.h"
#include "models/common/pixel_alignment.h"
#include "models/common/resampling.h"
#include "models/dpir/inpainting.h"
#include "models/dpir/mosaic.h"
#include "models/dpir/shifted_pixels.h"

namespace heirloom::models {
namespace {

constexpr const char* kInitial = "initial";
constexpr double kLeastLevel = 0.255;    // 8-bit units: where the reference's deblurring takes the logarithm of 0
constexpr double kDpsrLastLevel = 2.55;  // 8-bit units
constexpr double kDpsrWeight = 1.0 / 3;
constexpr double kLeastPhotoNoise = 3;  // 8-bit units
constexpr int kLargestScale = 4;
constexpr int kUsualScale = 2;

double noiseOf(const Settings& settings) {
  return settings.real("noise_level");
}

double lastLevelOfEnlarging(const Settings& settings) {
  return std::max(static_cast<double>(settings.integer(kScale)), noiseOf(settings));
}

Grid givenKernel(const Settings& settings) {
  return settings.grid(kKernel);
}

/// What a photo's pixels are taken for, by how much it is to be enlarged.
Grid usualKernel(const Settings& settings) {
  constexpr int kSide = 25;
  constexpr std::array<double, kLargestScale> kWidths = {0.6, 0.9, 1.7, 2.2};
  const double width = kWidths.at(static_cast<std::size_t>(settings.integer(kScale) - 1));
  return gaussianKernel(kSide, width * width, width * width, 0);
}

/// The reference's for mosaics, and ours for missing pixels, which it does not fill.
double lastLevelOfMosaics(const Settings& settings) {
  return std::max(0.6, noiseOf(settings));
}

std::vector<Parameter> deblurParameters() {
  return {kernelParameter("gaussian:1.6"), surroundingsParameter()};
}

std::vector<Parameter> enlargingParameters() {
  return {scaleParameter(kLargestScale, kUsualScale), kernelParameter("gaussian:0.8"), surroundingsParameter(),
          alignmentParameter()};
}

std::vector<Parameter> photoParameters() {
  return {scaleParameter(kLargestScale, kUsualScale), surroundingsParameter()};
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

DpirProblem deconvolution(const at::Tensor& y, const at::Tensor& kernel, int scale, at::Tensor start) {
  const auto step = std::make_shared<FftDataStep>(y, kernel, scale);
  return {std::move(start), [step](const at::Tensor& x, double rho) {
            return step->solve(x, at::full({1, 1, 1, 1}, rho, x.options()));
          }};
}

DpirProblem deblurProblem(const at::Tensor& y, const Settings& settings) {
  return deconvolution(y, alignedKernel(settings, 1, y.device()), 1, y);
}

/// Bicubic with a = -0.75, as OpenCV's. It has the pixels in the middle of their cells.
at::Tensor enlarged(const at::Tensor& y, int scale) {
  return at::upsample_bicubic2d(y, {y.size(2) * scale, y.size(3) * scale}, /*align_corners=*/false);
}

DpirProblem enlargingProblem(const at::Tensor& y, const Settings& settings) {
  const int scale = static_cast<int>(settings.integer(kScale));
  const at::Tensor start = enlarged(y, scale);
  return deconvolution(y, alignedKernel(settings, scale, y.device()), scale,
                       alignsCentres(settings) ? start : shiftedPixels(start, scale));
}

/// The kernel moved to the corner takes pixels for the middle of their cells. The start is moved, too, as the
/// reference's is, whose first data step puts it right.
DpirProblem photoProblem(const at::Tensor& y, const Settings& settings) {
  const int scale = static_cast<int>(settings.integer(kScale));
  const at::Tensor moved = shiftedPixels(kernelTensor(usualKernel(settings), y.device()), scale);
  return deconvolution(y, moved / moved.sum(), scale, shiftedPixels(enlarged(y, scale), scale));
}

/// z = argmin |y - k (*) z|^2 + rho |z - x down|^2 on the grid of y; the prior makes the next x of z.
DpirProblem dpsrProblem(const at::Tensor& y, const Settings& settings) {
  const int scale = settings.model(kDenoiser).model->descriptor().scale;
  const auto down = [&](std::int64_t side) {
    return resamplingMatrix(side * scale, side, Filter::Bicubic, Beyond::Mirrored).to(y.options());
  };
  DpirProblem problem = deblurProblem(y, settings);
  problem.data = [step = problem.data, rows = down(y.size(2)), columns = down(y.size(3))](const at::Tensor& x,
                                                                                          double rho) {
    const at::Tensor inRange = x.clamp(0, 1);
    const bool enlarged = x.size(2) > rows.size(0);  // not so at the start
    return step(enlarged ? resampled(inRange, rows, columns) : inRange, rho);
  };
  return problem;
}

DpirProblem demosaicProblem(const at::Tensor& y, const Settings& settings) {
  const std::string& pattern = settings.choice(kPattern);
  const at::Tensor mask = bayerMask(pattern, y.size(2), y.size(3), y.device());
  const at::Tensor kept = y * mask;
  const auto demosaiced = settings.choice(kInitial) == "malvar" ? demosaicedLinearly : demosaicedBilinearly;
  return {demosaiced(kept.sum(1, true), pattern),
          [mask, kept](const at::Tensor& x, double rho) { return ((kept + rho * x) / (mask + rho)).clamp(0, 1); },
          [mask, kept](const at::Tensor& x) { return kept + (1 - mask) * x; }};
}

DpirProblem inpaintProblem(const at::Tensor& y, const Settings& settings) {
  const at::Tensor known = knownPixels(y, settings.choice(kMissing));
  const at::Tensor kept = y * known;
  return {filledFromAround(y, known),
          [known, kept](const at::Tensor& x, double rho) { return (kept + rho * x) / (known + rho); },
          // Without noise the known pixels are the truth.
          [known, kept, exact = noiseOf(settings) == 0](const at::Tensor& x) {
            return exact ? kept + (1 - known) * x : x;
          }};
}

}  // namespace

const std::vector<DpirTask>& dpirTasks() {
  static const std::vector<DpirTask> all = {
      {"dpir-deblur", HEIRLOOM_TEXT("algorithm.dpir-deblur", "DPIR: deblur with a kernel"), Purpose::Deblur, 8, 2.55,
       deblurParameters, [](const Settings& s) { return std::max(kLeastLevel, noiseOf(s)); }, deblurProblem,
       givenKernel},
      {"dpir-sr", HEIRLOOM_TEXT("algorithm.dpir-sr", "DPIR: enlarge with a kernel"), Purpose::SuperResolve, 24, 0,
       enlargingParameters, lastLevelOfEnlarging, enlargingProblem, givenKernel},
      {"dpir-sr-real", HEIRLOOM_TEXT("algorithm.dpir-sr-real", "DPIR: enlarge with the usual kernel"),
       Purpose::SuperResolve, 24, kLeastPhotoNoise, photoParameters, lastLevelOfEnlarging, photoProblem, usualKernel,
       kLeastPhotoNoise},
      {"dpir-demosaic", HEIRLOOM_TEXT("algorithm.dpir-demosaic", "DPIR: demosaic"), Purpose::Restore, 40, 0,
       demosaicParameters, lastLevelOfMosaics, demosaicProblem},
      {"dpir-inpaint", HEIRLOOM_TEXT("algorithm.dpir-inpaint", "DPIR: fill missing pixels"), Purpose::Restore, 40, 0,
       inpaintParameters, lastLevelOfMosaics, inpaintProblem},
      {"dpsr", HEIRLOOM_TEXT("algorithm.dpsr", "DPSR: deblur and enlarge"), Purpose::SuperResolve, 15, 0,
       dpsrParameters, [](const Settings&) { return kDpsrLastLevel; }, dpsrProblem, givenKernel, 0, kDpsrWeight, true},
  };
  return all;
}

}  // namespace heirloom::models
