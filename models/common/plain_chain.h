#pragma once

#include <string>
#include <vector>

#include "models/checkpoint/state_dict.h"

namespace heirloom::models {

/// The chain of 3x3 convolutions that DnCNN, FDnCNN, IRCNN, FFDNet (and SRMD) all store as model.0, model.2, ...: which
/// of them it is only the channel counts say (kair.md 2.2).
struct PlainChain {
  int inputChannels = 0;
  int outputChannels = 0;
  int features = 0;
  int depth = 0;                   // convolutions
  bool batchNorm = false;          // triples convolution, BatchNorm, ReLU from model.2 on
  std::vector<std::string> unfit;  // keys that are missing (as "missing model.2.bias"), left over or of the wrong shape

  bool fits() const { return unfit.empty() && depth >= 3; }
  /// "channels in and out are 13 and 12": why a family did not take the chain.
  std::string channelsText() const;
};

/// Why a family did not take a file that is none.
inline constexpr const char* kNoPlainChain = "its keys are no chain of 3x3 convolutions";

PlainChain readPlainChain(const StateDict& tensors);

}  // namespace heirloom::models
