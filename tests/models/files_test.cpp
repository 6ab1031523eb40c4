// Networks in the files that people have them in: wrapped, averaged, in halves, as TorchScript, several at once.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "models/common/plain_stack.h"
#include "models/common/random_weights.h"
#include "models/registry.h"
#include "models/several_networks.h"
#include "tests/models/support/checkpoint_files.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// A DnCNN for pictures of `channels`, its weights `size` times as large as drawn.
NamedTensors denoiser(int channels, int size = 1) {
  PlainStack stack(PlainStackConfig{channels, channels, 8, std::vector<int>(17, 1)});
  NamedTensors tensors;
  for (const auto& [name, tensor] : randomWeights(stateOf(*stack)))
    tensors.emplace_back("model." + name, tensor * size);
  return tensors;
}

/// An FFDNet.
NamedTensors other() {
  PlainStack stack(PlainStackConfig{13, 12, 8, std::vector<int>(12, 1)});
  NamedTensors tensors;
  for (const auto& [name, tensor] : randomWeights(stateOf(*stack))) tensors.emplace_back("model." + name, tensor);
  return tensors;
}

NamedTensors discriminator() {
  return {{"conv0.weight", at::zeros({64, 3, 3, 3})},
          {"conv1.weight_orig", at::zeros({128, 64, 4, 4})},
          {"conv1.weight_u", at::zeros({128})},
          {"conv9.weight", at::zeros({1, 64, 3, 3})},
          {"conv9.bias", at::zeros({1})}};
}

NamedTensors prefixed(const std::string& prefix, NamedTensors tensors) {
  for (auto& [name, tensor] : tensors) name = prefix + name;
  return tensors;
}

