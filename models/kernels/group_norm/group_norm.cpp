#include "models/kernels/group_norm/group_norm.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <vector>

#include "models/kernels/kernels.h"

namespace heirloom::models {
namespace {

constexpr std::int64_t kPixels = 128;  // summed in float32 before they join the sum in float64, and written at a time
// What a launch on CUDA can hold.
constexpr std::int64_t kMostChannels = 6144;
constexpr std::int64_t kMostPictures = 65535;

/// Sums and sums of squares of the channels over pixels `begin` to `end`.
void addSums(const float* x, std::int64_t channels, std::int64_t begin, std::int64_t end, double* sums) {
  std::vector<float> block(static_cast<std::size_t>(2 * channels));
  float* const sum = block.data();
  float* const squares = sum + channels;
  for (std::int64_t first = begin; first < end; first += kPixels) {
    std::ranges::fill(block, 0.0F);
    for (std::int64_t pixel = first; pixel < std::min(end, first + kPixels); ++pixel) {
      const float* values = x + pixel * channels;
      for (std::int64_t c = 0; c < channels; ++c) {
        sum[c] += values[c];
        squares[c] += values[c] * values[c];
      }
    }
    for (std::int64_t i = 0; i < 2 * channels; ++i) sums[i] += block[static_cast<std::size_t>(i)];
  }
}

/// What every channel's values are multiplied by and what is added: scales, then shifts.
std::vector<float> affineOf(const std::vector<double>& sums, std::int64_t pixels, std::int64_t groups,
                            const float* weight, const float* bias, double epsilon) {
  const auto channels = static_cast<std::int64_t>(sums.size()) / 2, each = channels / groups;
  std::vector<float> affine(sums.size());
  for (std::int64_t group = 0; group < groups; ++group) {
    double sum = 0, squares = 0;
    for (std::int64_t c = group * each; c < (group + 1) * each; ++c) {
      sum += sums[static_cast<std::size_t>(c)];
      squares += sums[static_cast<std::size_t>(channels + c)];
    }
    const double count = static_cast<double>(pixels * each);
    const double mean = sum / count, variance = std::max(0.0, squares / count - mean * mean);
    const double inverse = 1 / std::sqrt(variance + epsilon);
    for (std::int64_t c = group * each; c < (group + 1) * each; ++c) {
      affine[static_cast<std::size_t>(c)] = static_cast<float>(weight[c] * inverse);
      affine[static_cast<std::size_t>(channels + c)] = static_cast<float>(bias[c] - weight[c] * inverse * mean);
    }
  }
  return affine;
}

bool serves(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const bool needsGradient = at::GradMode::is_enabled() && (x.requires_grad() || weight.requires_grad());
  const at::ScalarType type = x.scalar_type();
  if (needsGradient || weight.scalar_type() != type || bias.scalar_type() != type || x.dim() != 4 || x.numel() == 0 ||
      !x.is_contiguous(at::MemoryFormat::ChannelsLast))
    return false;
  if (x.is_cpu()) return type == at::kFloat;
  return x.is_cuda() && (type == at::kFloat || type == at::kHalf || type == at::kBFloat16) &&
         x.size(1) <= kMostChannels && x.size(0) <= kMostPictures;
}

at::Tensor onCpu(const at::Tensor& x, std::int64_t groups, const at::Tensor& weight, const at::Tensor& bias,
                 double epsilon, bool silu) {
  const std::int64_t channels = x.size(1), pixels = x.size(2) * x.size(3);
  at::Tensor result = at::empty_like(x);
  for (std::int64_t n = 0; n < x.size(0); ++n) {
    const float* from = x.const_data_ptr<float>() + n * pixels * channels;
    float* to = result.mutable_data_ptr<float>() + n * pixels * channels;
    std::vector<double> sums(static_cast<std::size_t>(2 * channels));
    std::mutex mutex;
    at::parallel_for(0, pixels, kPixels, [&](std::int64_t begin, std::int64_t end) {
      std::vector<double> own(sums.size());
      addSums(from, channels, begin, end, own.data());
      const std::lock_guard lock(mutex);
      for (std::size_t i = 0; i < own.size(); ++i) sums[i] += own[i];
    });
    const std::vector<float> affine =
        affineOf(sums, pixels, groups, weight.const_data_ptr<float>(), bias.const_data_ptr<float>(), epsilon);
    at::parallel_for(0, pixels, kPixels, [&](std::int64_t begin, std::int64_t end) {
      const c10::InferenceMode inference;
      const float* const scale = affine.data();
      const float* const shift = scale + channels;
      for (std::int64_t first = begin; first < end; first += kPixels) {
        const std::int64_t last = std::min(end, first + kPixels);
        for (std::int64_t pixel = first; pixel < last; ++pixel) {
          const float* values = from + pixel * channels;
          float* results = to + pixel * channels;
          for (std::int64_t c = 0; c < channels; ++c) results[c] = values[c] * scale[c] + shift[c];
        }
        // LibTorch's own loop has vectors of exponentials, and these values are still in the cache.
        if (!silu) continue;
        at::Tensor written = at::from_blob(to + first * channels, {(last - first) * channels}, at::kFloat);
        at::silu_(written);
      }
    });
  }
  return result;
}

}  // namespace

at::Tensor groupNorm(const at::Tensor& x, std::int64_t groups, const at::Tensor& weight, const at::Tensor& bias,
                     double epsilon, bool silu) {
  if (!serves(x, weight, bias)) return plainGroupNorm(x, groups, weight, bias, epsilon, silu);
  TORCH_CHECK(x.size(1) % groups == 0 && weight.numel() == x.size(1) && bias.numel() == x.size(1),
              "groupNorm: ", groups, " groups and ", weight.numel(), " weights for ", x.size(1), " channels");
  return x.is_cuda() ? kernels(x.device()).groupNorm(x, groups, weight, bias, epsilon, silu)
                     : onCpu(x, groups, weight, bias, epsilon, silu);
}

at::Tensor plainGroupNorm(const at::Tensor& x, std::int64_t groups, const at::Tensor& weight, const at::Tensor& bias,
                          double epsilon, bool silu) {
  at::Tensor y = at::group_norm(x, groups, weight, bias, epsilon);
  if (!silu) return y;
  return y.requires_grad() ? at::silu(y) : at::silu_(y);
}

}  // namespace heirloom::models
