// Which family takes which shapes, and what a person is told of a file that none takes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <map>

#include "models/checkpoint/tensors.h"
#include "models/common/random_weights.h"
#include "models/dncnn/network.h"
#include "models/ffdnet/network.h"
#include "models/ircnn/network.h"
#include "models/msrresnet/family.h"
#include "models/msrresnet/network.h"
#include "models/registry.h"
#include "models/rrdb/network.h"
#include "models/swinir/family.h"
#include "models/usrnet/family.h"
#include "tests/models/support/public_networks.h"
#include "tests/models/support/swinir_files.h"
#include "tests/models/swinir/tiny.h"
#include "tests/support/shared.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using testing::AllOf;
using testing::HasSubstr;

NamedTensors chain(int in, int out, int features, int depth) {
  PlainStack stack(PlainStackConfig{in, out, features, std::vector<int>(static_cast<std::size_t>(depth), 1)});
  NamedTensors tensors;
  for (const auto& [name, tensor] : randomWeights(stateOf(*stack))) tensors.emplace_back("model." + name, tensor);
  return tensors;
}

class Detection : public testing::Test {
 protected:
  std::string familyOf(const NamedTensors& tensors) {
    writeSafetensors(folder_ / "net.safetensors", tensors);
    const Inspection inspection = inspect(folder_ / "net.safetensors");
    return inspection.family ? std::string(inspection.family->name) : "none";
  }
  std::string refusal(const NamedTensors& tensors) {
    writeSafetensors(folder_ / "net.safetensors", tensors);
    try {
      models::open(folder_ / "net.safetensors");
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  }
  TemporaryFolder folder_;
};

TEST_F(Detection, channelCountsTellTheChainsApart) {
  EXPECT_EQ(familyOf(chain(1, 1, 8, 17)), "DnCNN");
  EXPECT_EQ(familyOf(chain(3, 3, 8, 20)), "DnCNN");
  EXPECT_EQ(familyOf(chain(2, 1, 8, 20)), "FDnCNN");
  EXPECT_EQ(familyOf(chain(4, 3, 8, 20)), "FDnCNN");
  EXPECT_EQ(familyOf(chain(5, 4, 8, 15)), "FFDNet");
  EXPECT_EQ(familyOf(chain(13, 12, 8, 12)), "FFDNet");
  EXPECT_EQ(familyOf(chain(1, 1, 8, 7)), "IRCNN");
}

TEST_F(Detection, aChainOfOtherChannelCountsIsNobodys) {
  EXPECT_EQ(familyOf(chain(20, 27, 8, 12)), "none");  // one more than SRMD
  EXPECT_EQ(familyOf(chain(19, 20, 8, 12)), "none");  // no square
  EXPECT_EQ(familyOf(chain(7, 2, 8, 12)), "none");
}

TEST_F(Detection, anUnknownNetworkNamesNearestFamiliesAndKeys) {
  NamedTensors tensors = chain(13, 12, 8, 5);
  tensors.emplace_back("upsampler.weight", at::zeros({3, 3}));
  EXPECT_THAT(refusal(tensors),
              AllOf(HasSubstr("net.safetensors"), HasSubstr("FFDNet"), HasSubstr("upsampler.weight")));
  tensors = chain(1, 1, 8, 5);
  std::erase_if(tensors, [](const auto& tensor) { return tensor.first == "model.4.bias"; });
  EXPECT_THAT(refusal(tensors), AllOf(HasSubstr("DnCNN"), HasSubstr("missing model.4.bias")));
  // The first of a chain as any other.
  tensors = chain(1, 1, 8, 5);
  for (auto& [name, tensor] : tensors) {
    if (name == "model.0.weight") name = "mudel.0.weight";
  }
  EXPECT_THAT(refusal(tensors),
              AllOf(HasSubstr("nearest are DnCNN"), HasSubstr("(missing model.0.weight, mudel.0.weight)")));
  tensors = chain(1, 1, 8, 5);
  for (auto& [name, tensor] : tensors) {
    if (name == "model.2.weight") tensor = at::zeros({8, 8, 5, 5});
  }
  EXPECT_THAT(refusal(tensors), AllOf(HasSubstr("nearest are DnCNN"), HasSubstr("(model.2.weight)")));
}

TEST_F(Detection, familiesWithOneReasonAreNamedTogether) {
  const std::string text = refusal({{"encoder.0.weight", at::zeros({8, 3, 3, 3})}});
  EXPECT_THAT(text, AllOf(HasSubstr("DnCNN, FDnCNN, FFDNet, IRCNN, SRMD: "), HasSubstr("encoder.0.weight")));
  const std::string reason = "no chain of 3x3 convolutions";
  EXPECT_EQ(text.find(reason), text.rfind(reason)) << text;
}

TEST_F(Detection, aFileWithoutWeightsSaysSo) {
  EXPECT_THAT(refusal({}), HasSubstr("no weights"));
}

NamedTensors swinIr() {
  for (const PublicNetwork& network : kSwinIr.published()) {
    if (network.name == "SwinIR_lightweight_x2") return network.weights();  // windows of 8
  }
  return {};
}

TEST_F(Detection, aSwinIrFileWhoseTablesContradictItsWindow) {
  NamedTensors tensors = swinIr();
  for (auto& [name, tensor] : tensors) {
    if (name.ends_with("relative_position_bias_table")) tensor = at::zeros({13 * 13, tensor.size(1)});
  }
  EXPECT_THAT(refusal(tensors), AllOf(HasSubstr("its table of relative positions is for windows of 7"),
                                      HasSubstr("relative_position_index")));
  // One block alone: named among the keys that do not fit.
  tensors = swinIr();
  const std::string odd = "layers.2.residual_group.blocks.3.attn.relative_position_bias_table";
  for (auto& [name, tensor] : tensors) {
    if (name == odd) tensor = at::zeros({13 * 13, tensor.size(1)});
  }
  EXPECT_THAT(refusal(tensors), AllOf(HasSubstr("SwinIR: 1 keys do not fit"), HasSubstr(odd)));
  // Masks are not read, however many windows the patch had that they were made for, but have to be of such windows.
  for (const std::int64_t pixels : {8 * 8, 7 * 7}) {
    tensors = swinIr();
    const std::string mask = "layers.1.residual_group.blocks.3.attn_mask";
    tensors.emplace_back(mask, at::zeros({36, pixels, pixels}));
    if (pixels == 8 * 8) {
      EXPECT_EQ(familyOf(tensors), "SwinIR");
      continue;
    }
    EXPECT_EQ(familyOf(tensors), "none");
    EXPECT_THAT(refusal(tensors), AllOf(HasSubstr("its table of relative positions is for windows of 8, a mask of "
                                                  "shifted windows is not"),
                                        HasSubstr(mask)));
  }
}

// Families that look for three keys first and find none of them are farther than one that lacks eight of hundreds.
TEST_F(Detection, whatFitsAFamilyMostlyIsNearestHoweverManyKeysDoNot) {
  NamedTensors tensors = swinIr();
  std::erase_if(tensors, [](const auto& named) {
    return named.first.starts_with("layers.") && named.first.find(".conv.") != std::string::npos;
  });
  EXPECT_THAT(refusal(tensors), HasSubstr("nearest are SwinIR: 8 keys do not fit (missing layers.0.conv."));
  tensors = chain(1, 1, 8, 17);
  for (int i = 1; i <= 6; ++i) {
    const std::string bias = "model." + std::to_string(2 * i) + ".bias";
    std::erase_if(tensors, [&](const auto& named) { return named.first == bias; });
  }
  EXPECT_THAT(refusal(tensors), HasSubstr("nearest are DnCNN, FDnCNN, FFDNet, IRCNN, SRMD: its keys are no chain"));
  // Where most keys do not fit, a family says little by having taken the few others for its own.
  tensors = chain(1, 1, 8, 3);
  for (int i = 0; i < 40; ++i) tensors.emplace_back("decoder." + std::to_string(i) + ".weight", at::zeros({3}));
  EXPECT_THAT(refusal(tensors), testing::Not(HasSubstr("nearest are DnCNN")));
}

TEST_F(Detection, swinIrsConfigurationSaysItsEndAndItsColours) {
  const auto told = [&](const SwinIrConfig& config) {
    writeSwinIr(folder_ / "net.safetensors", config);
    return inspect(folder_ / "net.safetensors").considered.back().match.descriptor->configuration;
  };
  const std::string body = "4 blocks, 12 channels, 2 heads, windows of 4, ";
  EXPECT_EQ(told(tinySwinIr(SwinIrHead::Residual, 1, false, 1)), body + "residual, grey");
  EXPECT_EQ(told(tinySwinIr(SwinIrHead::PixelShuffle, 2)), body + "pixel shuffle, colour");
  EXPECT_EQ(told(tinySwinIr(SwinIrHead::PixelShuffleDirect, 2)), body + "direct pixel shuffle, colour");
  EXPECT_EQ(told(tinySwinIr(SwinIrHead::NearestConvolution, 2)), body + "nearest neighbours, colour");
}

/// MSRResNet0 with one stage of nearest neighbours, under a file's names.
NamedTensors oneStageOfNearestNeighbours() {
  using Config = MsrResNetConfig;
  const Config config{
      .features = 8, .blocks = 1, .scale = 2, .layout = Config::Layout::Numbered, .up = Config::Up::Nearest};
  const std::map<std::string, std::string> parts = {{"head", "model.0"},        {"block0", "model.1.sub.0"},
                                                    {"trunk", "model.1.sub.1"}, {"up0", "model.3"},
                                                    {"hr", "model.5"},          {"last", "model.7"}};
  NamedTensors tensors = randomWeights(stateOf(*MsrResNet(config)));
  for (auto& [name, tensor] : tensors) {
    const std::size_t dot = name.find('.');
    name = parts.at(name.substr(0, dot)) + name.substr(dot);
  }
  return tensors;
}

TEST_F(Detection, whatEnlargesByTwoOrByThreeNamesTheOther) {
  const auto described = [&](const std::string& file, const NamedTensors& tensors) {
    writeSafetensors(folder_ / file, tensors);
    return *inspect(folder_ / file).considered.back().match.descriptor;
  };
  const NamedTensors tensors = oneStageOfNearestNeighbours();
  const Descriptor twice = described("net.safetensors", tensors);
  EXPECT_EQ(twice.family, "MSRResNet");
  EXPECT_EQ(twice.scale, 2);
  EXPECT_EQ(twice.alternatives, std::vector<std::string>{"x3"});
  const Descriptor thrice = described("net_x3.safetensors", tensors);
  EXPECT_EQ(thrice.scale, 3);
  EXPECT_EQ(thrice.alternatives, std::vector<std::string>{"x2"});
  for (const PublicNetwork& network : kMsrResNet.published()) {
    EXPECT_TRUE(described(network.name + ".safetensors", network.weights()).alternatives.empty()) << network.name;
  }
}

TEST_F(Detection, whatWasTrainedForLooksIsOfferedAColourFix) {
  const auto offered = [&](const Family& family, std::string_view published, const std::string& file) {
    for (const PublicNetwork& network : family.published()) {
      if (network.name == published) writeSafetensors(folder_ / file, network.weights());
    }
    const Inspection inspection = inspect(folder_ / file);
    EXPECT_EQ(inspection.family->name, family.name) << file;
    return Settings(inspection.considered.back().match.descriptor->parameters).has("colour_fix");
  };
  EXPECT_TRUE(offered(kMsrResNet, "msrresnet_x4_psnr", "msrresnet_x4_gan.safetensors"));
  EXPECT_FALSE(offered(kMsrResNet, "msrresnet_x4_psnr", "msrresnet_x4_psnr.safetensors"));
  EXPECT_TRUE(offered(kDpsr, "dpsr_x4", "dpsr_x4_gan.safetensors"));
  EXPECT_FALSE(offered(kDpsr, "dpsr_x4", "dpsr_x4.safetensors"));
  EXPECT_TRUE(offered(kUsrNet, "usrnet_tiny", "USRGAN_tiny.safetensors"));
  EXPECT_FALSE(offered(kUsrNet, "usrnet_tiny", "usrnet_tiny.safetensors"));
}

// The smooth part of a dark or hazy source is what these networks are there to change.
TEST_F(Detection, whatLightsUpOrClearsHazeIsOfferedNoColourFix) {
  for (const auto& [family, network] : {std::pair("HVI-CIDNet", "HVI-CIDNet-LOLv1-wperc"),
                                        {"RetinexFormer", "RetinexFormer_LOL_v1"},
                                        {"MixDehazeNet", "MixDehazeNet-t"},
                                        {"MIRNet-v2", "MIRNet_v2_enhancement_lol"}}) {
    const auto model = PublicConfiguration{family, network}.open();
    EXPECT_EQ(model->descriptor().family, family);
    EXPECT_FALSE(Settings(model->descriptor().parameters).has("colour_fix")) << network;
  }
}

TEST_F(Detection, precisionIsThatOfTheWeightsNotOfTheirTables) {
  NamedTensors tensors = swinIr();
  for (auto& [name, tensor] : tensors) {
    if (tensor.is_floating_point()) tensor = tensor.to(at::kBFloat16);
  }
  std::ranges::stable_partition(tensors, [](const auto& named) { return !named.second.is_floating_point(); });
  writeSafetensors(folder_ / "net.safetensors", tensors);
  const Inspection inspection = inspect(folder_ / "net.safetensors");
  ASSERT_EQ(inspection.tensors.entries().front().second.dtype, DType::Int64);
  EXPECT_EQ(inspection.considered.back().match.descriptor->storedAs, DType::BFloat16);
}

// A photo is grey or has three colours, and what it lacks for more channels nobody can say.
TEST_F(Detection, networksOfOtherPicturesAreRefusedByName) {
  const RrdbConfig config{
      .channels = 4, .features = 8, .growth = 4, .blocks = 1, .layout = RrdbConfig::Layout::RealEsrGan};
  const NamedTensors rrdb = randomWeights(stateOf(*RrdbNet(config)));
  EXPECT_EQ(familyOf(rrdb), "none");
  EXPECT_THAT(refusal(rrdb), HasSubstr("nearest are RRDB: it restores pictures of 4 channels"));
  NamedTensors tensors = swinIr();
  for (auto& [name, tensor] : tensors) {
    if (name == "conv_first.weight") tensor = at::zeros({tensor.size(0), 4, 3, 3});
    if (name == "upsample.0.weight") tensor = at::zeros({2 * 2 * 4, tensor.size(1), 3, 3});
    if (name == "upsample.0.bias") tensor = at::zeros({2 * 2 * 4});
  }
  EXPECT_EQ(familyOf(tensors), "none");
  EXPECT_THAT(refusal(tensors), HasSubstr("nearest are SwinIR: it restores pictures of 4 channels"));
}

TEST_F(Detection, halfPrecisionFilesLoadAsFloat32) {
  NamedTensors tensors = chain(13, 12, 8, 4);
  for (auto& [name, tensor] : tensors) tensor = tensor.to(at::kHalf);
  EXPECT_EQ(familyOf(tensors), "FFDNet");
  const auto model = models::open(folder_ / "net.safetensors");
  EXPECT_EQ(model->descriptor().storedAs, DType::Float16);
  Observer observer;
  EXPECT_EQ(model->start(Settings(model->descriptor().parameters), {}, observer)
                ->restore(at::rand({1, 3, 8, 8}))
                .scalar_type(),
            at::kFloat);
}

}  // namespace
}  // namespace heirloom::tests
