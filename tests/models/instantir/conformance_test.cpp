// The records of conformance/instantir/reference.json: every part of the networks, and the five loops.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "models/checkpoint/tensors.h"
#include "tests/models/instantir/golden.h"
#include "tests/models/support/hashed_values.h"
#include "tests/support/shared.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using nlohmann::json;

constexpr int kTime = 958;
const std::vector<int> kSizes = {128, 128, 0, 0, 128, 128};

std::int64_t parameters(const torch::nn::Module& module) {
  std::int64_t sum = 0;
  for (const at::Tensor& parameter : module.parameters()) sum += parameter.numel();
  return sum;
}

at::Tensor sizeRow() {
  return at::tensor(kSizes, at::kInt).to(at::kFloat).view({1, 6});
}

class InstantIrRecords : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    records = instantIrRecords();
    if (records.empty()) GTEST_SKIP() << "no reference material: set HEIRLOOM_SHARED";
    networks = loadInstantIr(config, recordedSource(config), {}, {.plain = GetParam()});
  }

  Pass passOf(const at::Tensor& embeddings) const {
    Pass pass;
    pass.embeddings = embeddings;
    pass.text = positiveGuide().text;
    return pass;
  }
  at::Tensor time() const { return at::tensor({kTime}, at::kInt).to(at::kFloat); }
  Pass mainPass() { return passOf(networks.main->unet->embeddings(time(), positiveGuide().pooled, sizeRow())); }
  Pass picturePass(bool adapted) {
    Pass pass = mainPass();
    pass.image = networks.main->image_proj->forward(positiveGuide().picture, adapted);
    pass.adapted = adapted;
    return pass;
  }
  /// The UNet as it is without the picture's branches.
  UNet plainUNet() {
    UNet unet(config.unet);
    loadPlaced(*unet, recordedSource(config), {.plain = GetParam()}, "unet.");
    return unet;
  }
  at::Tensor latent() const { return recordedInput("latent", {1, 4, 16, 16}); }

  const InstantIrConfig config = tinyInstantIr();
  InstantIrNetworks networks;
  json records;
  const torch::NoGradGuard noGrad;
};
INSTANTIATE_TEST_SUITE_P(Kernels, InstantIrRecords, testing::Values(true, false),
                         [](const auto& test) { return test.param ? "plain" : "ours"; });

TEST_P(InstantIrRecords, configurationAndCounts) {
  EXPECT_EQ(unetConfigOf(records["tiny_unet_config"].dump()), config.unet);
  EXPECT_EQ(parameters(*UNet(config.unet)), records["tiny_unet_params"].get<std::int64_t>());
  EXPECT_EQ(parameters(*Aggregator(config.unet)), records["tiny_aggregator_params"].get<std::int64_t>());
  EXPECT_EQ(adaptablePaths(networks.main).size(), records["tiny_lora_modules"].get<std::size_t>());
  std::vector<std::string> order;
  for (const auto& attention : networks.main->unet->attentions()) order.push_back(attention.path + ".processor");
  EXPECT_EQ(order, records["attn_processor_order"].get<std::vector<std::string>>());
}

TEST_P(InstantIrRecords, embeddings) {
  expectRecord(sinusoid(time(), 32), records["time_proj_958"]);
  expectRecord(sinusoid(sizeRow().flatten(), 16), records["add_time_proj(ids)"]);
  const at::Tensor sum = mainPass().embeddings[0];
  Embedding timeEmbedding(32, 128), addEmbedding(120, 128);
  loadPlaced(*timeEmbedding, recordedSource(config), {}, "unet.time_embedding.");
  loadPlaced(*addEmbedding, recordedSource(config), {}, "unet.add_embedding.");
  const at::Tensor when = timeEmbedding->forward(sinusoid(time(), 32));
  expectRecord(when, records["time_embedding_958"]);
  expectRecord(sum - when, records["aug_emb"]);
}

