// 3x3 convolutions of our own beside LibTorch's, in float32, and in bfloat16 on matrix tiles: time and GFLOP/s of the
// direct form. Takes Google Benchmark's options; --benchmark_enable_random_interleaving=true --benchmark_repetitions=9
// for figures to quote.

#include <benchmark/benchmark.h>
#include <torch/types.h>

#include "models/kernels/few_channels/few_channels.h"
#include "models/kernels/matrix_tiles/tile_convolution.h"
#include "models/kernels/winograd/winograd.h"

namespace heirloom::bench {
namespace {

using namespace heirloom::models;

struct Case {
  explicit Case(const benchmark::State& state)
      : in(state.range(0)),
        out(state.range(1)),
        side(state.range(2)),
        x(at::randn({1, in, side, side}).contiguous(at::MemoryFormat::ChannelsLast)),
        weight(at::randn({out, in, 3, 3}) / 10),
        bias(at::randn({out})) {}

  void count(benchmark::State& state) const {
    state.counters["FLOP/s"] = benchmark::Counter(18.0 * static_cast<double>(in * out * side * side),
                                                  benchmark::Counter::kIsIterationInvariantRate);
  }

  std::int64_t in;
  std::int64_t out;
  std::int64_t side;
  at::Tensor x;
  at::Tensor weight;
  at::Tensor bias;
};

void libtorch(benchmark::State& state, at::ScalarType type) {
  const c10::InferenceMode inference;
  const Case c(state);
  const at::Tensor x = c.x.to(type);
  const at::Tensor weight = c.weight.to(type).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor bias = c.bias.to(type);
  for (auto _ : state) benchmark::DoNotOptimize(at::conv2d(x, weight, bias, 1, 1).relu_());
  c.count(state);
}

void winograd(benchmark::State& state) {
  const c10::InferenceMode inference;
  const Case c(state);
  const WinogradWeights weights(c.weight, c.bias);
  for (auto _ : state) benchmark::DoNotOptimize(winogradConvolution(c.x, weights, {.negativeSlope = 0}));
  c.count(state);
}

void tiles(benchmark::State& state) {
  const c10::InferenceMode inference;
  const Case c(state);
  if (!matrixTilesServe(64, 64)) return state.SkipWithError("this processor multiplies no tiles of matrices");
  const MatrixTileWeights weights(c.weight, c.bias);
  const at::Tensor x = c.x.to(at::kBFloat16);
  for (auto _ : state) benchmark::DoNotOptimize(tileConvolution(x, weights, {.negativeSlope = 0}));
  c.count(state);
}

void toFew(benchmark::State& state, at::ScalarType type) {
  const c10::InferenceMode inference;
  const Case c(state);
  const ToFewWeights weights(c.weight, c.bias);
  const at::Tensor x = c.x.to(type);
  for (auto _ : state) benchmark::DoNotOptimize(convolutionToFew(x, weights));
  c.count(state);
}

void last(benchmark::internal::Benchmark* set) {
  set->Args({64, 1, 512})->Args({64, 3, 256})->Args({96, 12, 256})->Unit(benchmark::kMillisecond)->UseRealTime();
}

void middle(benchmark::internal::Benchmark* set) {
  set->Args({64, 64, 512})->Args({96, 96, 256})->Args({64, 64, 256})->Args({128, 128, 128})->Args({256, 256, 64});
  set->Args({512, 512, 32})
      ->Args({64, 32, 128})
      ->Args({128, 32, 128})
      ->Args({192, 64, 128})
      ->Args({180, 180, 128})
      ->Args({13, 96, 256});
  set->Unit(benchmark::kMillisecond)->UseRealTime();
}

BENCHMARK_CAPTURE(libtorch, float32, at::kFloat)->Apply(middle)->Apply(last);
BENCHMARK_CAPTURE(libtorch, bfloat16, at::kBFloat16)->Apply(middle);
BENCHMARK(winograd)->Apply(middle);
BENCHMARK(tiles)->Apply(middle);
BENCHMARK_CAPTURE(toFew, float32, at::kFloat)->Apply(last);
BENCHMARK_CAPTURE(toFew, bfloat16, at::kBFloat16)->Apply(last);

}  // namespace
}  // namespace heirloom::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
