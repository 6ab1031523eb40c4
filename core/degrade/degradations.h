#pragma once

#include <torch/types.h>

#include <array>
#include <map>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::core {

using Random = std::mt19937_64;

/// What happens to a photo before or while it is taken. `picture` is float32 C H W in 0..1 (C = 3, sRGB values as they
/// stand in a file, H and W at least 1); the result has the same shape, lies in 0..1 and depends on the picture, the
/// parameters and `random` alone.

/// Atmospheric scattering, I = J t + A (1 - t), t = exp(-beta d), with a smooth depth d of 0.2 to 1 that does not
/// depend on where a picture is cut (Li et al., "Benchmarking Single-Image Dehazing and Beyond", TIP 2019, III-A).
struct Haze {
  double scattering = 1.2;  // beta
  double airlight = 0.85;   // A, grey
};
at::Tensor degraded(const at::Tensor& picture, const Haze& haze, Random& random);

/// Bright streaks added to the picture, O = B + S (Yang et al., "Deep Joint Rain Detection and Removal from a Single
/// Image", CVPR 2017, 3; orientations and lengths as Fu et al., "Removing Rain from Single Images via a Deep Detail
/// Network", CVPR 2017, 3.1, vary them).
struct Rain {
  double density = 0.006;   // streaks a pixel
  double length = 16;       // pixels
  double angle = 0;         // degrees from the vertical, counterclockwise
  double brightness = 0.6;  // of the brightest streak
};
at::Tensor degraded(const at::Tensor& picture, const Rain& rain, Random& random);

/// Soft flakes before the picture, K = a z + J (1 - z), in three sizes (Liu et al., "DesnowNet: Context-Aware Deep
/// Network for Snow Removal", TIP 2018, III and VI-A).
struct Snow {
  double coverage = 0.15;  // of the area, before flakes overlap
  double radius = 2;       // of the middle size, pixels
  double opacity = 0.8;    // of a flake's middle
};
at::Tensor degraded(const at::Tensor& picture, const Snow& snow, Random& random);

/// beta (alpha I)^gamma (Lv, Li, Lu, "Attention Guided Low-Light Image Enhancement with a Large Scale Low-Light
/// Simulation Dataset", IJCV 2021, 3.1) and the sensor's noise of the variance shot x + read^2 (Foi et al., "Practical
/// Poissonian-Gaussian noise modeling and fitting for single-image raw-data", TIP 2008, II).
struct LowLight {
  double alpha = 0.95;
  double beta = 0.75;
  double gamma = 2.5;
  double shot = 0.002;
  double read = 0.01;
};
at::Tensor degraded(const at::Tensor& picture, const LowLight& light, Random& random);

/// Uniform motion along a line (Sun et al., "Learning a Convolutional Neural Network for Non-uniform Motion Blur
/// Removal", CVPR 2015, 3.1); the edge is repeated outwards.
struct MotionBlur {
  double length = 13;  // pixels
  double angle = 0;    // degrees from the horizontal, counterclockwise
};
at::Tensor degraded(const at::Tensor& picture, const MotionBlur& blur, Random& random);

/// Blur, resizing, noise and JPEG, all twice, the second time at 1 / reduction of the size, with ringing; enlarged
/// again (Wang et al., "Real-ESRGAN", ICCV Workshops 2021, 3.2-3.4, with its published settings for 4 times; kair.md
/// 4.5). The clean picture is sharpened before, if at all (filter.h), the JPEG is a real one, and blurs repeat the edge
/// instead of reflecting it.
struct SecondOrder {
  double reduction = 4;
};
at::Tensor degraded(const at::Tensor& picture, const SecondOrder& order, Random& random);

/// From, to.
using Range = std::array<double, 2>;

/// A number of a degradation: its name in YAML, what is drawn by default, what it may be at all.
struct DegradationParameter {
  std::string_view name;
  Range byDefault;
  Range limits;
};

/// One row: a degradation by its name, with its parameters in the order that `apply` takes them.
struct DegradationKind {
  std::string_view name;
  std::vector<DegradationParameter> parameters;
  at::Tensor (*apply)(const at::Tensor& picture, std::span<const double> values, Random& random);
};

/// haze, rain, snow, low_light, motion_blur, real_esrgan. By default parameters vary as the papers above vary them.
std::span<const DegradationKind> degradationKinds();
/// Null when there is none of this name.
const DegradationKind* findDegradation(std::string_view name);
/// "haze, rain, ..."
std::string degradationNames();

/// Ranges by parameter, of the parameters that are not to vary as by default.
using DegradationRanges = std::map<std::string, Range>;
/// By the degradation's name.
using DegradationKinds = std::map<std::string, DegradationRanges>;

/// One of several degradations, each as likely as the others, with parameters uniform in their ranges.
class RandomDegradation {
 public:
  /// Throws Error, which names what there is, on unknown names, ranges beyond the limits or
  /// upside down.
  explicit RandomDegradation(const DegradationKinds& kinds);

  bool empty() const { return choices_.empty(); }
  /// The picture itself where there is nothing to choose from.
  at::Tensor operator()(const at::Tensor& picture, Random& random) const;

 private:
  struct Choice {
    const DegradationKind* kind;
    std::vector<Range> ranges;  // one a parameter
  };
  std::vector<Choice> choices_;
};

}  // namespace heirloom::core
