#include "models/kernels/winograd/winograd.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "models/kernels/processor.h"
#include "models/kernels/winograd/block.h"

namespace heirloom::models {
namespace {

using namespace winograd;

/// Floats of transformed pixels and products that stay in the second cache of a core.
constexpr std::int64_t kBlockFloats = 96 * 1024;

/// Transformed weights beyond which a block of few tiles is too small for them: they are transformed for every block.
constexpr std::int64_t kManyWeights = 1024 * 1024;
constexpr std::int64_t kKernel = 9;  // of a layer's own weights

template <class Sample>
const std::optional<BlockKernels<Sample>>& blockKernels() {
  static const std::optional<BlockKernels<Sample>> kernels = []() -> std::optional<BlockKernels<Sample>> {
    if (processor().avx512) return avx512Kernels<Sample>();
    if (processor().avx2) return avx2Kernels<Sample>();
    return std::nullopt;
  }();
  return kernels;
}

/// Throws where none runs.
const BlockKernels<float>& kernelsHere() {
  TORCH_CHECK(blockKernels<float>(), "WinogradWeights: this processor has neither AVX-512 nor AVX2 with FMA");
  return *blockKernels<float>();
}

std::int64_t roundUp(std::int64_t value, std::int64_t step) {
  return (value + step - 1) / step * step;
}

/// An odd number of cache lines: positions that far apart never share one set of the first cache.
std::int64_t oddLines(std::int64_t floats) {
  return (roundUp(floats, 16) / 16 | 1) * 16;
}

/// How weights lie, chunk after chunk: as `BlockKernels` has them transformed, or as its kernels.
struct WeightLayout {
  WeightLayout(int in, int out)
      : columns(blockKernels<float>()->columns),
        depth(roundUp(in, blockKernels<float>()->lanes)),
        chunks((out + columns - 1) / columns),
        transformed(kPositions * depth * chunks * columns <= kManyWeights) {}

  std::int64_t positions() const { return transformed ? kPositions : kKernel; }
  std::int64_t values() const { return depth * columns; }

  std::int64_t columns;
  std::int64_t depth;
  std::int64_t chunks;
  bool transformed;
};

/// What both ways of cutting the work share.
template <class Sample>
struct Work {
  const BlockKernels<Sample>& kernels = *blockKernels<Sample>();
  const PixelLayer<Sample>& layer;
  const float* weights;
  std::int64_t tiles;
  WeightLayout layout{layer.in, layer.out};
  std::int64_t groups = (tiles + kernels.rows - 1) / kernels.rows;

  /// Floats of a block of groups in one position.
  std::int64_t transformedStride(std::int64_t blockGroups) const {
    return oddLines(blockGroups * kernels.rows * layout.depth);
  }
  std::int64_t productStride(std::int64_t blockGroups) const {
    return oddLines(blockGroups * kernels.rows * kernels.columns);
  }
  std::int64_t patchFloats() const { return roundUp(std::int64_t{36} * layer.in, 16); }
  const float* weightsOf(std::int64_t chunk) const { return weights + chunk * layout.positions() * layout.values(); }
  int tilesFrom(std::int64_t group, std::int64_t end) const {
    return static_cast<int>(std::min(tiles, end * kernels.rows) - group * kernels.rows);
  }
};

/// Every thread takes blocks of its own from the first step to the last. The weights are read again for every block.
template <class Sample>
void runByBlocks(const Work<Sample>& work) {
  const BlockKernels<Sample>& kernels = work.kernels;
  const std::int64_t perGroup = kPositions * kernels.rows * (work.layout.depth + kernels.columns);
  const std::int64_t threads = at::get_num_threads();
  const std::int64_t blockGroups =
      std::clamp<std::int64_t>(kBlockFloats / perGroup, 1, (work.groups + threads - 1) / threads);
  const std::int64_t stride = work.transformedStride(blockGroups);
  const std::int64_t productStride = work.productStride(blockGroups);
  at::parallel_for(0, (work.groups + blockGroups - 1) / blockGroups, 1, [&](std::int64_t begin, std::int64_t end) {
    const at::Tensor memory = at::empty({kPositions * (stride + productStride) + work.patchFloats()}, at::kFloat);
    float* const transformed = memory.data_ptr<float>();
    float* const products = transformed + kPositions * stride;
    auto* const patch = reinterpret_cast<Sample*>(products + kPositions * productStride);
    for (std::int64_t block = begin; block < end; ++block) {
      const std::int64_t group = block * blockGroups;
      const int count = work.tilesFrom(group, group + blockGroups);
      kernels.transformInput(work.layer, group * kernels.rows, count, transformed, stride, patch);
      for (int chunk = 0; chunk < work.layout.chunks; ++chunk) {
        kernels.multiply(work.layer, chunk, work.weightsOf(chunk), work.layout.values(), count, transformed, stride,
                         products, productStride);
        kernels.transformOutput(work.layer, chunk, group * kernels.rows, count, products, productStride);
      }
    }
  });
}

/// All threads share the transformed pixels of a large block, then each takes output channels: many channels have so
/// many weights that reading them is what takes the time, so they are read as kernels and transformed in the cache.
template <class Sample>
void runByChannels(const Work<Sample>& work) {
  const BlockKernels<Sample>& kernels = work.kernels;
  const std::int64_t blockGroups =
      std::clamp<std::int64_t>(kBlockFloats / (kPositions * kernels.rows * kernels.columns), 1, work.groups);
  const std::int64_t stride = work.transformedStride(blockGroups);
  const std::int64_t perGroup = work.layout.depth * kernels.rows;
  const std::int64_t weightStride = oddLines(work.layout.values());
  const at::Tensor shared = at::empty({kPositions * stride}, at::kFloat);
  float* const transformed = shared.data_ptr<float>();
  for (std::int64_t first = 0; first < work.groups; first += blockGroups) {
    const std::int64_t count = std::min(blockGroups, work.groups - first);
    at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
      const at::Tensor patch = at::empty({work.patchFloats()}, at::kFloat);
      kernels.transformInput(work.layer, (first + begin) * kernels.rows, work.tilesFrom(first + begin, first + end),
                             transformed + begin * perGroup, stride, static_cast<Sample*>(patch.data_ptr()));
    });
    // With more threads than chunks, a chunk's tiles are divided.
    const std::int64_t parts = std::min(count, (at::get_num_threads() + work.layout.chunks - 1) / work.layout.chunks);
    const std::int64_t partGroups = (count + parts - 1) / parts;
    const std::int64_t productStride = work.productStride(partGroups);
    at::parallel_for(0, work.layout.chunks * parts, 1, [&](std::int64_t begin, std::int64_t end) {
      const at::Tensor memory = at::empty({kPositions * (weightStride + productStride)}, at::kFloat);
      float* const weights = memory.data_ptr<float>();
      float* const products = weights + kPositions * weightStride;
      int ready = -1;
      for (std::int64_t item = begin; item < end; ++item) {
        const auto chunk = static_cast<int>(item / parts);
        const std::int64_t group = item % parts * partGroups;
        if (group >= count) continue;
        if (ready != chunk)
          kernels.transformWeights(work.weightsOf(chunk), static_cast<int>(work.layout.depth), weights, weightStride);
        ready = chunk;
        const int tiles = work.tilesFrom(first + group, first + std::min(count, group + partGroups));
        kernels.multiply(work.layer, chunk, weights, weightStride, tiles, transformed + group * perGroup, stride,
                         products, productStride);
        kernels.transformOutput(work.layer, chunk, (first + group) * kernels.rows, tiles, products, productStride);
      }
    });
  }
}

