// MambaIR's scan of our own beside the plain loop over time steps, in float32, and over growing pictures: time a pixel
// must not grow. Takes Google Benchmark's options.

#include <benchmark/benchmark.h>
#include <torch/types.h>

#include "models/kernels/selective_scan/selective_scan.h"

namespace heirloom::bench {
namespace {

using namespace heirloom::models;

void run(benchmark::State& state, decltype(selectiveScan)* scan) {
  const c10::InferenceMode inference;
  const std::int64_t features = state.range(0), states = state.range(1), side = state.range(2), rank = features / 30;
  const at::Tensor x = at::randn({1, side, side, features});
  const at::Tensor projected = at::randn({1, side, side, 4, rank + 2 * states});
  const SelectiveScanWeights weights{at::randn({4, features, rank}), at::randn({4, features}),
                                     -at::rand({4, features, states}), at::ones({4, features})};
  for (auto _ : state) benchmark::DoNotOptimize(scan(x, projected, weights));
  state.counters["pixels/s"] =
      benchmark::Counter(static_cast<double>(side * side), benchmark::Counter::kIsIterationInvariantRate);
}

void sizes(benchmark::internal::Benchmark* set) {  // classical and light blocks
  set->Args({360, 16, 64})->Args({72, 10, 64})->Unit(benchmark::kMillisecond)->UseRealTime();
}
void larger(benchmark::internal::Benchmark* set) {
  set->Args({360, 16, 128})->Args({360, 16, 256})->Args({72, 10, 256})->Unit(benchmark::kMillisecond)->UseRealTime();
}

BENCHMARK_CAPTURE(run, plain, plainSelectiveScan)->Apply(sizes);
BENCHMARK_CAPTURE(run, ours, selectiveScan)->Apply(sizes)->Apply(larger);

}  // namespace
}  // namespace heirloom::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
