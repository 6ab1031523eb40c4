#pragma once

#include <c10/core/Event.h>

#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/common/weight_source.h"
#include "models/sdxl/pass.h"

namespace heirloom::models {

/// What a module is as well that is no block of a UNet and whose weights may come and go all the same: it computes
/// within a Visit alone.
struct StreamedPart {
  virtual ~StreamedPart() = default;
};

/// Holds the weights of a network's residual, transformer and resizing blocks, and of its streamed parts, only while
/// they compute, for devices that cannot hold the network: each block's come from the source when the network enters it
/// and go when it leaves. While one computes, another thread reads those of the block that came after it the last time,
/// and brings them to a GPU through pinned memory beside what is computed there; two blocks are on the device at most.
/// What lies outside of such blocks is placed at once and stays.
///
/// One run's watch at a time; results are those of the resident network to the bit.
class WeightStream : public BlockWatch {
 public:
  /// `asked`: another watch that is told first, null for none; it must outlive this.
  WeightStream(WeightSource source, const Placement& placement, BlockWatch* asked = nullptr);
  ~WeightStream() override;

  /// Takes a network over, made without values and not placed. It must outlive this.
  /// Not while a pass is on its way.
  void add(torch::nn::Module& network, const std::string& prefix = "");

  void setAsked(BlockWatch* asked) { asked_ = asked; }
  void enter(torch::nn::Module& block) override;
  void leave(torch::nn::Module& block) noexcept override;

  std::int64_t loads() const { return loads_; }        // of blocks
  std::int64_t foreseen() const { return foreseen_; }  // those that were read ahead

 private:
  using Parts = std::vector<NamedPart>;
  /// What the device was told to compute until then; null on the processor.
  using Moment = std::shared_ptr<const c10::Event>;
  struct Read {
    std::map<std::string, at::Tensor> tensors;  // on the placement's device, as in the file
    std::optional<c10::Event> there;            // empty: they are
  };
  struct Ahead {
    const torch::nn::Module* block = nullptr;
    std::future<Read> read;
  };

  static void unload(const Parts& parts);
  Moment now() const;
  /// `done`: what has to be computed before there is room for them.
  Read read(const Parts& parts, const Moment& done) const;
  void readAhead(const torch::nn::Module& block, const Moment& done);
  /// Lets what computes from now on wait for them.
  void waitFor(const Read& weights) const;

  WeightSource source_;
  Placement placement_;
  std::optional<c10::Stream> copies_;  // beside the one that computes; empty on the processor
  BlockWatch* asked_;
  std::map<const torch::nn::Module*, Parts> blocks_;
  std::map<const torch::nn::Module*, const torch::nn::Module*> next_;  // which block came after which
  const torch::nn::Module* last_ = nullptr;
  Ahead ahead_;
  std::int64_t loads_ = 0, foreseen_ = 0;
};

}  // namespace heirloom::models
