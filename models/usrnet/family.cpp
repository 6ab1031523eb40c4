#include "models/usrnet/family.h"

#include "models/common/degradation_settings.h"
#include "models/common/kernel_surroundings.h"
#include "models/common/noise_level.h"
#include "models/common/pixel_alignment.h"
#include "models/common/state_names.h"
#include "models/usrnet/network.h"

namespace heirloom::models {
namespace {

constexpr int kLargestScale = 4;  // trained for 1 to 4
constexpr int kUsualScale = 2;
constexpr int kPriorMultiple = 8;  // three halvings

struct UsrNetTraits {
  using Config = UsrNetConfig;
  using Network = UsrNet;
  static constexpr std::string_view kName = "USRNet";

  static Reading<UsrNetConfig> read(const StateDict& tensors) {
    if (auto missing = missingOf(tensors, {"p.m_head.weight", "h.mlp.0.weight", "h.mlp.4.weight"}); !missing.empty()) {
      return {std::nullopt, "it lacks a prior and its hyper-parameter network", std::move(missing)};
    }
    Reading<ResUNetConfig> prior = readResUNet(tensors, "p.");
    if (!prior.config) return {std::nullopt, prior.reason, prior.unfit};
    if (prior.config->in != prior.config->out + 1) return {std::nullopt, "its prior takes no noise level", {}};
    return {UsrNetConfig{sideOf(tensors, "h.mlp.4.weight", 0) / 2, sideOf(tensors, "h.mlp.0.weight", 0), *prior.config,
                         isNamedWith(tensors, "gan")},
            {},
            {}};
  }

  static Descriptor describe(const UsrNetConfig& config) {
    Descriptor descriptor;
    descriptor.family = kName;
    descriptor.configuration = std::to_string(config.iterations) + " iterations, " +
                               std::to_string(config.prior.features[0]) + " to " +
                               std::to_string(config.prior.features[3]) + " channels";
    descriptor.purpose = Purpose::SuperResolve;
    descriptor.channels = config.prior.out;
    descriptor.sizeMultiple = kPriorMultiple;
    descriptor.margin = kDeconvolutionMargin;
    descriptor.local = false;
    descriptor.mayShiftColours = config.adversarial;
    descriptor.parameters = {scaleParameter(kLargestScale, kUsualScale), kernelParameter("gaussian:1.2"),
                             noiseLevelParameter(50), surroundingsParameter(), alignmentParameter()};
    return withScale(descriptor, config, kUsualScale);
  }

  static Descriptor describe(const UsrNetConfig& config, const Settings& settings) {
    const int scale = static_cast<int>(settings.integer(kScale));
    Descriptor descriptor = withScale(describe(config), config, scale);
    descriptor.margin = deconvolutionMargin(settings.grid(kKernel), scale);
    return descriptor;
  }

  static Descriptor withScale(Descriptor descriptor, const UsrNetConfig& config, int scale) {
    const double pixels = scale * scale;
    descriptor.scale = scale;
    descriptor.flopPerPixel = pixels * config.iterations * config.prior.flopPerPixel();
    // The prior's layers, or the spectra of the data step: six complex ones of every channel.
    descriptor.activationBytesPerPixel = pixels * (config.prior.activationBytesPerPixel() + 6 * 8 * config.prior.out);
    return descriptor;
  }

  static Run start(UsrNet network, const UsrNetConfig&, const Settings& settings, const Placement& placement,
                   Observer& observer) {
    const int scale = static_cast<int>(settings.integer(kScale));
    const at::Tensor kernel = kernelTensor(settings.grid(kKernel), placement.device);
    const at::Tensor aligned = alignedKernel(settings, scale, placement.device);
    const at::Tensor sigma = sigmaOf(settings, placement.device);
    return withSurroundings(settings, kernel, scale, [=, &observer](const at::Tensor& y) mutable {
      return network->forward(y, aligned, scale, sigma, &observer);
    });
  }

  static std::vector<std::pair<std::string, UsrNetConfig>> published() {
    return {{"usrnet", {}}, {"usrnet_tiny", {6, 32, {4, 3, {16, 32, 64, 64}, 2}}}};
  }
};

}  // namespace

std::optional<UsrNetConfig> detectUsrNet(const StateDict& tensors) {
  return NetworkFamily<UsrNetTraits>::configOf(tensors);
}

const Family kUsrNet = NetworkFamily<UsrNetTraits>::row();

}  // namespace heirloom::models
