#include "models/kernels/cuda_recorder.h"

#include <ATen/core/CachingHostAllocator.h>
#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>

#include <optional>

namespace heirloom::models {
namespace {

using Pool = decltype(at::cuda::graph_pool_handle());

/// In memory of their own, so that they outlive what `tensors` lie in.
Tensors copies(const Tensors& tensors) {
  Tensors made;
  for (const at::Tensor& tensor : tensors) made.push_back(tensor.clone());
  return made;
}

class CudaRecording : public Recording {
 public:
  CudaRecording(std::shared_ptr<const Pool> pool, Tensors inputs)
      : pool_(std::move(pool)), inputs_(std::move(inputs)) {}

  const Tensors& inputs() const { return inputs_; }

  /// On the current stream, which is not the default one.
  void capture(const TensorFunction& function) {
    try {
      // Other threads of the process may use the device meanwhile.
      graph_.capture_begin(*pool_, cudaStreamCaptureModeThreadLocal);
      results_ = function(inputs_);
      graph_.capture_end();
    } catch (...) {
      results_.clear();
      abandon();
      throw;
    }
  }

  Tensors replay(const Tensors& inputs) override {
    const c10::cuda::CUDAGuard guard(inputs_.front().device());
    for (std::size_t i = 0; i < inputs.size(); ++i) inputs_[i].copy_(inputs[i], /*non_blocking=*/true);
    graph_.replay();
    // The next replay, of this recording or of another one in the same pool, writes over them.
    return copies(results_);
  }

 private:
  /// Ends a capture in which something went wrong. LibTorch would go on allocating from the pool of an invalid one.
  void abandon() {
    const c10::DeviceIndex device = inputs_.front().device().index();
    try {
      graph_.capture_end();
    } catch (const std::exception&) {
      try {
        c10::cuda::CUDACachingAllocator::endAllocateToPool(device, *pool_);
        c10::cuda::CUDACachingAllocator::releasePool(device, *pool_);
        at::getHostAllocator(at::kCUDA)->end_allocate_to_pool(*pool_);
        at::getHostAllocator(at::kCUDA)->release_pool(*pool_);
      } catch (const std::exception&) {  // it had ended, or never begun
      }
    }
  }

  std::shared_ptr<const Pool> pool_;
  Tensors inputs_;
  at::cuda::CUDAGraph graph_;
  Tensors results_;  // in the pool
};

class CudaRecorder : public Recorder {
 public:
  Recorded record(const TensorFunction& function, const Tensors& inputs) override {
    const c10::cuda::CUDAGuard guard(inputs.front().device());
    const c10::cuda::CUDAStream outside = at::cuda::getCurrentCUDAStream();
    if (!stream_) stream_ = at::cuda::getStreamFromPool();
    Recorded made;
    auto recording = std::make_unique<CudaRecording>(pool(), copies(inputs));
    outside.synchronize();
    {
      // Workspaces and the choice of algorithms belong to a stream, and are made by a first call.
      const c10::cuda::CUDAStreamGuard side(*stream_);
      const Tensors results = function(recording->inputs());
      stream_->synchronize();
      {
        const c10::cuda::CUDAStreamGuard back(outside);
        made.results = copies(results);
      }
      outside.synchronize();
    }
    // Nothing is given back while a graph is captured, however little is left.
    c10::cuda::CUDACachingAllocator::emptyCache();
    const c10::cuda::CUDAStreamGuard side(*stream_);
    recording->capture(function);
    made.recording = std::move(recording);
    return made;
  }

 private:
  /// That of the recordings there are, or a new one: a pool whose last recording is gone cannot be taken up again.
  std::shared_ptr<const Pool> pool() {
    std::shared_ptr<const Pool> pool = pool_.lock();
    if (!pool) pool_ = pool = std::make_shared<const Pool>(at::cuda::graph_pool_handle());
    return pool;
  }

  std::optional<c10::cuda::CUDAStream> stream_;
  std::weak_ptr<const Pool> pool_;
};

}  // namespace

std::unique_ptr<Recorder> cudaRecorder() {
  return std::make_unique<CudaRecorder>();
}

}  // namespace heirloom::models
