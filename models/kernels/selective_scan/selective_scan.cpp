#include "models/kernels/selective_scan/selective_scan.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>
#include <optional>

#include "models/kernels/kernels.h"
#include "models/kernels/processor.h"
#include "models/kernels/scratch.h"
#include "models/kernels/selective_scan/scan.h"

namespace heirloom::models {
namespace {

using namespace selective_scan;

constexpr std::int64_t kDirections = 4;
constexpr double kLog2OfE = 1.4426950408889634;
// What a launch on CUDA can hold.
constexpr std::int64_t kMostPictures = 65535;
constexpr std::int64_t kMostStates = 64;

const std::optional<Kernel>& ownKernel() {
  static const std::optional<Kernel> kernel = []() -> std::optional<Kernel> {
    if (processor().avx512) return avx512Kernel();
    if (processor().avx2) return avx2Kernel();
    return std::nullopt;
  }();
  return kernel;
}

void check(const at::Tensor& x, const at::Tensor& projected, const SelectiveScanWeights& weights) {
  TORCH_CHECK(x.dim() == 4 && projected.dim() == 5 && weights.stepWeight.dim() == 3 && weights.decay.dim() == 3,
              "selectiveScan: expected x N H W D, projected N H W 4 R+2S, found ", x.sizes(), ", ", projected.sizes());
  const std::int64_t features = x.size(3), rank = weights.stepWeight.size(2), states = weights.decay.size(2);
  TORCH_CHECK(projected.sizes() == at::IntArrayRef({x.size(0), x.size(1), x.size(2), kDirections, rank + 2 * states}),
              "selectiveScan: expected projections for rank ", rank, " and ", states, " states, found ",
              projected.sizes());
  TORCH_CHECK(weights.stepWeight.sizes() == at::IntArrayRef({kDirections, features, rank}) &&
                  weights.decay.sizes() == at::IntArrayRef({kDirections, features, states}) &&
                  weights.stepBias.sizes() == at::IntArrayRef({kDirections, features}) &&
                  weights.skip.sizes() == at::IntArrayRef({kDirections, features}),
              "selectiveScan: expected weights for ", features, " channels, found ", weights.stepWeight.sizes(), ", ",
              weights.decay.sizes());
}

bool needsGradient(const at::Tensor& x, const at::Tensor& projected, const SelectiveScanWeights& weights) {
  return at::GradMode::is_enabled() &&
         (x.requires_grad() || projected.requires_grad() || weights.stepWeight.requires_grad() ||
          weights.decay.requires_grad() || weights.skip.requires_grad() || weights.stepBias.requires_grad());
}

/// 4 D ... -> 4, blocks, ..., lanes: what a block of channels reads lies together, absent channels are zero.
at::Tensor byBlocks(const at::Tensor& weight, std::int64_t lanes) {
  const std::int64_t features = weight.size(1), inner = weight.numel() / (kDirections * features);
  const std::int64_t blocks = (features + lanes - 1) / lanes;
  at::Tensor padded = at::zeros({kDirections, blocks * lanes, inner}, at::kFloat);
  padded.narrow(1, 0, features).copy_(weight.reshape({kDirections, features, inner}));
  return padded.view({kDirections, blocks, lanes, inner}).transpose(2, 3).contiguous();
}

Way wayOf(std::int64_t direction, std::int64_t height, std::int64_t width) {
  Way way = direction % 2 == 0 ? Way{0, height, width, width, 1} : Way{0, width, 1, height, width};
  if (direction >= 2) {
    way.start = height * width - 1;
    way.lineStep = -way.lineStep;
    way.pixelStep = -way.pixelStep;
  }
  return way;
}

at::Tensor scanned(const Kernel& kernel, const at::Tensor& x, const at::Tensor& projected,
                   const SelectiveScanWeights& weights) {
  const std::int64_t batch = x.size(0), height = x.size(1), width = x.size(2), features = x.size(3);
  const std::int64_t rank = weights.stepWeight.size(2), states = weights.decay.size(2), lanes = kernel.lanes;
  const std::int64_t pixels = height * width, each = rank + 2 * states, blocks = (features + lanes - 1) / lanes;
  const at::Tensor stepWeight = byBlocks(weights.stepWeight, lanes), stepBias = byBlocks(weights.stepBias, lanes);
  const at::Tensor decay = byBlocks(weights.decay * kLog2OfE, lanes), skip = byBlocks(weights.skip, lanes);

  // Directions of one block add to the same results, so they share a thread unless that leaves threads without work.
  const std::int64_t parts = batch * blocks >= 2 * at::get_num_threads() ? 1 : kDirections;
  at::Tensor y = at::empty({parts, batch, height, width, features}, x.options());
  const float* const from = x.const_data_ptr<float>();
  const float* const made = projected.const_data_ptr<float>();
  float* const to = y.mutable_data_ptr<float>();
  at::parallel_for(0, parts * batch * blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    const Scratch<float> state(states * lanes);
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t block = task % blocks, n = task / blocks % batch, part = task / blocks / batch;
      for (std::int64_t direction = part; direction < kDirections; direction += parts) {
        const std::int64_t at = direction * blocks + block;
        std::fill_n(state.data(), states * lanes, 0.0F);
        kernel.scan({.way = wayOf(direction, height, width),
                     .channels = static_cast<int>(std::min(lanes, features - block * lanes)),
                     .rank = static_cast<int>(rank),
                     .states = static_cast<int>(states),
                     .x = from + n * pixels * features + block * lanes,
                     .y = to + (part * batch + n) * pixels * features + block * lanes,
                     .features = features,
                     .projected = made + (n * pixels * kDirections + direction) * each,
                     .projectedPixel = kDirections * each,
                     .stepWeight = stepWeight.const_data_ptr<float>() + at * rank * lanes,
                     .stepBias = stepBias.const_data_ptr<float>() + at * lanes,
                     .decay = decay.const_data_ptr<float>() + at * states * lanes,
                     .skip = skip.const_data_ptr<float>() + at * lanes,
                     .state = state.data(),
                     .add = direction != part});
      }
    }
  });
  return parts == 1 ? y.squeeze(0) : y.sum(0);
}

}  // namespace