TEST_P(InstantIrRecords, unetBlockByBlock) {
  const json& acts = records["unet_plain_acts"];
  UNet unet = plainUNet();
  const Pass pass = mainPass();
  at::Tensor x = unet->conv_in->forward(latent());
  expectRecord(x, acts["conv_in"]);
  expectRecord(unet->down[0]->resnets[0]->forward(x, pass), acts["down_blocks.0.resnets.0"]);
  std::vector<at::Tensor> skips = {x};
  x = unet->down[0]->forward(x, pass, skips);
  expectRecord(x, acts["down_blocks.0"]);

  DownBlock& second = unet->down[1];
  const at::Tensor before = second->resnets[0]->forward(x, pass);
  MapTransformer& map = second->attentions[0];
  TransformerBlock& block = map->blocks[0];
  at::Tensor t = map->tokens(before, pass);
  const at::Tensor own = block->attn1->forward(t, pass);
  expectRecord(own, acts["down_blocks.1.attentions.0.transformer_blocks.0.attn1"]);
  t = t + own;
  const at::Tensor text = block->attn2->forward(t, pass);
  expectRecord(text, acts["down_blocks.1.attentions.0.transformer_blocks.0.attn2"]);
  t = t + text;
  expectRecord(block->ff->forward(t, pass), acts["down_blocks.1.attentions.0.transformer_blocks.0.ff"]);
  expectRecord(map->forward(before, pass), acts["down_blocks.1.attentions.0"]);

  x = second->forward(x, pass, skips);
  expectRecord(x, acts["down_blocks.1"]);
  x = unet->down[2]->forward(x, pass, skips);
  expectRecord(x, acts["down_blocks.2"]);
  x = unet->mid->forward(x, pass);
  expectRecord(x, acts["mid_block"]);
  for (std::size_t i = 0; i < 3; ++i) {
    x = unet->up[i]->forward(x, pass, skips);
    expectRecord(x, acts["up_blocks." + std::to_string(i)]);
  }
  expectRecord(unet->forward(latent(), pass), records["unet_plain_out"]);
}

TEST_P(InstantIrRecords, aggregatorAndResiduals) {
  const Pass pass = passOf(networks.aggregator->embeddings(time(), positiveGuide().pooled, sizeRow()));
  const at::Tensor degraded = recordedInput("lq_latent", {1, 4, 16, 16}),
                   preview = recordedInput("preview", {1, 4, 16, 16});
  const Residuals made = networks.aggregator->forward(degraded, preview, pass);
  ASSERT_EQ(made.skips.size(), records["aggregator_down"].size());
  for (std::size_t i = 0; i < made.skips.size(); ++i) expectRecord(made.skips[i], records["aggregator_down"][i]);
  expectRecord(made.middle, records["aggregator_mid"]);
  expectRecord(plainUNet()->forward(latent(), mainPass(), &made), records["unet_with_residuals_out"]);

  const Residuals swapped = networks.aggregator->forward(preview, degraded, pass);
  EXPECT_GT((swapped.middle - made.middle).abs().max().item<double>(), 1);
}

TEST_P(InstantIrRecords, resamplerAndTimeNorm) {
  expectRecord(networks.main->image_proj->forward(positiveGuide().picture, false), records["resampler_out"]);
  TimeNorm norm(64, 128);
  loadPlaced(
      *norm,
      [](const std::string& name) {
        return recordedWeight(name, name.ends_with("bias") ? at::IntArrayRef{128} : at::IntArrayRef{128, 128});
      },
      {}, "adaln.");
  Pass pass;
  pass.embeddings = recordedInput("adaln_temb", {2, 128}).unsqueeze(0);
  expectRecord(norm->modulated(TimeNormImpl::normalised(recordedInput("adaln_x", {2, 8, 64})), pass),
               records["adaln_out"]);
}

TEST_P(InstantIrRecords, unetThatLooksAtThePicture) {
  const json& acts = records["unet_ip_acts"];
  UNet& unet = networks.main->unet;
  const Pass pass = picturePass(false);
  std::vector<at::Tensor> skips;
  at::Tensor x = unet->down[0]->forward(unet->conv_in->forward(latent()), pass, skips);
  MapTransformer& map = unet->down[1]->attentions[0];
  TransformerBlock& block = map->blocks[0];
  const at::Tensor t = map->tokens(unet->down[1]->resnets[0]->forward(x, pass), pass);
  expectRecord(block->attn2->forward(t + block->attn1->forward(t, pass), pass),
               acts["down_blocks.1.attentions.0.transformer_blocks.0.attn2"]);
  for (const std::size_t level : {1U, 2U}) x = unet->down[level]->forward(x, pass, skips);
  expectRecord(unet->mid->forward(x, pass), acts["mid_block"]);
  expectRecord(unet->forward(latent(), pass), records["unet_ip_out"]);
}

TEST_P(InstantIrRecords, previewerBesideAndMerged) {
  const LowRanks corrections = recordedCorrections(config);
  ASSERT_EQ(corrections.size(), 300U);
  const at::Tensor off = networks.main->unet->forward(latent(), picturePass(false));
  adapt(networks.main, corrections);
  const at::Tensor beside = networks.main->unet->forward(latent(), picturePass(true));
  expectRecord(beside, records["unet_ip_lora_out"]);
  EXPECT_TRUE(networks.main->unet->forward(latent(), picturePass(false)).equal(off));

  networks =
      loadInstantIr(config, recordedSource(config), corrections, {.plain = GetParam()}, {.mergedPreviewer = true});
  std::swap(networks.main, networks.previewer);
  const at::Tensor merged = networks.main->unet->forward(latent(), picturePass(false));
  expectRecord(merged, records["unet_ip_lora_out"]);
  EXPECT_LT((merged - beside).abs().max().item<double>(), 1e-4);
  EXPECT_GT((merged - off).abs().max().item<double>(), 1e-2);
}

