#include "models/ircnn/family.h"

#include "models/common/network_family.h"
#include "models/common/noise_level.h"
#include "models/common/output_grid.h"
#include "models/common/plain_chain.h"
#include "models/ircnn/network.h"

namespace heirloom::models {
namespace {

constexpr int kLayers = 7;
constexpr int kNetworks = 25;

bool isNetwork(const PlainChain& chain) {
  const bool picture = chain.outputChannels == 1 || chain.outputChannels == 3;
  return chain.fits() && chain.depth == kLayers && !chain.batchNorm && picture &&
         chain.inputChannels == chain.outputChannels;
}

struct IrcnnTraits {
  using Config = IrcnnConfig;
  using Network = Ircnn;
  static constexpr std::string_view kName = "IRCNN";

  static Reading<IrcnnConfig> read(const StateDict& tensors) {
    const StateDict first = tensors.under("0");
    const bool several = !first.entries().empty();
    const PlainChain chain = readPlainChain(several ? first : tensors);
    if (!chain.fits()) return {std::nullopt, kNoPlainChain, chain.unfit, {}, /*complete=*/true};
    if (chain.depth != kLayers) {
      return {std::nullopt,
              "a chain of " + std::to_string(chain.depth) + " convolutions, not " + std::to_string(kLayers),
              {}};
    }
    if (!isNetwork(chain)) return {std::nullopt, chain.channelsText(), {}};
    return {IrcnnConfig{chain.outputChannels, chain.features, several ? kNetworks : 1}, {}, {}};
  }

  static Descriptor describe(const IrcnnConfig& config) {
    Descriptor descriptor;
    const PlainStackConfig stack = config.stack();
    descriptor.family = kName;
    descriptor.configuration = (config.networks == 1 ? "one network" : std::to_string(config.networks) + " networks") +
                               ", " + std::to_string(config.features) + " channels, " +
                               (config.channels == 1 ? "grey" : "colour");
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = kOutputGrid;
    descriptor.margin = stack.receptiveRadius();
    descriptor.activationBytesPerPixel = stack.activationBytesPerPixel();
    descriptor.flopPerPixel = stack.flopPerPixel();
    if (config.networks > 1) descriptor.parameters.push_back(noiseLevelParameter(2 * kNetworks));
    return descriptor;
  }

  static std::string fileKey(const std::string& own, const IrcnnConfig& config) {
    return config.networks == 1 ? own.substr(std::string_view("0.").size()) : own;
  }

  static Run start(Ircnn network, const IrcnnConfig& config, const Settings& settings, const Placement&,
                   Observer& observer) {
    const int index = config.networks == 1 ? 0 : ircnnIndex(settings.real("noise_level"));
    return [network, index, &observer](const at::Tensor& picture) mutable {
      return network->forward(picture, index, &observer);
    };
  }

  static std::vector<std::pair<std::string, IrcnnConfig>> published() {
    return {{"ircnn_gray", {1, 64, kNetworks}}, {"ircnn_color", {3, 64, kNetworks}}};
  }
};

}  // namespace

std::optional<IrcnnConfig> detectIrcnn(const StateDict& tensors) {
  return NetworkFamily<IrcnnTraits>::configOf(tensors);
}

const Family kIrcnn = NetworkFamily<IrcnnTraits>::row();

}  // namespace heirloom::models
