#include "models/dncnn/family.h"

#include "models/checkpoint/tensors.h"
#include "models/common/function_session.h"
#include "models/common/noise_level.h"
#include "models/common/placed_copy.h"
#include "models/common/plain_chain.h"
#include "models/dncnn/network.h"

namespace heirloom::models {
namespace {

constexpr double kBatchNormEpsilon = 1e-4;  // KAIR's, not PyTorch's 1e-5
constexpr int kIrcnnLayers = 7;             // no public DnCNN has seven

Descriptor describe(const DnCnnConfig& config) {
  Descriptor descriptor;
  const PlainStackConfig stack = config.stack();
  descriptor.family = config.noiseMap ? "FDnCNN" : "DnCNN";
  descriptor.configuration = std::to_string(config.layers) + " convolutions, " + std::to_string(config.features) +
                             " channels, " + (config.channels == 1 ? "grey" : "colour") +
                             (config.batchNorm ? ", BatchNorm folded" : "");
  descriptor.channels = config.channels;
  descriptor.margin = stack.receptiveRadius();
  descriptor.parameterCount = stack.parameterCount();
  descriptor.activationBytesPerPixel = stack.activationBytesPerPixel();
  descriptor.flopPerPixel = stack.flopPerPixel();
  if (config.noiseMap) descriptor.parameters.push_back(noiseLevelParameter(75));
  if (!config.noiseMap) descriptor.alternatives = {"deblocker"};
  return descriptor;
}

// w' = w gamma / sqrt(var + eps), b' = beta + (b - mean) gamma / sqrt(var + eps), in double.
void loadFolded(DnCnnImpl& network, const StateDict& tensors) {
  torch::NoGradGuard noGrad;
  const auto read = [&](const std::string& key) { return readTensor(tensors, key).to(at::kDouble); };
  int index = 0;
  for (auto& item : network.model->named_children()) {
    const std::string convolution = "model." + std::to_string(index);
    const std::string norm = "model." + std::to_string(index + 1);
    at::Tensor weight = read(convolution + ".weight");
    at::Tensor bias = read(convolution + ".bias");
    const bool normalised = tensors.contains(norm + ".running_mean");
    if (normalised) {
      const at::Tensor gain = read(norm + ".weight") / (read(norm + ".running_var") + kBatchNormEpsilon).sqrt();
      weight = weight * gain.view({-1, 1, 1, 1});
      bias = read(norm + ".bias") + (bias - read(norm + ".running_mean")) * gain;
    }
    auto parameters = item.value()->named_parameters();
    parameters["weight"].copy_(weight);
    parameters["bias"].copy_(bias);
    index += normalised ? 3 : 2;
  }
}

class DnCnnRestorer : public Restorer {
 public:
  DnCnnRestorer(const DnCnnConfig& config, const StateDict& tensors)
      : config_(config), descriptor_(describe(config)), network_(config) {
    if (config.batchNorm) {
      loadFolded(*network_, tensors);
    } else {
      loadStrict(*network_, tensors);
    }
    network_->model->place({});
    descriptor_.storedAs = tensors.entries().front().second.dtype;
  }

  const Descriptor& descriptor() const override { return descriptor_; }

  std::unique_ptr<Session> start(const Settings& settings, Placement placement, Observer& observer,
                                 NoiseSource*) const override {
    DnCnn network = placedCopy(network_, config_, placement);
    const at::Tensor sigma = config_.noiseMap ? sigmaOf(settings, placement.device) : at::Tensor{};
    return std::make_unique<FunctionSession>(placement, [network, sigma, &observer](const at::Tensor& picture) mutable {
      return network->forward(picture, sigma, &observer);
    });
  }

 private:
  DnCnnConfig config_;
  Descriptor descriptor_;
  DnCnn network_;
};

Match detect(const StateDict& tensors, bool noiseMap) {
  const PlainChain chain = readPlainChain(tensors);
  if (!chain.fits())
    return {.descriptor = {}, .reason = "its keys are no chain of 3x3 convolutions", .unfit = chain.unfit};
  const std::optional<DnCnnConfig> config = detectDnCnn(tensors);
  if (!config || config->noiseMap != noiseMap) {
    return {.descriptor = {},
            .reason = "channels in and out are " + std::to_string(chain.inputChannels) + " and " +
                      std::to_string(chain.outputChannels),
            .unfit = {}};
  }
  Descriptor descriptor = describe(*config);
  descriptor.storedAs = tensors.entries().front().second.dtype;
  return {.descriptor = descriptor, .reason = {}, .unfit = {}};
}

std::shared_ptr<const Restorer> load(const StateDict& tensors) {
  const std::optional<DnCnnConfig> config = detectDnCnn(tensors);
  if (!config) throw Error(HEIRLOOM_TEXT("dncnn.shapes", "these are no weights of a DnCNN or FDnCNN"));
  return std::make_shared<DnCnnRestorer>(*config, tensors);
}

}  // namespace

std::optional<DnCnnConfig> detectDnCnn(const StateDict& tensors) {
  const PlainChain chain = readPlainChain(tensors);
  const bool plain = chain.inputChannels == chain.outputChannels && (chain.batchNorm || chain.depth != kIrcnnLayers);
  const bool withMap = chain.inputChannels == chain.outputChannels + 1 && !chain.batchNorm;
  const bool picture = chain.outputChannels == 1 || chain.outputChannels == 3;
  if (!chain.fits() || !picture || !(plain || withMap)) return std::nullopt;
  return DnCnnConfig{chain.outputChannels, chain.features, chain.depth, withMap, chain.batchNorm};
}

const Family kDnCnn{"DnCNN", [](const StateDict& tensors) { return detect(tensors, false); }, load};
const Family kFDnCnn{"FDnCNN", [](const StateDict& tensors) { return detect(tensors, true); }, load};

}  // namespace heirloom::models
