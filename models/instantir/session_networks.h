#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/checkpoint/state_dict.h"
#include "models/common/out_of_memory.h"
#include "models/instantir/network.h"
#include "models/instantir/reading.h"
#include "models/instantir/weight_policy.h"
#include "models/sdxl/prompt.h"
#include "models/sdxl/recorded_passes.h"

namespace heirloom::models {

/// InstantIR's tensors as loadInstantIr names them. Time norms that a file lacks are those of before their training:
/// nothing is scaled or shifted (instantir.md 1.3). `embedding`: width of the time step's.
WeightSource restorerWeights(const StateDict& tensors, std::int64_t embedding);

/// What the previewer's file corrects. Throws Error where it does not fit. `checkpoint`: asked before each tensor.
LowRanks previewerCorrections(const StateDict& tensors, const InstantIrConfig& config,
                              const Checkpoint& checkpoint = {});

/// The last prompts of a run and what the networks hear of them.
struct HeardPrompts {
  std::string prompt, negative;
  PromptRules rules;
  TextConditioning promptText, negativeText;
};

/// All networks of one session, and of the next one on the same place, filled from their mapped files and placed when
/// they are first asked for, and held as memory allows.
class SessionNetworks {
 public:
  /// `tensors`: with present names (withPresentNames), as `config` was read from.
  SessionNetworks(StateDict tensors, DiffusionConfig config, const Placement& placement);

  /// How weights are held from now on: `wanted`, or as free memory allows where nothing is placed yet. `pixels`: what
  /// the networks see at once. `observer` is told how, and where weights come and go because of that, now and until
  /// the next call. What an earlier session placed stays where it leaves room for this one. Throws Error where the
  /// processor's memory is too small for any way.
  void hold(WeightChoice wanted, std::int64_t pixels, Observer& observer);
  WeightPolicy policy() const { return policy_; }
  /// The session is over: forgets its observer. Whoever comes next is told anew, and gets what was given up for lack of
  /// memory, if there is memory by then. Until then the observer is asked for a stop before each tensor that is read at
  /// once, and each layer of the encoders.
  void endSession();
  /// Nothing is placed.
  bool empty() const;
  /// Everything is placed in the way that is `wanted`: a session reads nothing.
  bool holdsAll(WeightChoice wanted) const { return held_ == wanted && complete(); }
  /// How many pictures of `pixels` go through the networks at once in the memory that is free now, of `wanted`. What
  /// was recorded is given up for them.
  std::int64_t picturesThatFit(std::int64_t pixels, std::int64_t wanted) const;
  /// Encoders and autoencoder go, unless all stay.
  void offload();
  /// UNet and aggregator go where they and what comes beside them might not have room together: after the last step.
  void offloadLoop();

  /// `work()`, and again with less held where memory runs out, as long as there is less to hold. All references to
  /// networks must be made in it, and be gone when it throws.
  template <typename Work>
  auto withRoom(const Work& work) {
    while (true) {
      try {
        return work();
      } catch (const std::exception& error) {
        if (!isOutOfMemory(error) || !(Graphs::releaseAll() || economise())) throw;
      }
    }
  }

  SdxlVae& vae();
  /// Null where the folder has none.
  TinyDecoder* tinyDecoder();
  std::vector<TextEncoder>& textEncoders();
  /// Kept from run to run, for whoever reads prompts.
  std::optional<HeardPrompts>& heard() { return heard_; }

  /// SDXL's own UNet, of a folder that is SDXL alone.
  UNet& painter();

  /// Of InstantIR's folder.
  InstantIrNetworks& restorers();

  /// Who a pass through the UNet or the aggregator has to tell of its blocks, so that `asked` is told, and weights
  /// come and go. To be asked for when the networks were.
  BlockWatch& watch(BlockWatch& asked);

  /// For passes through UNet and aggregator, of one run; where all networks stay, and no saving of theirs is switched
  /// off, of the next one too. Null where their blocks are streamed, and nothing is recorded.
  std::shared_ptr<RecordedPasses> passes();

  /// What DINOv2 sees in pictures, N 3 H W in 0..1, and in nothing: N T W float32, and 1 T W.
  at::Tensor seenIn(const at::Tensor& picture);
  at::Tensor seenInNothing();

  const DiffusionConfig& config() const { return config_; }
  const Placement& placement() const { return placement_; }

 private:
  /// Whether everything is placed that a session without need to economise uses.
  bool complete() const;
  void drop();
  /// Drops everything for the next policy; false: there is none.
  bool economise();
  WeightSource source(const std::string& part) const;
  /// The same, asking for a stop: on the thread of the run alone, unlike a WeightStream.
  WeightSource asking(WeightSource source) const;
  void requireGoing() const;
  DinoV2& dino();

  StateDict tensors_;
  DiffusionConfig config_;
  Placement placement_;
  WeightBytes bytes_;
  WeightPolicy policy_ = WeightPolicy::Resident;
  std::optional<WeightChoice> held_;
  Observer* observer_ = nullptr;
  bool asked_ = false;        // by this session
  bool economised_ = false;   // memory ran out in the way that was chosen
  bool channelsLast_ = true;  // how maps lie for which the networks are placed (Saving::Layout)
  std::array<std::shared_ptr<const ClipTokenizer>, 2> tokenizers_;
  SdxlVae vae_{nullptr};
  TinyDecoder tiny_{nullptr};  // so small that it stays
  std::vector<TextEncoder> encoders_;
  std::optional<HeardPrompts> heard_;
  UNet painter_{nullptr};
  std::optional<InstantIrNetworks> restorers_;
  std::unique_ptr<WeightStream> stream_;    // fills the networks above, and goes before them
  std::shared_ptr<RecordedPasses> passes_;  // through them; null: none that stay
  DinoV2 dino_{nullptr};
  at::Tensor nothing_;
};

}  // namespace heirloom::models