NamedTensors joined(NamedTensors first, const NamedTensors& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

class Files : public testing::Test {
 protected:
  Files() : file_(folder_ / "net.pth") {}

  /// What the network in the file makes of one picture.
  at::Tensor restored(const std::filesystem::path& file) const {
    const auto model = models::open(file);
    Observer observer;
    return model->start(Settings(model->descriptor().parameters), {}, observer)
        ->restore(at::full({1, model->descriptor().channels, 6, 7}, 0.25));
  }
  /// What these weights make of it.
  at::Tensor expected(const NamedTensors& tensors) const {
    writeSafetensors(folder_ / "bare.safetensors", tensors);
    return restored(folder_ / "bare.safetensors");
  }
  std::string refusal(const std::filesystem::path& file) const {
    try {
      models::open(file);
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  }
  std::vector<SeveralNetworks::Network> choices() const {
    try {
      inspect(file_);
    } catch (const SeveralNetworks& several) {
      return several.networks();
    }
    return {};
  }

  TemporaryFolder folder_;
  std::filesystem::path file_;
};

TEST_F(Files, wrappedAsTrainingProgramsDo) {
  const NamedTensors net = denoiser(3);
  const at::Tensor right = expected(net);
  for (const char* key : {"params", "params_ema", "state_dict", "model_state_dict", "model", "net", "netG", "generator",
                          "G", "anything"}) {
    writeGroups(file_, {{key, net}}, {"iter", "optimizers"});
    EXPECT_TRUE(at::equal(restored(file_), right)) << key;
    writeGroups(file_, {{key, prefixed("module.", net)}});
    EXPECT_TRUE(at::equal(restored(file_), right)) << key;
  }
  for (const char* prefix : {"module.", "_orig_mod.", "_orig_mod.module.", "netG.", "generator.", "G.", "net_g."}) {
    writeGroups(file_, {{"state_dict", prefixed(prefix, net)}}, {"epoch"});
    EXPECT_TRUE(at::equal(restored(file_), right)) << prefix;
  }
}

TEST_F(Files, theAverageGoesFirst) {
  const NamedTensors raw = denoiser(3, 1);
  const NamedTensors average = denoiser(3, 2);
  ASSERT_FALSE(at::equal(expected(raw), expected(average)));
  for (const auto& [plain, averaged] :
       {std::pair("params", "params_ema"), std::pair("state_dict", "state_dict_ema"), std::pair("model", "ema"),
        std::pair("netG", "netG_ema"), std::pair("g", "g_ema")}) {
    for (const bool first : {true, false}) {
      if (first)
        writeGroups(file_, {{averaged, average}, {plain, raw}}, {"iter"});
      else
        writeGroups(file_, {{plain, raw}, {"other", {{"x", at::zeros({2})}}}, {averaged, average}});
      EXPECT_TRUE(at::equal(restored(file_), expected(average))) << averaged;
      // Who wants the other one can have it.
      const auto named = NetworkOfFile{file_, plain}.written();
      EXPECT_TRUE(at::equal(restored(named), expected(raw))) << plain;
    }
  }
  // In one dictionary, by the beginnings of names.
  writeGroups(file_, {{"state_dict", joined(prefixed("generator.", raw), prefixed("generator_ema.", average))}});
  EXPECT_TRUE(at::equal(restored(file_), expected(average)));
}

TEST_F(Files, withTheCountersOfAverages) {
  const NamedTensors net = denoiser(3);
  const at::Tensor right = expected(net);
  const at::Tensor count = at::ones({1}, at::kLong);
  writeGroups(file_, {{"params", joined({{"n_averaged", count}}, prefixed("module.", net))}});
  EXPECT_TRUE(at::equal(restored(file_), right));
  writeGroups(file_, {{"params_ema", joined(net, {{"initted", at::ones({1})}, {"step", count}})}});
  EXPECT_TRUE(at::equal(restored(file_), right));
  // With values, it is a tensor as others are, and fits no network.
  writeGroups(file_, {{"params", joined(net, {{"step", at::ones({2})}})}});
  EXPECT_THAT(refusal(file_), HasSubstr("step"));
}

TEST_F(Files, theGeneratorOfAGan) {
  const NamedTensors net = denoiser(3);
  writeGroups(file_, {{"netG", net}, {"netD", discriminator()}}, {"epoch"});
  EXPECT_TRUE(at::equal(restored(file_), expected(net)));
  EXPECT_EQ(inspect(file_).family->name, "DnCNN");
  EXPECT_THAT(inspect(file_).tensors.unwrapped, ElementsAre("netG"));
  writeGroups(file_,
              {{"state_dict", joined(prefixed("discriminator.", discriminator()), prefixed("generator.", net))}});
  EXPECT_TRUE(at::equal(restored(file_), expected(net)));
}

TEST_F(Files, inHalvesAndDoubles) {
  for (const auto& [type, stored] : {std::pair(at::kHalf, DType::Float16), std::pair(at::kBFloat16, DType::BFloat16),
                                     std::pair(at::kDouble, DType::Float64)}) {
    NamedTensors net = denoiser(1);
    NamedTensors rounded;
    for (auto& [name, tensor] : net) {
      tensor = tensor.to(type);
      rounded.emplace_back(name, tensor.to(at::kFloat));
    }
    const at::Tensor right = expected(rounded);
    writeSafetensors(folder_ / "half.safetensors", net);
    writeGroups(file_, {{"params", net}});
    for (const auto& file : {folder_ / "half.safetensors", file_}) {
      EXPECT_EQ(models::open(file)->descriptor().storedAs, stored);
      const at::Tensor result = restored(file);
      EXPECT_EQ(result.scalar_type(), at::kFloat);
      EXPECT_TRUE(at::equal(result, right));
    }
  }
}

TEST_F(Files, asTorchScript) {
  const NamedTensors net = denoiser(3);
  writeTorchScript(file_, net);
  EXPECT_EQ(inspect(file_).archive->format(), "TorchScript");
  EXPECT_TRUE(at::equal(restored(file_), expected(net)));
  // Within a module that scripts were made of.
  writeTorchScript(file_, joined(prefixed("net.", net), {{"mean", at::zeros({3})}}));
  EXPECT_TRUE(at::equal(restored(file_), expected(net)));
}

TEST_F(Files, asPyTorchItselfWritesTorchScript) {
  const NamedTensors net = denoiser(3);
  saveTorchScript(file_, net);
  EXPECT_EQ(inspect(file_).archive->format(), "TorchScript");
  EXPECT_TRUE(at::equal(restored(file_), expected(net)));
  saveTorchScript(file_, joined(prefixed("net.", net), {{"mean", at::zeros({3})}}));
  EXPECT_TRUE(at::equal(restored(file_), expected(net)));
}

TEST_F(Files, ofSeveralNetworksAsk) {
  writeGroups(
      file_, {{"denoise", denoiser(3)}, {"denoise_ema", denoiser(3, 2)}, {"fast", other()}, {"netD", discriminator()}});
  EXPECT_THAT(choices(), ElementsAre(SeveralNetworks::Network{"denoise_ema", "DnCNN"},
                                     SeveralNetworks::Network{"fast", "FFDNet"}));
  EXPECT_THAT(refusal(file_),
              AllOf(HasSubstr("net.pth: it holds several networks: denoise_ema (DnCNN), fast (FFDNet); "),
                    HasSubstr("net.pth#denoise_ema")));
  EXPECT_TRUE(at::equal(restored(folder_ / "net.pth#denoise_ema"), expected(denoiser(3, 2))));
  EXPECT_TRUE(at::equal(restored(folder_ / "net.pth#denoise"), expected(denoiser(3))));
  EXPECT_EQ(inspect(folder_ / "net.pth#fast").family->name, "FFDNet");
}

TEST_F(Files, ofSeveralNetworksSayWhatThereIs) {
  writeGroups(file_, {{"denoise", denoiser(3)}, {"fast", other()}, {"netD", discriminator()}});
  EXPECT_THAT(refusal(folder_ / "net.pth#slow"), AllOf(HasSubstr("net.pth: it holds no network called slow; "),
                                                       HasSubstr("denoise (DnCNN), fast (FFDNet)")));
  EXPECT_THAT(refusal(folder_ / "net.pth#netD"), AllOf(HasSubstr("net.pth: "), HasSubstr("GAN discriminator")));
  writeSafetensors(folder_ / "one.safetensors", denoiser(3));
  EXPECT_THAT(refusal(folder_ / "one.safetensors#a"), HasSubstr("leave the name out"));
}

TEST_F(Files, ofTheSameNetworkTrainedTwiceAsk) {
  writeGroups(file_, {{"best", denoiser(3, 2)}, {"state_dict", denoiser(3)}}, {"epoch"});
  EXPECT_TRUE(at::equal(restored(file_), expected(denoiser(3)))) << "everybody takes this one without asking";
  EXPECT_TRUE(at::equal(restored(folder_ / "net.pth#best"), expected(denoiser(3, 2))));
  writeGroups(file_, {{"sigma15", denoiser(3)}, {"sigma25", denoiser(3, 2)}});
  EXPECT_THAT(refusal(file_), HasSubstr("sigma15 (DnCNN), sigma25 (DnCNN)"));
}

TEST_F(Files, whoseNameHoldsAHash) {
  writeSafetensors(folder_ / "net#1.safetensors", denoiser(3));
  EXPECT_EQ(inspect(folder_ / "net#1.safetensors").family->name, "DnCNN");
  writeGroups(folder_ / "net#2.pth", {{"a", denoiser(3)}, {"b", other()}});
  EXPECT_EQ(inspect(folder_ / "net#2.pth#b").family->name, "FFDNet");
}

TEST_F(Files, blendNetworkByNetwork) {
  writeGroups(file_, {{"a", denoiser(3)}, {"b", denoiser(3, 2)}, {"c", other()}});
  Observer observer;
  const auto half = openBlend(folder_ / "net.pth#a", folder_ / "net.pth#b", 0);
  EXPECT_TRUE(at::equal(
      half->start(Settings(half->descriptor().parameters), {}, observer)->restore(at::full({1, 3, 6, 7}, 0.25)),
      expected(denoiser(3))));
  EXPECT_THROW(openBlend(file_, folder_ / "net.pth#b", 0), SeveralNetworks);
}

}  // namespace
}  // namespace heirloom::tests
