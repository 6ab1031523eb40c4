// RestoreVAR's files, in every form they come in, and what is said of those that are none.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "models/checkpoint/tensors.h"
#include "models/common/error.h"
#include "models/registry.h"
#include "models/restorevar/family.h"
#include "tests/models/restorevar/golden.h"
#include "tests/models/restorevar/tiny_folder.h"
#include "tests/models/support/checkpoint_files.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

NamedTensors prefixed(const std::string& prefix, NamedTensors tensors) {
  for (auto& [name, tensor] : tensors) name = prefix + name;
  return tensors;
}

NamedTensors joined(NamedTensors a, const NamedTensors& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

class RestoreVarFiles : public testing::Test {
 protected:
  RestoreVarFiles() : network(goldenNetwork(tinyRestoreVar())) {}

  NamedTensors varFile() const { return joined(stateOf(*network->var), tablesOf(tinyRestoreVar().var)); }
  NamedTensors vaeFile() const {
    return joined(stateOf(*network->vae), {{"quantize.ema_vocab_hit_SV", at::zeros({4, 64})}});
  }
  void writeFolder() const {
    writeSafetensors(folder / "restorevar.safetensors", varFile());
    writeSafetensors(folder / "vae_restorevar.safetensors", vaeFile());
  }
  void expectTheNetworkIn(const std::filesystem::path& file) {
    SCOPED_TRACE(file.string());
    EXPECT_EQ(detectRestoreVar(inspect(file).tensors), tinyRestoreVar());
    const at::Tensor square = (goldenUniform("photo", {1, 3, 64, 64}).to(at::kFloat) + 1) / 2;
    Observer nobody;
    const auto model = models::open(file);
    const at::Tensor result =
        model->start(Settings(model->descriptor().parameters), {.plain = true}, nobody)->restore(square);
    const torch::NoGradGuard noGrad;
    const at::Tensor eight = (square * 255).round() / 255;
    EXPECT_LT((result - network->forward(eight)).abs().max().item<double>(), 1e-4);
  }
  static std::string complaint(const std::filesystem::path& file) {
    try {
      models::open(file);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  /// Of what is known: neither called unknown nor told among other families, and what to do is said.
  static std::string plainComplaint(const std::filesystem::path& file) {
    const std::string text = complaint(file);
    EXPECT_EQ(text.find("does not know"), std::string::npos) << text;
    EXPECT_EQ(text.find(file.string() + ": "), 0U) << text;
    EXPECT_NE(text.find("; "), std::string::npos) << text;
    return text;
  }

  TemporaryFolder folder;
  RestoreVarNetwork network;
};

TEST_F(RestoreVarFiles, aFolderIsOneNetwork) {
  writeFolder();
  EXPECT_TRUE(isModelFolder(folder.path()));
  const Inspection inspection = inspect(folder.path());
  ASSERT_NE(inspection.family, nullptr);
  EXPECT_EQ(inspection.family->name, "RestoreVAR");
  EXPECT_TRUE(models::open(folder.path())->descriptor().generative);
  expectTheNetworkIn(folder.path());
}

/// As PyTorch pickles the public files: the transformer's rotations are complex.
TEST_F(RestoreVarFiles, aPickleWithComplexTablesIsTheNetwork) {
  const NamedTensors transformer = joined(varFile(), rotationTablesOf(tinyRestoreVar().var));
  const auto write = [&](const NamedTensors& tensors, const char* name) {
    std::filesystem::rename(writeCheckpoint(folder.path(), FileKind::ZipPth, tensors), folder / name);
  };
  write(transformer, "restorevar.pth");
  write(vaeFile(), "vae_restorevar.ckpt");
  expectTheNetworkIn(folder.path());
  writeGroups(folder / "ar-ckpt-last.pth",
              {{"var_wo_ddp", transformer}, {"vae_local", vaeFile()}, {"var_opt", {{"exp_avg", at::zeros({4})}}}},
              {"epoch", "iter", "args"}, "trainer");
  expectTheNetworkIn(folder / "ar-ckpt-last.pth");
}

TEST_F(RestoreVarFiles, oneOfTheTwoFindsTheOtherBesideIt) {
  writeFolder();
  EXPECT_EQ(models::open(folder / "restorevar.safetensors")->descriptor().family, "RestoreVAR");
}

TEST_F(RestoreVarFiles, aCheckpointOfTrainingIsOneNetwork) {
  const NamedTensors trainer =
      joined(prefixed("trainer.var_wo_ddp.", varFile()),
             joined(prefixed("trainer.vae_local.", vaeFile()), {{"trainer.var_opt.state.0.exp_avg", at::zeros({4})}}));
  writeSafetensors(folder / "ar-ckpt-last.safetensors", trainer);
  EXPECT_EQ(models::open(folder / "ar-ckpt-last.safetensors")->descriptor().family, "RestoreVAR");
}

TEST_F(RestoreVarFiles, aPublicScheduleNeedsNoTable) {
  writeSafetensors(folder / "one.safetensors",
                   joined(prefixed("var.", stateOf(*network->var)), prefixed("vae.", stateOf(*network->vae))));
  EXPECT_EQ(detectRestoreVar(inspect(folder / "one.safetensors").tensors), tinyRestoreVar());
}

TEST_F(RestoreVarFiles, anotherScheduleIsReadFromItsTable) {
  RestoreVarConfig other = tinyRestoreVar();
  other.var.sides = {1, 2, 4};
  const RestoreVarNetwork made(other);
  const NamedTensors weights = joined(prefixed("var.", stateOf(*made->var)), prefixed("vae.", stateOf(*made->vae)));
  writeSafetensors(folder / "whole.safetensors", joined(weights, prefixed("var.", tablesOf(other.var))));
  EXPECT_EQ(detectRestoreVar(inspect(folder / "whole.safetensors").tensors), other);
  writeSafetensors(folder / "without.safetensors", weights);
  EXPECT_NE(complaint(folder / "without.safetensors").find("missing var.lvl_1L"), std::string::npos);
}

TEST_F(RestoreVarFiles, whatIsMissingIsNamed) {
  writeSafetensors(folder / "transformer.safetensors", varFile());
  EXPECT_NE(plainComplaint(folder / "transformer.safetensors").find("vae_restorevar.ckpt"), std::string::npos);
  writeSafetensors(folder / "codec.safetensors", vaeFile());
  EXPECT_NE(plainComplaint(folder / "codec.safetensors").find("restorevar.pth"), std::string::npos);
  const NamedTensors original = {{"pos_1LC", at::zeros({1, 4, 8})}, {"blocks.0.ada_lin.1.weight", at::zeros({8, 8})}};
  writeSafetensors(folder / "var_d16.safetensors", original);
  EXPECT_NE(plainComplaint(folder / "var_d16.safetensors").find("original VAR"), std::string::npos);
  writeSafetensors(folder / "var_d36.safetensors",
                   {{"pos_1LC", at::zeros({1, 4, 8})}, {"shared_ada_lin.1.weight", at::zeros({8, 8})}});
  EXPECT_NE(plainComplaint(folder / "var_d36.safetensors").find("original VAR"), std::string::npos);
  // Beside an autoencoder, as one file of both.
  writeSafetensors(folder / "both.safetensors", joined(prefixed("var.", original), prefixed("vae.", vaeFile())));
  EXPECT_NE(plainComplaint(folder / "both.safetensors").find("original VAR"), std::string::npos);
  writeSafetensors(folder / "restorevar.safetensors", varFile());
  EXPECT_NE(plainComplaint(folder.path()).find("vae_restorevar.ckpt is missing"), std::string::npos);
  std::filesystem::create_directory(folder / "other");
  writeSafetensors(folder / "other" / "vae_restorevar.safetensors", vaeFile());
  EXPECT_NE(plainComplaint(folder / "other").find("restorevar.pth is missing"), std::string::npos);
}

TEST_F(RestoreVarFiles, aMissingAnExtraAndAMisshapenTensorAreNamed) {
  const auto complaintOf = [&](const NamedTensors& tensors) {
    writeSafetensors(folder / "restorevar.safetensors", tensors);
    writeSafetensors(folder / "vae_restorevar.safetensors", vaeFile());
    return complaint(folder.path());
  };
  NamedTensors tensors = varFile();
  const auto at = std::ranges::find(tensors, std::string("blocks.1.cross_attn.gain"), &NamedTensors::value_type::first);
  ASSERT_NE(at, tensors.end());
  at->second = at::zeros({1});
  EXPECT_NE(complaintOf(tensors).find("var.blocks.1.cross_attn.gain"), std::string::npos);
  tensors.erase(at);
  EXPECT_NE(complaintOf(tensors).find("missing var.blocks.1.cross_attn.gain"), std::string::npos);
  EXPECT_NE(complaintOf(joined(varFile(), {{"blocks.0.extra", at::zeros({2})}})).find("var.blocks.0.extra"),
            std::string::npos);
}

TEST_F(RestoreVarFiles, anAutoencoderOfAnotherVocabularyIsRefusedWithBothNumbers) {
  RestoreVarConfig other = tinyRestoreVar();
  other.vae.vocabulary = 96;
  writeSafetensors(folder / "restorevar.safetensors", varFile());
  writeSafetensors(folder / "vae_restorevar.safetensors", stateOf(*goldenNetwork(other)->vae));
  const std::string text = plainComplaint(folder.path());
  EXPECT_NE(text.find("predicts 64 codes, the autoencoder has 96"), std::string::npos) << text;
}

TEST_F(RestoreVarFiles, anAutoencoderOfAnotherWidthIsRefusedWithBothNumbers) {
  RestoreVarConfig other = tinyRestoreVar();
  other.vae.latent = 16;
  writeSafetensors(folder / "restorevar.safetensors", varFile());
  writeSafetensors(folder / "vae_restorevar.safetensors", stateOf(*goldenNetwork(other)->vae));
  const std::string text = plainComplaint(folder.path());
  EXPECT_NE(text.find("takes latents of 32 channels, the autoencoder makes 16"), std::string::npos) << text;
}

TEST_F(RestoreVarFiles, aLargerTransformerIsReadFromItsTensors) {
  RestoreVarConfig d24 = tinyRestoreVar();
  d24.var.depth = 24;
  d24.var.width = 96;
  d24.var.heads = 6;
  d24.var.hidden = 4 * d24.var.width;
  const RestoreVarNetwork larger(d24);
  writeSafetensors(folder / "d24.safetensors",
                   joined(prefixed("var.", stateOf(*larger->var)), prefixed("vae.", stateOf(*larger->vae))));
  EXPECT_EQ(detectRestoreVar(inspect(folder / "d24.safetensors").tensors), d24);
}

}  // namespace
}  // namespace heirloom::tests
