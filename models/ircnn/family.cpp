#include "models/ircnn/family.h"

#include "models/checkpoint/tensors.h"
#include "models/common/function_session.h"
#include "models/common/noise_level.h"
#include "models/common/placed_copy.h"
#include "models/common/plain_chain.h"
#include "models/ircnn/network.h"

namespace heirloom::models {
namespace {

constexpr int kLayers = 7;
constexpr int kNetworks = 25;

Descriptor describe(const IrcnnConfig& config) {
  Descriptor descriptor;
  const PlainStackConfig stack = config.stack();
  descriptor.family = "IRCNN";
  descriptor.configuration = (config.networks == 1 ? "one network" : std::to_string(config.networks) + " networks") +
                             ", " + std::to_string(config.features) + " channels, " +
                             (config.channels == 1 ? "grey" : "colour");
  descriptor.channels = config.channels;
  descriptor.margin = stack.receptiveRadius();
  descriptor.parameterCount = config.networks * stack.parameterCount();
  descriptor.activationBytesPerPixel = stack.activationBytesPerPixel();
  descriptor.flopPerPixel = stack.flopPerPixel();
  if (config.networks > 1) descriptor.parameters.push_back(noiseLevelParameter(2 * kNetworks));
  return descriptor;
}

bool isNetwork(const PlainChain& chain) {
  const bool picture = chain.outputChannels == 1 || chain.outputChannels == 3;
  return chain.fits() && chain.depth == kLayers && !chain.batchNorm && picture &&
         chain.inputChannels == chain.outputChannels;
}

Match detect(const StateDict& tensors) {
  if (const std::optional<IrcnnConfig> config = detectIrcnn(tensors)) {
    Descriptor descriptor = describe(*config);
    descriptor.storedAs = tensors.entries().front().second.dtype;
    return {.descriptor = descriptor, .reason = {}, .unfit = {}};
  }
  const StateDict first = tensors.under("0");
  const PlainChain chain = readPlainChain(first.entries().empty() ? tensors : first);
  return {.descriptor = {},
          .reason = chain.fits()
                        ? "a chain of " + std::to_string(chain.depth) + " convolutions, not " + std::to_string(kLayers)
                        : "its keys are no chains of 3x3 convolutions",
          .unfit = chain.unfit};
}

class IrcnnRestorer : public Restorer {
 public:
  IrcnnRestorer(const IrcnnConfig& config, const StateDict& tensors) : config_(config), descriptor_(describe(config)) {
    for (int i = 0; i < config.networks; ++i) {
      Ircnn network(config);
      loadStrict(*network, config.networks == 1 ? tensors : tensors.under(std::to_string(i)));
      network->model->place({});
      networks_.push_back(network);
    }
    descriptor_.storedAs = tensors.entries().front().second.dtype;
  }

  const Descriptor& descriptor() const override { return descriptor_; }

  std::unique_ptr<Session> start(const Settings& settings, Placement placement, Observer& observer,
                                 NoiseSource*) const override {
    const int index = config_.networks == 1 ? 0 : ircnnIndex(settings.real("noise_level"));
    Ircnn network = placedCopy(networks_[static_cast<std::size_t>(index)], config_, placement);
    return std::make_unique<FunctionSession>(placement, [network, &observer](const at::Tensor& picture) mutable {
      return network->forward(picture, &observer);
    });
  }

 private:
  IrcnnConfig config_;
  Descriptor descriptor_;
  std::vector<Ircnn> networks_;
};

std::shared_ptr<const Restorer> load(const StateDict& tensors) {
  const std::optional<IrcnnConfig> config = detectIrcnn(tensors);
  if (!config) throw Error(HEIRLOOM_TEXT("ircnn.shapes", "these are no weights of an IRCNN"));
  return std::make_shared<IrcnnRestorer>(*config, tensors);
}

}  // namespace

std::optional<IrcnnConfig> detectIrcnn(const StateDict& tensors) {
  const PlainChain single = readPlainChain(tensors);
  if (isNetwork(single)) return IrcnnConfig{single.outputChannels, single.features, 1};
  std::size_t keys = 0;
  PlainChain first;
  for (int i = 0; i < kNetworks; ++i) {
    const StateDict network = tensors.under(std::to_string(i));
    const PlainChain chain = readPlainChain(network);
    if (i == 0) first = chain;
    if (!isNetwork(chain) || chain.outputChannels != first.outputChannels || chain.features != first.features)
      return std::nullopt;
    keys += network.entries().size();
  }
  if (keys != tensors.entries().size()) return std::nullopt;
  return IrcnnConfig{first.outputChannels, first.features, kNetworks};
}

const Family kIrcnn{"IRCNN", detect, load};

}  // namespace heirloom::models
