#pragma once

#include <torch/nn/module.h>

#include <functional>
#include <string>
#include <vector>

#include "models/common/layer.h"

namespace heirloom::models {

/// Gives a network's tensors by the names of its files, each from a mapped file when it is asked for, in any floating
/// type. Throws Error on a missing one. May be called from another thread than the network's, one call at a time.
using WeightSource = std::function<at::Tensor(const std::string& name)>;

/// A module and what goes before the names of its own parameters: "down_blocks.0.resnets.1.conv1."
struct NamedPart {
  torch::nn::Module* module;
  std::string prefix;
};

/// All modules below `module`, itself included.
std::vector<NamedPart> partsOf(torch::nn::Module& module, const std::string& prefix = "");

/// Fills the own parameters of `parts` and places each part at once, norms first. See below. What is freed on the way
/// the process keeps: for blocks that come and go, made of the same pieces every time.
void loadPlaced(const std::vector<NamedPart>& parts, const WeightSource& source, const Placement& placement);

/// Fills `module` layer by layer and places each at once, in its packed form where it has one, so that no more than one
/// layer exists in float32, and none that goes to its device as it is; on the processor what the process keeps of freed
/// memory goes back to the system whenever it is much. `prefix` goes before the module's own names:
/// "down_blocks.0.resnets.1." Throws Error, with the name, on a tensor of another shape.
void loadPlaced(torch::nn::Module& module, const WeightSource& source, const Placement& placement,
                const std::string& prefix = "");

}  // namespace heirloom::models
