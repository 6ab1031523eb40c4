#include "models/dncnn/family.h"

#include "models/common/network_family.h"
#include "models/common/noise_level.h"
#include "models/common/output_grid.h"
#include "models/common/plain_chain.h"
#include "models/dncnn/network.h"

namespace heirloom::models {
namespace {

constexpr double kBatchNormEpsilon = 1e-4;  // KAIR's, not PyTorch's 1e-5
constexpr int kIrcnnLayers = 7;             // no public DnCNN has seven

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

/// `noiseMap`: the row is FDnCNN's.
template <bool noiseMap>
struct DnCnnTraits {
  using Config = DnCnnConfig;
  using Network = DnCnn;
  static constexpr std::string_view kName = noiseMap ? "FDnCNN" : "DnCNN";

  static Reading<DnCnnConfig> read(const StateDict& tensors) {
    const PlainChain chain = readPlainChain(tensors);
    if (!chain.fits()) return {std::nullopt, kNoPlainChain, chain.unfit, {}, /*complete=*/true};
    const bool plain =
        !noiseMap && chain.inputChannels == chain.outputChannels && (chain.batchNorm || chain.depth != kIrcnnLayers);
    const bool withMap = noiseMap && chain.inputChannels == chain.outputChannels + 1 && !chain.batchNorm;
    const bool picture = chain.outputChannels == 1 || chain.outputChannels == 3;
    if (!picture || !(plain || withMap)) return {std::nullopt, chain.channelsText(), {}};
    return {DnCnnConfig{chain.outputChannels, chain.features, chain.depth, noiseMap, chain.batchNorm}, {}, {}};
  }

  static Descriptor describe(const DnCnnConfig& config) {
    Descriptor descriptor;
    const PlainStackConfig stack = config.stack();
    descriptor.family = kName;
    descriptor.configuration = std::to_string(config.layers) + " convolutions, " + std::to_string(config.features) +
                               " channels, " + (config.channels == 1 ? "grey" : "colour") +
                               (config.batchNorm ? ", BatchNorm folded" : "");
    descriptor.channels = config.channels;
    descriptor.nearInBfloat16 = true;
    descriptor.sizeMultiple = kOutputGrid;
    descriptor.margin = stack.receptiveRadius();
    descriptor.activationBytesPerPixel = stack.activationBytesPerPixel();
    descriptor.flopPerPixel = stack.flopPerPixel();
    if (noiseMap) descriptor.parameters.push_back(noiseLevelParameter(75));
    if (!noiseMap) descriptor.alternatives = {"deblocker"};
    return descriptor;
  }

  static void load(DnCnn& network, const StateDict& tensors, const DnCnnConfig& config) {
    if (config.batchNorm) {
      loadFolded(*network, tensors);
    } else {
      loadStrict(*network, tensors);
    }
  }

  static Run start(DnCnn network, const DnCnnConfig&, const Settings& settings, const Placement& placement,
                   Observer& observer) {
    const at::Tensor sigma = noiseMap ? sigmaOf(settings, placement.device) : at::Tensor{};
    return [network, sigma, &observer](const at::Tensor& picture) mutable {
      return network->forward(picture, sigma, &observer);
    };
  }

  static std::vector<std::pair<std::string, DnCnnConfig>> published() {
    if (noiseMap) return {{"fdncnn_gray", {1, 64, 20, true}}, {"fdncnn_color", {3, 64, 20, true}}};
    return {{"dncnn_25", {1, 64, 17}}, {"dncnn3", {1, 64, 20}}, {"dncnn_color_blind", {3, 64, 20}}};
  }
};

}  // namespace

std::optional<DnCnnConfig> detectDnCnn(const StateDict& tensors) {
  const std::optional<DnCnnConfig> plain = NetworkFamily<DnCnnTraits<false>>::configOf(tensors);
  return plain ? plain : NetworkFamily<DnCnnTraits<true>>::configOf(tensors);
}

const Family kDnCnn = NetworkFamily<DnCnnTraits<false>>::row();
const Family kFDnCnn = NetworkFamily<DnCnnTraits<true>>::row();

}  // namespace heirloom::models
