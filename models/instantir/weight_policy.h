#pragma once

#include <cstdint>

#include "models/checkpoint/state_dict.h"
#include "models/common/message.h"
#include "models/restorer.h"

namespace heirloom::models {

/// Where a session's weights lie between their uses. Each takes less memory of the device than the one before it, and
/// gives the same bits but for the first, whose previewer is rounded otherwise.
enum class WeightPolicy {
  Merged,     // all stay, the previewer as a second UNet with its corrections merged
  Resident,   // all stay, the corrections beside the layers
  Offloaded,  // encoders and autoencoder go after each use, UNet and aggregator before the last picture is decoded
  Streamed    // and the blocks of UNet and aggregator come one after the other, as does what looks at the photo
};

/// What a person says about it. Resident: merged where there is room, otherwise beside. Merged and Beside: all stay,
/// and the previewer is held so (Resident's policy has it beside).
enum class WeightChoice { Automatic, Resident, Merged, Beside, Offloaded, Streamed };

/// Bytes of the networks of a folder as they are placed.
struct WeightBytes {
  std::uint64_t unet = 0;         // with the branch that looks at the photo
  std::uint64_t corrections = 0;  // the previewer's
  std::uint64_t aggregator = 0;
  std::uint64_t vae = 0;
  std::uint64_t encoders = 0;  // of text and of the photo
};

/// `tensors`: with present names (withPresentNames). Convolutions that are packed for the processor count as such.
WeightBytes weightBytes(const StateDict& tensors, const Placement& placement);

/// Bytes that a session takes beside its weights; on the processor each with what the program itself takes.
struct ActivationBytes {
  std::uint64_t loop = 0;     // passes through UNet and aggregator
  std::uint64_t decoder = 0;  // the autoencoder's widest maps: more than those of the loop
};

/// Where the networks see `pixels` at once.
ActivationBytes activationBytes(std::int64_t pixels, const Placement& placement);

/// Side in pixels of a square that the decoder makes in no more room than the loop takes, which sees `pixels` at once.
std::int64_t sideBesideLoop(std::int64_t pixels);

/// Bytes on the device at the moment of a run when they are the most.
std::uint64_t most(WeightPolicy policy, const WeightBytes& weights, const ActivationBytes& activations);

/// The first policy for which `free` bytes are enough; Streamed where they are for none.
WeightPolicy policyFor(std::uint64_t free, const WeightBytes& weights, const ActivationBytes& activations);

/// Free bytes of `device` now; what LibTorch and the C library keep for reuse is given back first, because networks are
/// made of other pieces than what was freed.
std::uint64_t freeMemoryOf(const at::Device& device);

/// What people call it: "all networks stay in memory".
Message nameOf(WeightPolicy policy);

/// Says that weights come and go and why that takes time; empty where all stay.
Message noteOn(WeightPolicy policy);

}  // namespace heirloom::models