template <class Sample>
void run(const Shape& shape, const float* weights, const at::Tensor& x, const at::Tensor& residual,
         at::Tensor& result) {
  PixelLayer<Sample> layer{shape};
  layer.input = pixelsOf(static_cast<const Sample*>(x.const_data_ptr()), x);
  layer.output = pixelsOf(static_cast<Sample*>(result.data_ptr()), result);
  if (residual.defined()) layer.residual = pixelsOf(static_cast<const Sample*>(residual.const_data_ptr()), residual);
  const Work<Sample> work{
      .layer = layer, .weights = weights, .tiles = x.size(0) * layer.tilesAcross() * layer.tilesDown()};
  if (work.layout.transformed)
    runByBlocks(work);
  else
    runByChannels(work);
}

}  // namespace

bool winogradServes(int in, int out) {
  return blockKernels<float>() && in >= 12 && out >= 3;
}

WinogradWeights::WinogradWeights(const at::Tensor& weight, const at::Tensor& bias)
    : ConvolutionWeights("WinogradWeights", weight, bias, kernelsHere().columns) {
  const WeightLayout layout(in(), out());
  const at::Tensor kernels = at::zeros({layout.chunks, layout.columns, layout.depth, kKernel}, at::kFloat);
  kernels.view({-1, layout.depth, kKernel}).narrow(0, 0, out()).narrow(1, 0, in()).copy_(weight.flatten(2));
  weights_ = kernels.permute({0, 2, 3, 1}).contiguous();  // chunk, depth, 9, columns
  if (!layout.transformed) return;
  const at::Tensor own = weights_;
  weights_ = at::empty({layout.chunks, kPositions, layout.depth, layout.columns}, at::kFloat);
  for (std::int64_t chunk = 0; chunk < layout.chunks; ++chunk) {
    blockKernels<float>()->transformWeights(own[chunk].const_data_ptr<float>(), static_cast<int>(layout.depth),
                                            weights_[chunk].data_ptr<float>(), layout.values());
  }
}

std::int64_t WinogradWeights::bytes(int in, int out) {
  const WeightLayout layout(in, out);
  return layout.chunks * layout.positions() * layout.values() * static_cast<std::int64_t>(sizeof(float));
}

at::Tensor winogradConvolution(const at::Tensor& x, const WinogradWeights& weights, const ConvolutionEnding& ending) {
  TORCH_CHECK(x.dim() == 4, "winogradConvolution: expected N C H W, found ", x.sizes());
  at::Tensor result = at::empty({x.size(0), weights.out(), x.size(2), x.size(3)},
                                x.options().memory_format(at::MemoryFormat::ChannelsLast));
  winogradConvolutionInto(result, x, weights, ending);
  return result;
}

void winogradConvolutionInto(at::Tensor& result, const at::Tensor& x, const WinogradWeights& weights,
                             const ConvolutionEnding& ending) {
  requireFitting("winogradConvolution", result, x, weights.in(), weights.out(), ending, {at::kFloat, at::kBFloat16});
  if (result.numel() == 0) return;

  Shape layer;
  layer.height = static_cast<int>(x.size(2));
  layer.width = static_cast<int>(x.size(3));
  layer.in = weights.in();
  layer.out = weights.out();
  layer.bias = weights.bias();
  layer.ending = ending.loop();
  layer.negativeSlope = static_cast<float>(ending.negativeSlope);
  layer.slopes = ending.slopes.defined() ? ending.slopes.const_data_ptr<float>() : nullptr;
  const at::Tensor input = withChannelsSideBySide(x);
  const at::Tensor added = ending.residual ? withChannelsSideBySide(*ending.residual) : at::Tensor();
  if (x.scalar_type() == at::kFloat)
    run<float>(layer, weights.weights(), input, added, result);
  else
    run<std::uint16_t>(layer, weights.weights(), input, added, result);
}

}  // namespace heirloom::models
