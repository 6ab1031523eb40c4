#include "models/ffdnet/family.h"

#include "models/checkpoint/tensors.h"
#include "models/common/function_session.h"
#include "models/common/noise_level.h"
#include "models/common/placed_copy.h"
#include "models/common/plain_chain.h"
#include "models/ffdnet/network.h"

namespace heirloom::models {
namespace {

Descriptor describe(const FfdNetConfig& config) {
  Descriptor descriptor;
  const PlainStackConfig stack = config.stack();
  descriptor.family = "FFDNet";
  descriptor.configuration = std::to_string(config.layers) + " convolutions, " + std::to_string(config.features) +
                             " channels, " + (config.channels == 1 ? "grey" : "colour");
  descriptor.channels = config.channels;
  descriptor.sizeMultiple = 2;
  descriptor.margin = 2 * stack.receptiveRadius();  // the chain sees half resolution
  descriptor.parameterCount = stack.parameterCount();
  descriptor.activationBytesPerPixel = stack.activationBytesPerPixel() / 4;
  descriptor.flopPerPixel = stack.flopPerPixel() / 4;
  descriptor.parameters.push_back(noiseLevelParameter(75));
  return descriptor;
}

Match detect(const StateDict& tensors) {
  if (const std::optional<FfdNetConfig> config = detectFfdNet(tensors)) {
    Descriptor descriptor = describe(*config);
    descriptor.storedAs = tensors.entries().front().second.dtype;
    return {.descriptor = descriptor, .reason = {}, .unfit = {}};
  }
  const PlainChain chain = readPlainChain(tensors);
  if (!chain.fits())
    return {.descriptor = {}, .reason = "its keys are no chain of 3x3 convolutions", .unfit = chain.unfit};
  return {.descriptor = {},
          .reason = "channels in and out are " + std::to_string(chain.inputChannels) + " and " +
                    std::to_string(chain.outputChannels) + ", not 5 and 4 or 13 and 12",
          .unfit = {}};
}

class FfdNetRestorer : public Restorer {
 public:
  FfdNetRestorer(const FfdNetConfig& config, const StateDict& tensors)
      : config_(config), descriptor_(describe(config)), network_(config) {
    loadStrict(*network_, tensors);
    network_->model->place({});
    descriptor_.storedAs = tensors.entries().front().second.dtype;
  }

  const Descriptor& descriptor() const override { return descriptor_; }

  std::unique_ptr<Session> start(const Settings& settings, Placement placement, Observer& observer,
                                 NoiseSource*) const override {
    FfdNet network = placedCopy(network_, config_, placement);
    const at::Tensor sigma = sigmaOf(settings, placement.device);
    return std::make_unique<FunctionSession>(placement, [network, sigma, &observer](const at::Tensor& picture) mutable {
      return network->forward(picture, sigma, &observer);
    });
  }

 private:
  FfdNetConfig config_;
  Descriptor descriptor_;
  FfdNet network_;
};

std::shared_ptr<const Restorer> load(const StateDict& tensors) {
  const std::optional<FfdNetConfig> config = detectFfdNet(tensors);
  if (!config) throw Error(HEIRLOOM_TEXT("ffdnet.shapes", "these are no weights of an FFDNet"));
  return std::make_shared<FfdNetRestorer>(*config, tensors);
}

}  // namespace

std::optional<FfdNetConfig> detectFfdNet(const StateDict& tensors) {
  const PlainChain chain = readPlainChain(tensors);
  const bool grey = chain.inputChannels == 5 && chain.outputChannels == 4;
  const bool colour = chain.inputChannels == 13 && chain.outputChannels == 12;
  if (!chain.fits() || chain.batchNorm || !(grey || colour)) return std::nullopt;
  return FfdNetConfig{grey ? 1 : 3, chain.features, chain.depth};
}

const Family kFfdNet{"FFDNet", detect, load};

}  // namespace heirloom::models
