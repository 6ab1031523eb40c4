#include "models/sdxl/weight_stream.h"

#include <torch/utils.h>

#include "models/sdxl/unet_blocks.h"

namespace heirloom::models {
namespace {

/// What comes and goes as a whole.
bool isBlock(const torch::nn::Module& module) {
  return dynamic_cast<const UNetResBlockImpl*>(&module) || dynamic_cast<const UNetDownsampleImpl*>(&module) ||
         dynamic_cast<const UNetUpsampleImpl*>(&module) || dynamic_cast<const TransformerBlockImpl*>(&module) ||
         dynamic_cast<const MapTransformerImpl*>(&module) || dynamic_cast<const StreamedPart*>(&module);
}

}  // namespace

WeightStream::WeightStream(WeightSource source, const Placement& placement, BlockWatch* asked)
    : source_(std::move(source)), placement_(placement), asked_(asked) {}

WeightStream::~WeightStream() {
  if (ahead_.tensors.valid()) ahead_.tensors.wait();
}

void WeightStream::add(torch::nn::Module& network, const std::string& prefix) {
  Parts staying;
  std::vector<NamedPart> open;  // blocks around the part, the innermost last
  for (const NamedPart& part : partsOf(network, prefix)) {
    while (!open.empty() && !part.prefix.starts_with(open.back().prefix)) open.pop_back();
    if (isBlock(*part.module)) open.push_back(part);
    (open.empty() ? staying : blocks_[open.back().module]).push_back(part);
    // What goes into the first block is asked for its precision before the block is there.
    if (auto* layer = dynamic_cast<ConvolutionImpl*>(part.module)) layer->setComputePrecision(placement_.precision);
  }
  for (auto& [block, parts] : blocks_) unload(parts);
  loadPlaced(staying, source_, placement_);
}

void WeightStream::unload(const Parts& parts) {
  const c10::InferenceMode ordinary(false);
  for (const NamedPart& part : parts) {
    if (auto* layer = dynamic_cast<Layer*>(part.module)) layer->unload();
  }
}

WeightStream::Read WeightStream::read(const Parts& parts) const {
  const c10::InferenceMode ordinary(false);
  Read tensors;
  for (const NamedPart& part : parts) {
    for (const auto& item : part.module->named_parameters(/*recurse=*/false)) {
      const std::string name = part.prefix + item.key();
      tensors[name] = source_(name);
    }
  }
  return tensors;
}

void WeightStream::enter(torch::nn::Module& block) {
  if (asked_) asked_->enter(block);
  const auto found = blocks_.find(&block);
  if (found == blocks_.end()) return;
  Read tensors;
  // The source is no one's but the reader's until it is done.
  if (ahead_.tensors.valid()) {
    const bool guessed = ahead_.block == &block;
    Read early = ahead_.tensors.get();
    if (guessed) tensors = std::move(early), ++foreseen_;
  }
  if (tensors.empty()) tensors = read(found->second);
  loadPlaced(
      found->second, [&](const std::string& name) { return std::move(tensors.at(name)); }, placement_);
  ++loads_;
  if (last_) next_[last_] = &block;
  last_ = &block;
  if (const auto next = next_.find(&block); next != next_.end()) readAhead(*next->second);
}

void WeightStream::readAhead(const torch::nn::Module& block) {
  const Parts& parts = blocks_.at(&block);
  ahead_ = {&block, std::async(std::launch::async, [this, &parts] { return read(parts); })};
}

void WeightStream::leave(torch::nn::Module& block) noexcept {
  const auto found = blocks_.find(&block);
  if (found != blocks_.end()) unload(found->second);
  if (asked_) asked_->leave(block);
}

}  // namespace heirloom::models
