#include "models/kernels/winograd/winograd.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>

#include "models/kernels/processor.h"
#include "models/kernels/winograd/block.h"
#include "models/kernels/winograd/points.h"

namespace heirloom::models {
namespace {

using namespace winograd;

/// Floats of transformed pixels and products that stay in the second cache of a core.
constexpr std::int64_t kBlockFloats = 96 * 1024;

/// Transformed weights beyond which a block of few tiles is too small for them.
constexpr std::int64_t kManyWeights = 1024 * 1024;

template <class Sample>
const std::optional<BlockKernels<Sample>>& blockKernels() {
  static const std::optional<BlockKernels<Sample>> kernels = []() -> std::optional<BlockKernels<Sample>> {
    if (processor().avx512) return avx512Kernels<Sample>();
    if (processor().avx2) return avx2Kernels<Sample>();
    return std::nullopt;
  }();
  return kernels;
}

std::int64_t roundUp(std::int64_t value, std::int64_t step) {
  return (value + step - 1) / step * step;
}

/// An odd number of cache lines: positions that far apart never share one set of the first cache.
std::int64_t oddLines(std::int64_t floats) {
  return (roundUp(floats, 16) / 16 | 1) * 16;
}

/// The six values of three weights at the points of interpolation, G of the paper.
std::array<double, 6> weightsAtPoints(double w0, double w1, double w2) {
  constexpr double a = kA;
  constexpr double b = kB;
  const double atA = 2 * a * a * (a * a - b * b);
  const double atB = 2 * b * b * (b * b - a * a);
  return {w0 / (a * a * b * b),
          (w0 + a * w1 + a * a * w2) / atA,
          (w0 - a * w1 + a * a * w2) / atA,
          (w0 + b * w1 + b * b * w2) / atB,
          (w0 - b * w1 + b * b * w2) / atB,
          w2};
}

/// Writes the 36 values of one 3x3 kernel, `stride` apart.
void transformKernel(const double* kernel, float* to, std::int64_t stride) {
  std::array<std::array<double, 6>, 3> rows;
  for (int y = 0; y < 3; ++y) rows[y] = weightsAtPoints(kernel[y * 3], kernel[y * 3 + 1], kernel[y * 3 + 2]);
  for (int x = 0; x < 6; ++x) {
    const std::array<double, 6> column = weightsAtPoints(rows[0][x], rows[1][x], rows[2][x]);
    for (int y = 0; y < 6; ++y) to[(y * 6 + x) * stride] = static_cast<float>(column[y]);
  }
}

bool sideBySide(const at::Tensor& x) {
  return x.size(1) == 1 || x.stride(1) == 1;
}

at::Tensor withChannelsSideBySide(const at::Tensor& x) {
  return sideBySide(x) ? x : x.contiguous(at::MemoryFormat::ChannelsLast);
}

template <class T>
Pixels<T> pixelsOf(T* data, const at::Tensor& x) {
  return {data, x.stride(0), x.stride(2), x.stride(3)};
}

/// What all ways of cutting the work share.
template <class Sample>
struct Work {
  const BlockKernels<Sample>& kernels = *blockKernels<Sample>();
  const Layer<Sample>& layer;
  std::int64_t tiles;
  std::int64_t depth = roundUp(layer.in, kernels.lanes);
  std::int64_t groups = (tiles + kernels.rows - 1) / kernels.rows;
  std::int64_t chunks = (layer.out + kernels.columns - 1) / kernels.columns;

