#include "models/common/plain_chain.h"

#include <set>

#include "models/common/state_names.h"

namespace heirloom::models {
namespace {

using Shape = std::vector<std::int64_t>;

bool isConvolution(const Shape& shape) {
  return shape.size() == 4 && shape[2] == 3 && shape[3] == 3;
}

}  // namespace

std::string PlainChain::channelsText() const {
  return "channels in and out are " + std::to_string(inputChannels) + " and " + std::to_string(outputChannels);
}

PlainChain readPlainChain(const StateDict& tensors) {
  PlainChain chain;
  std::set<std::string, std::less<>> used;
  const auto require = [&](const std::string& key, const Shape& shape) {
    used.insert(key);
    if (!tensors.contains(key))
      chain.unfit.push_back("missing " + key);
    else if (tensors.shape(key) != shape)
      chain.unfit.push_back(key);
  };

  chain.batchNorm = tensors.contains("model.3.running_mean");
  const int end = countNumbered(tensors, "model");
  bool begun = false;
  for (int index = 0; index < end; ++chain.depth) {
    const std::string name = "model." + std::to_string(index);
    const Shape weight = tensors.shape(name + ".weight");
    if (!isConvolution(weight)) {
      if (!tensors.contains("model." + std::to_string(index + 2) + ".weight")) break;
      // The chain goes on behind the gap.
      chain.unfit.push_back((weight.empty() ? "missing " : "") + name + ".weight");
      used.insert({name + ".weight", name + ".bias"});
      index += 2;
      continue;
    }
    used.insert(name + ".weight");
    if (!begun) {
      begun = true;
      chain.inputChannels = static_cast<int>(weight[1]);
      chain.features = static_cast<int>(weight[0]);
    } else if (weight[1] != chain.features || chain.outputChannels != chain.features) {
      chain.unfit.push_back(name + ".weight");
    }
    chain.outputChannels = static_cast<int>(weight[0]);
    require(name + ".bias", {weight[0]});
    const std::string norm = "model." + std::to_string(index + 1);
    const bool normalised = chain.batchNorm && tensors.contains(norm + ".running_mean");
    if (normalised) {
      for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"}) require(norm + part, {weight[0]});
      used.insert(norm + ".num_batches_tracked");
    }
    index += normalised ? 3 : 2;
  }
  if (chain.depth == 0) chain.unfit.emplace_back("missing model.0.weight");
  for (const auto& [key, entry] : tensors.entries()) {
    if (!used.contains(key)) chain.unfit.push_back(key);
  }
  return chain;
}

}  // namespace heirloom::models
