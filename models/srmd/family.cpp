#include "models/srmd/family.h"

#include <cmath>

#include "models/common/blur_kernel.h"
#include "models/common/degradation_settings.h"
#include "models/common/network_family.h"
#include "models/common/noise_level.h"
#include "models/common/notes.h"
#include "models/common/output_grid.h"
#include "models/common/plain_chain.h"
#include "models/common/state_names.h"
#include "models/srmd/network.h"

namespace heirloom::models {
namespace {

constexpr const char* kComponents = "pca";

Parameter componentsParameter() {
  return {kComponents, HEIRLOOM_TEXT("setting.pca", "Kernel components"),
          HEIRLOOM_TEXT("setting.pca.help",
                        "The matrix that turns a blur kernel into the 15 numbers SRMD was trained with; it comes in "
                        "srmd_pca_matlab.mat beside the weights"),
          "", MatrixInput{"srmd_pca_matlab.mat", "P", kSrmdCode, kSrmdKernel * kSrmdKernel}};
}

struct SrmdTraits {
  using Config = SrmdConfig;
  using Network = Srmd;
  static constexpr std::string_view kName = "SRMD";

  static Reading<SrmdConfig> read(const StateDict& tensors) {
    const PlainChain chain = readPlainChain(tensors);
    if (!chain.fits()) return {std::nullopt, kNoPlainChain, chain.unfit, {}, /*complete=*/true};
    for (const int channels : {3, 1}) {
      const int extra = chain.inputChannels - channels - kSrmdCode;
      const int scale = chain.outputChannels % channels == 0 ? squareRoot(chain.outputChannels / channels) : 0;
      if ((extra == 0 || extra == 1) && scale >= 2 && !chain.batchNorm) {
        return {SrmdConfig{channels, chain.features, chain.depth, scale, extra == 1}, {}, {}};
      }
    }
    return {std::nullopt, chain.channelsText() + ", not 18 or 19 and three times a square", {}};
  }

  static Descriptor describe(const SrmdConfig& config) {
    Descriptor descriptor;
    const PlainStackConfig stack = config.stack();
    descriptor.family = config.noiseMap ? "SRMD" : "SRMDNF";
    descriptor.configuration =
        std::to_string(config.layers) + " convolutions, " + std::to_string(config.features) + " channels";
    descriptor.purpose = Purpose::SuperResolve;
    descriptor.scale = config.scale;
    descriptor.channels = config.channels;
    descriptor.sizeMultiple = kOutputGrid;
    descriptor.margin = stack.receptiveRadius();
    descriptor.activationBytesPerPixel = stack.activationBytesPerPixel();
    descriptor.flopPerPixel = stack.flopPerPixel();
    descriptor.parameters = {kernelParameter("gaussian:1.6"), componentsParameter()};
    if (config.noiseMap) descriptor.parameters.push_back(noiseLevelParameter(75));
    return descriptor;
  }

  /// Widths of little weight are cut from many a Gaussian.
  static void noteWhatIsCut(const Grid& kernel, Observer& observer) {
    constexpr double kNoticed = 0.01;
    const double beyond = 1 - sumOf(onSquare(kernel, kSrmdKernel)) / sumOf(kernel);
    if (beyond < kNoticed) return;
    tell(observer, HEIRLOOM_TEXT("srmd.cut",
                                 "SRMD takes blur kernels of 15 x 15; %1 % of this one of %2 x %3 lie beyond that and "
                                 "were left out")
                       .with(std::to_string(std::lround(100 * beyond)), std::to_string(kernel.columns),
                             std::to_string(kernel.rows)));
  }

  static Run start(Srmd network, const SrmdConfig& config, const Settings& settings, const Placement& placement,
                   Observer& observer) {
    const Grid& components = settings.grid(kComponents);
    if (components.empty()) {
      throw Error(HEIRLOOM_TEXT("srmd.pca", "SRMD cannot read a blur kernel without its matrix"),
                  HEIRLOOM_TEXT(
                      "srmd.pca.remedy",
                      "put srmd_pca_matlab.mat beside the checkpoint, or choose it (setting pca, kernel components)"));
    }
    noteWhatIsCut(settings.grid(kKernel), observer);
    at::Tensor degradation = srmdCode(components, settings.grid(kKernel)).to(placement.device);
    if (config.noiseMap) degradation = at::cat({degradation, sigmaOf(settings, placement.device)}, 1);
    return [network, degradation, &observer](const at::Tensor& picture) mutable {
      return network->forward(picture, degradation, &observer);
    };
  }

  static std::vector<std::pair<std::string, SrmdConfig>> published() {
    std::vector<std::pair<std::string, SrmdConfig>> networks;
    for (const int scale : {2, 3, 4}) {
      networks.emplace_back("srmd_x" + std::to_string(scale), SrmdConfig{3, 128, 12, scale, true});
      networks.emplace_back("srmdnf_x" + std::to_string(scale), SrmdConfig{3, 128, 12, scale, false});
    }
    return networks;
  }
};

}  // namespace

std::optional<SrmdConfig> detectSrmd(const StateDict& tensors) {
  return NetworkFamily<SrmdTraits>::configOf(tensors);
}

Srmd loadSrmd(const StateDict& tensors) {
  return NetworkFamily<SrmdTraits>::filled(tensors);
}

const Family kSrmd = NetworkFamily<SrmdTraits>::row();

}  // namespace heirloom::models
