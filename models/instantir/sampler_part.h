#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "models/instantir/gates.h"
#include "models/instantir/network.h"
#include "models/instantir/sampler.h"
#include "models/sdxl/pass.h"
#include "models/sdxl/recorded_passes.h"
#include "models/sdxl/unet.h"

namespace heirloom::models {

/// Pictures of a run that go through the networks together, and what no step changes for them. Of B pictures both
/// halves are 2B, the negative ones first; without guidance there is the positive half alone, B.
class SamplerPart {
 public:
  /// `count` pictures from number `first` on, of which `latent` and the guides hold all. `sizes` as
  /// InstantIrSampler::run has them; `times`: of every step of the run. `networks` and the passes of `events` must
  /// outlive the part.
  SamplerPart(InstantIrNetworks& networks, const SamplerSettings& settings, std::int64_t first, std::int64_t count,
              const at::Tensor& latent, const Guide& positive, const Guide& negative, const std::vector<int>& sizes,
              const std::vector<int>& times, const SamplerEvents& events);
  SamplerPart(const SamplerPart&) = delete;
  SamplerPart& operator=(const SamplerPart&) = delete;

  /// Of both halves of all pictures those of this part.
  at::Tensor of(const at::Tensor& both) const;
  Residuals of(const Residuals& both) const;
  /// Of values of all pictures those of this part, for each of its halves.
  std::vector<double> forHalves(const std::vector<double>& values) const;

  /// The latent of the degraded pictures, both halves.
  const at::Tensor& degraded() const { return degraded_; }
  /// What the main network or, `previewing`, the previewer says of `sample`, both halves of this part. `residuals`:
  /// null for none.
  at::Tensor predicted(int step, bool previewing, const at::Tensor& sample, const Residuals* residuals);
  /// What the aggregator finds in `preview`, both halves of this part.
  Residuals compared(int step, const at::Tensor& preview);
  /// Of scale zero, and computed all the same.
  bool comparesForNothing() const;

 private:
  enum class Network { Main, Previewer, Aggregator };
  /// Of a function among the graphs of all parts, each of which keeps its own memory.
  int number(Network network) const { return static_cast<int>(3 * first_) + static_cast<int>(network); }
  /// Tokens of the picture for the main or the preview pass.
  at::Tensor imageTokens(bool previewing);
  PictureUNet& networkFor(bool previewing);

  InstantIrNetworks& networks_;
  std::int64_t first_, count_;
  bool guided_;
  RecordedPasses* passes_;
  RunMemory own_;
  RunMemory& memory_;
  at::Tensor stepIndices_;
  at::Tensor degraded_, picture_;
  Pass pass_;
  at::Tensor mainEmbeddings_, previewerEmbeddings_, aggregatorEmbeddings_;
  at::Tensor mainTokens_, previewTokens_;
};

/// Both halves of all pictures from those of the parts, in their order.
at::Tensor joinedParts(const std::vector<at::Tensor>& parts, bool guided);
Residuals joinedParts(const std::vector<Residuals>& parts, bool guided);

}  // namespace heirloom::models
