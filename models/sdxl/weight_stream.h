#pragma once

#include <future>
#include <map>
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
/// and go when it leaves. While one computes, another thread reads those of the block that came after it the last time.
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
  using Read = std::map<std::string, at::Tensor>;
  struct Ahead {
    const torch::nn::Module* block = nullptr;
    std::future<Read> tensors;
  };

  static void unload(const Parts& parts);
  Read read(const Parts& parts) const;
  void readAhead(const torch::nn::Module& block);

  WeightSource source_;
  Placement placement_;
  BlockWatch* asked_;
  std::map<const torch::nn::Module*, Parts> blocks_;
  std::map<const torch::nn::Module*, const torch::nn::Module*> next_;  // which block came after which
  const torch::nn::Module* last_ = nullptr;
  Ahead ahead_;
  std::int64_t loads_ = 0, foreseen_ = 0;
};

}  // namespace heirloom::models
