#include "models/instantir/weight_policy.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "models/common/free_memory.h"
#include "models/common/placed_bytes.h"
#include "models/cuda.h"
#include "models/placement.h"

namespace heirloom::models {
namespace {

// A block of the way up and the one that is read ahead, in float32 while they are placed.
constexpr std::uint64_t kStreamedBlocks = 1'000'000'000;
// Of a pixel that the networks see, in values of the precision: the decoder's widest maps.
constexpr std::int64_t kDecoderValues = 1000;
// The same of UNet and aggregator: maps of both halves of guidance, residuals, and keys and values that a run keeps.
constexpr std::int64_t kLoopValues = 400;
// Of the side of what the loop sees: a quarter of the pixels takes the decoder 250 values of each.
constexpr std::int64_t kSideOverSideBesideLoop = 2;
static_assert(kDecoderValues <= kLoopValues * kSideOverSideBesideLoop * kSideOverSideBesideLoop);
// On the processor: the program itself, weights on their way and what the C library keeps (instantir_on_cpu.py).
constexpr std::uint64_t kBeside = 1'100'000'000;

}  // namespace

WeightBytes weightBytes(const StateDict& tensors, const Placement& placement) {
  WeightBytes bytes;
  for (const auto& [name, entry] : tensors.entries()) {
    const std::uint64_t placed = placedBytes(entry, placement);
    const std::string_view part = std::string_view(name).substr(0, name.find('.'));
    if (part == "unet" || part == "adapter") bytes.unet += placed;
    if (part == "previewer_lora")
      bytes.corrections += static_cast<std::uint64_t>(entry.numel()) * at::elementSize(placement.precision);
    if (part == "aggregator") bytes.aggregator += placed;
    if (part == "vae") bytes.vae += placement.precision == at::kHalf ? 2 * placed : placed;
    if (part.starts_with("text_encoder") || part == "dino") bytes.encoders += placed;
  }
  return bytes;
}

ActivationBytes activationBytes(std::int64_t pixels, const Placement& placement) {
  const std::uint64_t beside = placement.device.is_cpu() ? kBeside : 0;
  const auto bytes = [&](std::int64_t values, at::ScalarType precision) {
    return static_cast<std::uint64_t>(pixels * values) * at::elementSize(precision) + beside;
  };
  // The autoencoder never computes in float16.
  const at::ScalarType decoder = placement.precision == at::kHalf ? at::kFloat : placement.precision;
  return {.loop = bytes(kLoopValues, placement.precision), .decoder = bytes(kDecoderValues, decoder)};
}

std::int64_t sideBesideLoop(std::int64_t pixels) {
  return static_cast<std::int64_t>(std::sqrt(static_cast<double>(pixels))) / kSideOverSideBesideLoop;
}

std::uint64_t most(WeightPolicy policy, const WeightBytes& weights, const ActivationBytes& activations) {
  const std::uint64_t loop = weights.unet + weights.aggregator;
  const std::uint64_t encoding = weights.encoders + activations.loop;
  switch (policy) {
    case WeightPolicy::Merged:
      return loop + weights.unet + weights.encoders + weights.vae + activations.decoder;
    case WeightPolicy::Resident:
      return loop + weights.corrections + weights.encoders + weights.vae + activations.decoder;
    case WeightPolicy::Offloaded:
      // Pictures of the steps come in tiles that take the room of the loop, which rests meanwhile.
      return std::max(
          {encoding, weights.vae + activations.decoder, loop + weights.corrections + weights.vae + activations.loop});
    case WeightPolicy::Streamed:
      break;
  }
  return std::max(encoding, weights.vae + weights.corrections + std::min(loop, kStreamedBlocks) + activations.decoder);
}

WeightPolicy policyFor(std::uint64_t free, const WeightBytes& weights, const ActivationBytes& activations) {
  for (const WeightPolicy policy : {WeightPolicy::Merged, WeightPolicy::Resident, WeightPolicy::Offloaded}) {
    // Without corrections there is nothing to merge.
    if (policy == WeightPolicy::Merged && weights.corrections == 0) continue;
    if (most(policy, weights, activations) <= free) return policy;
  }
  return WeightPolicy::Streamed;
}

std::uint64_t freeMemoryOf(const at::Device& device) {
  releaseFreedMemory(device);
  return device.is_cpu() ? freeMemory() : freeCudaMemory(device.index());
}

Message nameOf(WeightPolicy policy) {
  switch (policy) {
    case WeightPolicy::Merged:
      return HEIRLOOM_TEXT("instantir.held.merged", "all networks stay in memory, the previewer as one of its own");
    case WeightPolicy::Resident:
      return HEIRLOOM_TEXT("instantir.held.resident", "all networks stay in memory");
    case WeightPolicy::Offloaded:
      return HEIRLOOM_TEXT("instantir.held.offloaded", "encoders and autoencoder come and go");
    case WeightPolicy::Streamed:
      break;
  }
  return HEIRLOOM_TEXT("instantir.held.streamed", "the networks are read block by block");
}

Message noteOn(WeightPolicy policy) {
  switch (policy) {
    case WeightPolicy::Merged:
    case WeightPolicy::Resident:
      break;
    case WeightPolicy::Offloaded:
      return HEIRLOOM_TEXT("instantir.offloaded",
                           "memory is short: encoders and autoencoder are read anew whenever they are used");
    case WeightPolicy::Streamed:
      return HEIRLOOM_TEXT("instantir.streamed",
                           "memory is short: the networks are read block by block in every step, which takes longer");
  }
  return {};
}

}  // namespace heirloom::models