TEST_P(InstantIrRecords, correctionOfAStridedConvolution) {
  const std::string path = "unet.down_blocks.1.downsamplers.0.conv";
  const LowRank correction = recordedCorrections(config).at(path);
  AdaptableConvolution conv(ConvolutionOptions{.in = 64, .out = 64, .stride = 2, .padding = 1});
  loadPlaced(*conv, recordedSource(config), {.plain = GetParam()}, path + ".");
  conv->adapt(correction);
  const at::Tensor x = recordedInput("convx", {1, 64, 8, 8});
  expectRecord(conv->forward(x, true), records["lora_conv_out"]);

  AdaptableConvolution whole(conv->options());
  loadPlaced(*whole, mergedSource(recordedSource(config), {{path, correction}}), {.plain = GetParam()}, path + ".");
  expectRecord(whole->forward(x, false), records["lora_conv_out"]);
}

/// One of the records' loops: five steps, guidance 7.
struct Loop {
  const char* record;
  SamplerSettings settings;
  bool merged;
};

SamplerSettings five() {
  return {.steps = 5};
}

std::vector<Loop> loops() {
  SamplerSettings unguided = five(), late = five(), creative = five(), adaptive = five();
  unguided.guidance = 1;
  late.previewStart = 0.4;
  creative.creativeStart = 0.6;
  adaptive.adaptive = Adaptive::Compat;
  std::vector<Loop> made;
  for (const bool merged : {true, false}) {
    made.push_back({"loop_default", five(), merged});
    made.push_back({"loop_cfg1", unguided, merged});
    made.push_back({"loop_preview_start_0.4", late, merged});
    made.push_back({"loop_creative_0.6", creative, merged});
    made.push_back({"loop_adares", adaptive, merged});
  }
  return made;
}

class InstantIrLoops : public testing::TestWithParam<Loop> {};
INSTANTIATE_TEST_SUITE_P(Records, InstantIrLoops, testing::ValuesIn(loops()), [](const auto& test) {
  std::string name = test.param.record + std::string(test.param.merged ? "_merged" : "_beside");
  std::ranges::replace(name, '.', '_');
  return name;
});

TEST_P(InstantIrLoops, everyStepIsThatOfTheReference) {
  constexpr double kTolerance = 1e-3;
  json records = instantIrRecords();
  if (records.empty()) GTEST_SKIP() << "no reference material: set HEIRLOOM_SHARED";
  const json& record = records[GetParam().record];
  const InstantIrConfig config = tinyInstantIr();
  InstantIrSampler sampler(loadInstantIr(config, recordedSource(config), recordedCorrections(config), {},
                                         {.mergedPreviewer = GetParam().merged}),
                           NoiseSchedule(), GetParam().settings);
  std::size_t previews = 0;
  RecordedNoise noise;
  SamplerEvents events;
  events.stepDone = [&](const StepReport& step) {
    SCOPED_TRACE("step " + std::to_string(step.index));
    const json& expected = record["steps"][static_cast<std::size_t>(step.index)];
    EXPECT_EQ(step.t, expected["t"].get<int>());
    expectRecord(step.state->sample, expected["latents"], kTolerance);
    EXPECT_NEAR(step.scales[0], expected["cond_scale"].back().get<double>(), kTolerance);
    const json& factor = expected["next_factor"][0];  // null: infinite
    if (factor.is_null())
      EXPECT_TRUE(std::isinf(step.factors[0]));
    else
      EXPECT_NEAR(step.factors[0] / factor.get<double>(), 1, 2 * kTolerance);
    if (!step.preview.defined()) return;
    ASSERT_LT(previews, record["previews"].size());
    const at::Tensor both = step.state->preview;
    expectRecord(both, record["previews"][previews++], kTolerance);
  };
  const at::Tensor found =
      sampler.run(recordedInput("lq_latent", {1, 4, 16, 16}), positiveGuide(), negativeGuide(), kSizes, noise, events);
  expectRecord(found, record["final"], kTolerance);
  EXPECT_EQ(previews, record["previews"].size());
  EXPECT_EQ(noise.draws(), 6);
}

}  // namespace
}  // namespace heirloom::tests