  /// Floats of a block of groups in one position.
  std::int64_t transformedStride(std::int64_t blockGroups) const {
    return oddLines(blockGroups * kernels.rows * depth);
  }
  std::int64_t productStride(std::int64_t blockGroups) const {
    return oddLines(blockGroups * kernels.rows * kernels.columns);
  }
  std::int64_t patchFloats() const { return roundUp(std::int64_t{36} * layer.in, 16); }
  int tilesFrom(std::int64_t group, std::int64_t end) const {
    return static_cast<int>(std::min(tiles, end * kernels.rows) - group * kernels.rows);
  }
};

/// Every thread takes blocks of its own from the first step to the last. The weights are read again for every block.
template <class Sample>
void runByBlocks(const Work<Sample>& work) {
  const BlockKernels<Sample>& kernels = work.kernels;
  const std::int64_t perGroup = 36 * kernels.rows * (work.depth + kernels.columns);
  const std::int64_t threads = at::get_num_threads();
  const std::int64_t blockGroups =
      std::clamp<std::int64_t>(kBlockFloats / perGroup, 1, (work.groups + threads - 1) / threads);
  const std::int64_t stride = work.transformedStride(blockGroups);
  const std::int64_t productStride = work.productStride(blockGroups);
  at::parallel_for(0, (work.groups + blockGroups - 1) / blockGroups, 1, [&](std::int64_t begin, std::int64_t end) {
    const at::Tensor memory = at::empty({36 * (stride + productStride) + work.patchFloats()}, at::kFloat);
    float* const transformed = memory.data_ptr<float>();
    float* const products = transformed + 36 * stride;
    auto* const patch = reinterpret_cast<Sample*>(products + 36 * productStride);
    for (std::int64_t block = begin; block < end; ++block) {
      const std::int64_t group = block * blockGroups;
      const int count = work.tilesFrom(group, group + blockGroups);
      kernels.transformInput(work.layer, group * kernels.rows, count, transformed, stride, patch);
      for (int chunk = 0; chunk < work.chunks; ++chunk) {
        kernels.multiply(work.layer, chunk, count, transformed, stride, products, productStride);
        kernels.transformOutput(work.layer, chunk, group * kernels.rows, count, products, productStride);
      }
    }
  });
}

/// All threads share the transformed pixels of a large block, then each takes output channels: many channels have so
/// many weights that reading them is what takes the time.
template <class Sample>
void runByChannels(const Work<Sample>& work) {
  const BlockKernels<Sample>& kernels = work.kernels;
  const std::int64_t blockGroups =
      std::clamp<std::int64_t>(kBlockFloats / (36 * kernels.rows * kernels.columns), 1, work.groups);
  const std::int64_t stride = work.transformedStride(blockGroups);
  const std::int64_t perGroup = work.depth * kernels.rows;
  const at::Tensor shared = at::empty({36 * stride}, at::kFloat);
  float* const transformed = shared.data_ptr<float>();
  for (std::int64_t first = 0; first < work.groups; first += blockGroups) {
    const std::int64_t count = std::min(blockGroups, work.groups - first);
    at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
      const at::Tensor patch = at::empty({work.patchFloats()}, at::kFloat);
      kernels.transformInput(work.layer, (first + begin) * kernels.rows, work.tilesFrom(first + begin, first + end),
                             transformed + begin * perGroup, stride, static_cast<Sample*>(patch.data_ptr()));
    });
    // With more threads than chunks, a chunk's tiles are divided.
    const std::int64_t parts = std::min(count, (at::get_num_threads() + work.chunks - 1) / work.chunks);
    const std::int64_t partGroups = (count + parts - 1) / parts;
    const std::int64_t productStride = work.productStride(partGroups);
    at::parallel_for(0, work.chunks * parts, 1, [&](std::int64_t begin, std::int64_t end) {
      const at::Tensor products = at::empty({36 * productStride}, at::kFloat);
      for (std::int64_t item = begin; item < end; ++item) {
        const auto chunk = static_cast<int>(item / parts);
        const std::int64_t group = item % parts * partGroups;
        if (group >= count) continue;
        const int tiles = work.tilesFrom(first + group, first + std::min(count, group + partGroups));
        kernels.multiply(work.layer, chunk, tiles, transformed + group * perGroup, stride, products.data_ptr<float>(),
                         productStride);
        kernels.transformOutput(work.layer, chunk, (first + group) * kernels.rows, tiles, products.data_ptr<float>(),
                                productStride);
      }
    });
  }
}

template <class Sample>
void run(const Shape& shape, const at::Tensor& x, const at::Tensor& residual, at::Tensor& result) {
  Layer<Sample> layer{shape};
  layer.input = pixelsOf(static_cast<const Sample*>(x.const_data_ptr()), x);
  layer.output = pixelsOf(static_cast<Sample*>(result.data_ptr()), result);
  if (residual.defined()) layer.residual = pixelsOf(static_cast<const Sample*>(residual.const_data_ptr()), residual);
  const Work<Sample> work{.layer = layer, .tiles = x.size(0) * layer.tilesAcross() * layer.tilesDown()};
  if (36 * work.depth * work.chunks * work.kernels.columns > kManyWeights)
    runByChannels(work);
  else
    runByBlocks(work);
}

Ending kernelEnding(const WinogradEnding& ending) {
  if (ending.kind == WinogradEnding::Kind::Silu) return Ending::Silu;
  if (ending.kind == WinogradEnding::Kind::Gated) return Ending::Gated;
  if (ending.slopes.defined()) return Ending::Scaled;
  return ending.negativeSlope == 1 ? Ending::Kept : ending.negativeSlope == 0 ? Ending::Relu : Ending::Scaled;
}

}  // namespace

bool winogradServes(int in, int out) {
  return blockKernels<float>() && in >= 12 && out >= 3;
}

