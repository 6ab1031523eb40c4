#include "models/sdxl/weight_stream.h"

#include <c10/core/StreamGuard.h>
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

/// On which this thread computes.
c10::Stream streamOn(const at::Device& device) {
  return c10::impl::VirtualGuardImpl(device.type()).getStream(device);
}

}  // namespace

WeightStream::WeightStream(WeightSource source, const Placement& placement, BlockWatch* asked)
    : source_(std::move(source)), placement_(placement), asked_(asked) {
  const at::Device& device = placement_.device;
  if (!device.is_cpu()) copies_ = c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device);
}

WeightStream::~WeightStream() {
  if (ahead_.read.valid()) ahead_.read.wait();
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

WeightStream::Moment WeightStream::now() const {
  if (!copies_) return nullptr;
  const auto event = std::make_shared<c10::Event>(placement_.device.type());
  event->record(streamOn(placement_.device));
  return event;
}

WeightStream::Read WeightStream::read(const Parts& parts, const Moment& done) const {
  const c10::InferenceMode ordinary(false);
  Read made;
  for (const NamedPart& part : parts) {
    for (const auto& item : part.module->named_parameters(/*recurse=*/false)) {
      const std::string name = part.prefix + item.key();
      const at::Tensor tensor = source_(name);
      made.tensors[name] = copies_ ? tensor.pin_memory() : tensor;  // of other memory the copy would wait
    }
  }
  if (!copies_) return made;
  // The host is far ahead of the device: blocks that it has left are there until they were computed.
  done->synchronize();
  const c10::StreamGuard beside(*copies_);
  for (auto& [name, tensor] : made.tensors)
    tensor = tensor.to(placement_.device, tensor.scalar_type(), /*non_blocking=*/true);
  made.there.emplace(placement_.device.type());
  made.there->record(*copies_);
  return made;
}

void WeightStream::waitFor(const Read& weights) const {
  if (!weights.there) return;
  const c10::Stream computing = streamOn(placement_.device);
  weights.there->block(computing);
  // Their memory belongs to the other stream, which must not take it again before this one is done with it.
  for (const auto& [name, tensor] : weights.tensors) tensor.record_stream(computing);
}

void WeightStream::enter(torch::nn::Module& block) {
  if (asked_) asked_->enter(block);
  const auto found = blocks_.find(&block);
  if (found == blocks_.end()) return;
  const Moment before = now();
  Read weights;
  // The source is no one's but the reader's until it is done.
  if (ahead_.read.valid()) {
    const bool guessed = ahead_.block == &block;
    Read early = ahead_.read.get();
    if (guessed) weights = std::move(early), ++foreseen_;
  }
  if (weights.tensors.empty()) weights = read(found->second, before);
  waitFor(weights);
  loadPlaced(
      found->second, [&](const std::string& name) { return std::move(weights.tensors.at(name)); }, placement_);
  ++loads_;
  if (last_) next_[last_] = &block;
  last_ = &block;
  if (const auto next = next_.find(&block); next != next_.end()) readAhead(*next->second, before);
}

void WeightStream::readAhead(const torch::nn::Module& block, const Moment& done) {
  const Parts& parts = blocks_.at(&block);
  ahead_ = {&block, std::async(std::launch::async, [this, &parts, done] { return read(parts, done); })};
}

void WeightStream::leave(torch::nn::Module& block) noexcept {
  const auto found = blocks_.find(&block);
  if (found != blocks_.end()) unload(found->second);
  if (asked_) asked_->leave(block);
}

}  // namespace heirloom::models