at::Tensor selectiveScan(const at::Tensor& x, const at::Tensor& projected, const SelectiveScanWeights& weights) {
  check(x, projected, weights);
  const bool ours = x.numel() > 0 && x.scalar_type() == at::kFloat && projected.scalar_type() == at::kFloat &&
                    !needsGradient(x, projected, weights);
  if (ours && x.is_cpu() && ownKernel()) return scanned(*ownKernel(), x.contiguous(), projected.contiguous(), weights);
  if (ours && x.is_cuda() && x.size(0) <= kMostPictures && weights.decay.size(2) <= kMostStates)
    return kernels(x.device()).selectiveScan(x, projected, weights);
  return plainSelectiveScan(x, projected, weights);
}

at::Tensor plainSelectiveScan(const at::Tensor& x, const at::Tensor& projected, const SelectiveScanWeights& weights) {
  check(x, projected, weights);
  const std::int64_t batch = x.size(0), height = x.size(1), width = x.size(2), features = x.size(3);
  const std::int64_t rank = weights.stepWeight.size(2), states = weights.decay.size(2), pixels = height * width;
  // N 4 L ...: the four orders of the pixels.
  const auto ordered = [](const at::Tensor& rows, const at::Tensor& columns) {
    return at::stack({rows.select(1, 0), columns.select(1, 0), rows.select(1, 1).flip(1), columns.select(1, 1).flip(1)},
                     1);
  };
  const at::Tensor twice = x.unsqueeze(1).expand({batch, 2, height, width, features});
  const at::Tensor u =
      ordered(twice.reshape({batch, 2, pixels, features}), twice.transpose(2, 3).reshape({batch, 2, pixels, features}));
  const at::Tensor made = projected.permute({0, 3, 1, 2, 4});  // N 4 H W R+2S
  const auto pair = [&](const at::Tensor& of, int first) {
    return at::stack({of.select(1, first), of.select(1, first + 2)}, 1).reshape({batch, 2, pixels, rank + 2 * states});
  };
  const at::Tensor p = ordered(pair(made, 0), pair(made.transpose(2, 3), 1));
  const at::Tensor delta = at::softplus(at::matmul(p.narrow(3, 0, rank), weights.stepWeight.transpose(1, 2)) +
                                        weights.stepBias.unsqueeze(1));
  const at::Tensor input = p.narrow(3, rank, states), output = p.narrow(3, rank + states, states);
  at::Tensor state = at::zeros({batch, kDirections, features, states}, x.options());
  std::vector<at::Tensor> steps;
  steps.reserve(static_cast<std::size_t>(pixels));
  for (std::int64_t i = 0; i < pixels; ++i) {
    const at::Tensor d = delta.select(2, i).unsqueeze(3), value = u.select(2, i).unsqueeze(3);  // N 4 D 1
    state = at::exp(d * weights.decay) * state + d * value * input.select(2, i).unsqueeze(2);
    steps.push_back(at::matmul(state, output.select(2, i).unsqueeze(3)).squeeze(3));  // N 4 D
  }
  const at::Tensor y = at::stack(steps, 2) + weights.skip.unsqueeze(1) * u;  // N 4 L D
  const auto both = [&](int first) { return y.select(1, first) + y.select(1, first + 2).flip(1); };
  return both(0).view({batch, height, width, features}) +
         both(1).view({batch, width, height, features}).transpose(1, 2);
}

}  // namespace heirloom::models