WinogradWeights::WinogradWeights(const at::Tensor& weight, const at::Tensor& bias, double gain) {
  TORCH_CHECK(blockKernels<float>(), "WinogradWeights: this processor has neither AVX-512 nor AVX2 with FMA");
  TORCH_CHECK(weight.dim() == 4 && weight.size(2) == 3 && weight.size(3) == 3 && weight.scalar_type() == at::kFloat &&
                  weight.is_cpu(),
              "WinogradWeights: expected out in 3 3 float32 on the CPU, found ", weight.sizes(), " ",
              weight.toString());
  TORCH_CHECK(!bias.defined() || (bias.dim() == 1 && bias.size(0) == weight.size(0)), "WinogradWeights: expected ",
              weight.size(0), " biases, found ", bias.sizes());
  const BlockKernels<float>& kernels = *blockKernels<float>();
  out_ = static_cast<int>(weight.size(0));
  in_ = static_cast<int>(weight.size(1));
  const std::int64_t depth = roundUp(in_, kernels.lanes);
  const std::int64_t padded = roundUp(out_, kernels.columns);

  bias_ = at::zeros({padded}, at::kFloat);
  if (bias.defined()) bias_.narrow(0, 0, out_).copy_(bias * gain);
  weights_ = at::zeros({padded / kernels.columns, 36, depth, kernels.columns}, at::kFloat);
  const at::Tensor scaled = (weight.to(at::kDouble) * gain).contiguous();
  const auto* kernel = scaled.const_data_ptr<double>();
  for (int o = 0; o < out_; ++o) {
    float* chunk = weights_.data_ptr<float>() + o / kernels.columns * 36 * depth * kernels.columns;
    for (int i = 0; i < in_; ++i, kernel += 9)
      transformKernel(kernel, chunk + i * kernels.columns + o % kernels.columns, depth * kernels.columns);
  }
}

at::Tensor winogradConvolution(const at::Tensor& x, const WinogradWeights& weights, const WinogradEnding& ending) {
  TORCH_CHECK(x.dim() == 4, "winogradConvolution: expected N C H W, found ", x.sizes());
  at::Tensor result = at::empty({x.size(0), weights.out(), x.size(2), x.size(3)},
                                x.options().memory_format(at::MemoryFormat::ChannelsLast));
  winogradConvolutionInto(result, x, weights, ending);
  return result;
}

void winogradConvolutionInto(at::Tensor& result, const at::Tensor& x, const WinogradWeights& weights,
                             const WinogradEnding& ending) {
  const at::ScalarType type = x.scalar_type();
  const std::optional<at::Tensor>& residual = ending.residual;
  TORCH_CHECK(x.dim() == 4 && x.size(1) == weights.in() && (type == at::kFloat || type == at::kBFloat16) && x.is_cpu(),
              "winogradConvolution: expected N ", weights.in(), " H W float32 or bfloat16 on the CPU, found ",
              x.sizes(), " ", x.toString());
  const std::array<std::int64_t, 4> shape = {x.size(0), weights.out(), x.size(2), x.size(3)};
  TORCH_CHECK(result.sizes() == shape && result.scalar_type() == type && result.is_cpu() && sideBySide(result),
              "winogradConvolution: expected a result ", at::IntArrayRef(shape),
              " of the input's type with the channels of a pixel side by side, found ", result.sizes(), " strides ",
              result.strides(), " ", result.toString());
  TORCH_CHECK(!residual || (residual->sizes() == shape && residual->scalar_type() == type && residual->is_cpu()),
              "winogradConvolution: expected a residual ", at::IntArrayRef(shape), " of the input's type, found ",
              residual ? residual->sizes() : at::IntArrayRef());
  TORCH_CHECK(residual || ending.kind != WinogradEnding::Kind::Gated, "winogradConvolution: nothing to gate");
  TORCH_CHECK(!ending.slopes.defined() ||
                  (ending.slopes.numel() == weights.out() && ending.slopes.scalar_type() == at::kFloat &&
                   ending.slopes.is_cpu() && ending.slopes.is_contiguous()),
              "winogradConvolution: expected ", weights.out(), " float32 slopes");
  if (result.numel() == 0) return;

  Shape layer;
  layer.height = static_cast<int>(x.size(2));
  layer.width = static_cast<int>(x.size(3));
  layer.in = weights.in();
  layer.out = weights.out();
  layer.weights = weights.weights();
  layer.bias = weights.bias();
  layer.ending = kernelEnding(ending);
  layer.negativeSlope = static_cast<float>(ending.negativeSlope);
  layer.slopes = ending.slopes.defined() ? ending.slopes.const_data_ptr<float>() : nullptr;
  const at::Tensor input = withChannelsSideBySide(x);
  const at::Tensor added = residual ? withChannelsSideBySide(*residual) : at::Tensor();
  if (type == at::kFloat)
    run<float>(layer, input, added, result);
  else
    run<std::uint16_t>(layer, input, added, result);
}

}  // namespace heirloom::models
