#pragma once

#include <torch/types.h>

#include <functional>
#include <map>
#include <tuple>

#include "models/common/layer.h"

namespace heirloom::models {

/// Told when a network comes to a block and leaves it: where a run is asked whether to stop, and where weights that
/// are not kept come and go.
class BlockWatch {
 public:
  virtual ~BlockWatch() = default;
  /// Before anything of `block` computes. May throw Stopped.
  virtual void enter(torch::nn::Module& block) = 0;
  /// After it; also when it failed, hence never throws.
  virtual void leave(torch::nn::Module& block) noexcept = 0;
};

struct Pass;

/// A block of a network: what it makes of `x`, N C H W or N L C.
using BlockCall = std::function<at::Tensor(const at::Tensor& x, const Pass& pass)>;

/// Calls the residual and transformer blocks of a network in its place: where training keeps less than every value.
class BlockRunner {
 public:
  virtual ~BlockRunner() = default;
  /// block(x, pass), or the same by another way. `block` may be called again until gradients were taken.
  virtual at::Tensor run(const BlockCall& block, const at::Tensor& x, const Pass& pass) = 0;
};

/// What is the same at every step of a run, kept by the layer that made it. For one run at a time; not for two threads.
class RunMemory {
 public:
  enum class Kind { Text, Image, Steps };

  /// The tensors kept for `layer`, made now if this is the first time.
  const std::vector<at::Tensor>& kept(const torch::nn::Module& layer, Kind kind, bool adapted,
                                      const std::function<std::vector<at::Tensor>()>& make);
  /// Another run begins, whose tensors have the same shapes: each is made anew when it is first asked for, and put
  /// where the one before it lies, so that what was recorded finds it.
  void renew();
  std::int64_t bytes() const;

 private:
  struct Kept {
    std::vector<at::Tensor> tensors;
    bool due = false;  // to be made anew
  };
  std::map<std::tuple<const void*, Kind, bool>, Kept> kept_;
};

/// One call of a network made of these blocks: what every block sees beside its input. Batch N, with classifier-free
/// guidance the negative halves first.
struct Pass {
  at::Tensor embeddings;  // S N E float32: of time and additions, for every step of the run
  int step = 0;           // which of them
  at::Tensor stepIndex;   // the same as int64 of one value on the device, for calls that are recorded; or undefined
  at::Tensor text;        // N L D; undefined for networks without cross-attention
  at::Tensor image;       // N Q D for attention that looks at a picture too, or undefined
  bool adapted = false;   // with the layers' low-rank corrections

  RunMemory* memory = nullptr;  // null: everything is made anew at every call, the plain twin
  BlockWatch* watch = nullptr;
  BlockRunner* runner = nullptr;  // null: blocks are called as they are

  /// Of values of every step, S N C, those of this one.
  at::Tensor ofStep(const at::Tensor& all) const {
    return stepIndex.defined() ? all.index_select(0, stepIndex)[0] : all[step];
  }
  /// What `project` makes of this step's embedding, N E to N C. With a memory all steps are projected at once, the
  /// first time.
  at::Tensor stepwise(const torch::nn::Module& layer,
                      const std::function<at::Tensor(const at::Tensor&)>& project) const;
  /// What `make` gives, from the memory if there is one.
  std::vector<at::Tensor> once(const torch::nn::Module& layer, RunMemory::Kind kind, bool depends,
                               const std::function<std::vector<at::Tensor>()>& make) const;
};

/// A stay in a block: told to the pass's watch at both ends.
class Visit {
 public:
  Visit(const Pass& pass, torch::nn::Module& block) : watch_(pass.watch), block_(block) {
    if (watch_) watch_->enter(block_);
  }
  ~Visit() {
    if (watch_) watch_->leave(block_);
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

 private:
  BlockWatch* watch_;
  torch::nn::Module& block_;
};

}  // namespace heirloom::models
