#include "models/ffdnet/family.h"

#include "models/common/network_family.h"
#include "models/common/noise_level.h"
#include "models/common/output_grid.h"
#include "models/common/plain_chain.h"
#include "models/ffdnet/network.h"

namespace heirloom::models {
namespace {

struct FfdNetTraits {
  using Config = FfdNetConfig;
  using Network = FfdNet;
  static constexpr std::string_view kName = "FFDNet";

  static Reading<FfdNetConfig> read(const StateDict& tensors) {
    const PlainChain chain = readPlainChain(tensors);
    if (!chain.fits()) return {std::nullopt, kNoPlainChain, chain.unfit, {}, /*complete=*/true};
    const bool grey = chain.inputChannels == 5 && chain.outputChannels == 4;
    const bool colour = chain.inputChannels == 13 && chain.outputChannels == 12;
    if (chain.batchNorm || !(grey || colour)) {
      return {std::nullopt, chain.channelsText() + ", not 5 and 4 or 13 and 12", {}};
    }
    return {FfdNetConfig{grey ? 1 : 3, chain.features, chain.depth}, {}, {}};
  }

  static Descriptor describe(const FfdNetConfig& config) {
    Descriptor descriptor;
    const PlainStackConfig stack = config.stack();
    descriptor.family = kName;
    descriptor.configuration = std::to_string(config.layers) + " convolutions, " + std::to_string(config.features) +
                               " channels, " + (config.channels == 1 ? "grey" : "colour");
    descriptor.channels = config.channels;
    descriptor.nearInBfloat16 = true;
    // The chain sees half resolution.
    descriptor.sizeMultiple = 2 * kOutputGrid;
    descriptor.margin = 2 * stack.receptiveRadius();
    descriptor.activationBytesPerPixel = stack.activationBytesPerPixel() / 4;
    descriptor.flopPerPixel = stack.flopPerPixel() / 4;
    descriptor.parameters.push_back(noiseLevelParameter(75));
    return descriptor;
  }

  static Run start(FfdNet network, const FfdNetConfig&, const Settings& settings, const Placement& placement,
                   Observer& observer) {
    return [network, sigma = sigmaOf(settings, placement.device), &observer](const at::Tensor& picture) mutable {
      return network->forward(picture, sigma, &observer);
    };
  }

  static std::vector<std::pair<std::string, FfdNetConfig>> published() {
    return {{"ffdnet_gray", {1, 64, 15}}, {"ffdnet_color", {3, 96, 12}}};
  }
};

}  // namespace

std::optional<FfdNetConfig> detectFfdNet(const StateDict& tensors) {
  return NetworkFamily<FfdNetTraits>::configOf(tensors);
}

const Family kFfdNet = NetworkFamily<FfdNetTraits>::row();

}  // namespace heirloom::models
