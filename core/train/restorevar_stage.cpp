#include "core/train/restorevar_stage.h"

#include <algorithm>

#include "core/train/mixed_precision.h"
#include "models/common/padding.h"
#include "models/registry.h"
#include "models/restorevar/initial_weights.h"
#include "models/restorevar/reading.h"

namespace heirloom::core {
namespace {

bool beginsWithOneOf(std::string_view name, std::initializer_list<std::string_view> beginnings) {
  return std::ranges::any_of(beginnings, [&](std::string_view beginning) { return name.starts_with(beginning); });
}

/// As the reference: no vectors, no embeddings of scales and positions, no temperatures. Scalar gains do decay.
bool isDecayed(const std::string& name, const at::Tensor& value) {
  if (value.dim() == 1) return false;
  return std::ranges::none_of(std::initializer_list<std::string_view>{"scale_mul", "lvl_embed", "pos_embed"},
                              [&](std::string_view part) { return name.find(part) != name.npos; });
}

std::int64_t squaresAlong(std::int64_t length, std::int64_t side) {
  return (length + side - 1) / side;
}

/// The squares of side `side` that pictures are cut into, row by row, the last ones filled up by repeating the edge.
at::Tensor squaresOf(const at::Tensor& pictures, std::int64_t side) {
  const at::Tensor whole = models::padToMultiple(pictures, side, models::Padding::Replicate);
  const std::int64_t n = whole.size(0), c = whole.size(1), rows = whole.size(2) / side, columns = whole.size(3) / side;
  return whole.reshape({n, c, rows, side, columns, side})
      .permute({0, 2, 4, 1, 3, 5})
      .reshape({n * rows * columns, c, side, side});
}

/// `network` of the squares of `pictures`, so many `together`, put together again.
template <typename Network>
at::Tensor squareBySquare(const at::Tensor& pictures, std::int64_t side, std::int64_t together, Network network) {
  const std::int64_t n = pictures.size(0), c = pictures.size(1);
  const std::int64_t rows = squaresAlong(pictures.size(2), side), columns = squaresAlong(pictures.size(3), side);
  std::vector<at::Tensor> results;
  for (const at::Tensor& some : squaresOf(pictures, side).split(together)) results.push_back(network(some));
  const at::Tensor made = at::cat(results)
                              .view({n, rows, columns, c, side, side})
                              .permute({0, 3, 1, 4, 2, 5})
                              .reshape({n, c, rows * side, columns * side});
  return models::cropTo(made, pictures.size(2), pictures.size(3));
}

}  // namespace

RestoreVarStage::RestoreVarStage(const TrainConfig& config, std::initializer_list<std::string_view> trained,
                                 std::initializer_list<std::string_view> frozen)
    : network_(config.network.restorevar),
      config_(config),
      device_(config.device),
      degradation_(config.degradation.kinds) {
  const TrainConfig::Network& given = config.network;
  models::initialise(*network_, /*pretrained=*/!given.transformerWeights.empty(), given.initial);
  if (!given.weights.empty()) fill(given.weights);
  if (!given.transformerWeights.empty()) fillTransformer(given.transformerWeights);
  network_->to(device_);
  network_->var->place({device_, at::kFloat, /*plain=*/true});  // its tables alone
  for (auto& item : network_->named_parameters()) {
    item.value().set_requires_grad(beginsWithOneOf(item.key(), trained) && !beginsWithOneOf(item.key(), frozen));
  }
}

void RestoreVarStage::fill(const std::filesystem::path& file) {
  const torch::NoGradGuard noGrad;
  models::StateDict state = models::withoutTrainer(models::inspect(file).tensors);
  // An autoencoder's own file.
  if (state.contains("quantize.embedding.weight"))
    state = state.renamed([](const std::string& name) { return "vae." + name; });
  const bool takesTransformer = config_.network.transformerWeights.empty() && state.contains("var.head.weight");
  if (config_.stage == "refiner" && !takesTransformer) {
    throw Error(HEIRLOOM_TEXT("train.transformer", "it holds no tensor of the transformer"),
                HEIRLOOM_TEXT("train.transformer.stage", "give the weights of stage var"), file);
  }
  for (auto& item : network_->named_parameters()) {
    if (!takesTransformer && item.key().starts_with("var.")) continue;
    fillParameter(item.value(), item.key(), state, file);
  }
}

void RestoreVarStage::fillTransformer(const std::filesystem::path& file) {
  const torch::NoGradGuard noGrad;
  const models::StateDict state = models::withoutTrainer(models::inspect(file).tensors);
  const std::string prefix = state.contains("var.head.weight") ? "var." : "";  // of RestoreVAR's checkpoints
  std::size_t filled = 0;
  for (auto& item : network_->var->named_parameters()) {
    const std::string name = prefix + item.key();
    if (!state.contains(name) || state.shape(name) != item.value().sizes().vec()) continue;
    item.value().copy_(models::readTensor(state, name));
    ++filled;
  }
  if (filled == 0) {
    throw Error(HEIRLOOM_TEXT("train.transformer", "it holds no tensor of the transformer"),
                HEIRLOOM_TEXT("train.transformer.remedy", "give a checkpoint of VAR of the same width"), file);
  }
}

std::vector<Objective::Parameter> RestoreVarStage::parameters() const {
  std::vector<Parameter> parameters;
  for (const auto& item : network_->named_parameters()) {
    if (item.value().requires_grad())
      parameters.push_back({item.key(), item.value(), isDecayed(item.key(), item.value())});
  }
  return parameters;
}

at::Tensor RestoreVarStage::loss(const Patches::Batch& batch, Random& random) {
  const MixedPrecision precision(device_, config_.precision == "bfloat16");
  const std::int64_t together = batch.together > 0 ? batch.together : batch.count();
  return squaresLoss({batch.clean.to(device_), batch.degraded.to(device_), batch.first, together}, random);
}

at::Tensor RestoreVarStage::latentOf(const at::Tensor& pictures) {
  models::VqVae& vae = network_->vae;
  return vae->quant_conv->forward(vae->encode(pictures * 2 - 1)).to(at::kFloat);
}

models::QuantiserImpl::Encoding RestoreVarStage::quantised(const at::Tensor& latent) {
  const MixedPrecision full(device_, false);
  return network_->vae->quantize->encode(latent, sides());
}

at::Tensor RestoreVarStage::degraded(const at::Tensor& clean, Random& random) const {
  return degradation_(clean, random);
}

at::Tensor RestoreVarStage::restored(const at::Tensor& degraded) {
  return squareBySquare(degraded.to(device_), config_.network.restorevar.side(), config_.dataset.batch,
                        [this](const at::Tensor& squares) { return restoredSquares(squares).clamp(0, 1); });
}

std::vector<RestoreVarStage::Squares> RestoreVarStage::cut(const at::Tensor& clean, const at::Tensor& degraded) const {
  const std::int64_t side = config_.network.restorevar.side();
  const at::Tensor allClean = squaresOf(clean.to(device_), side), allDegraded = squaresOf(degraded.to(device_), side);
  const std::int64_t all = allClean.size(0);
  std::vector<Squares> parts;
  for (std::int64_t first = 0; first < all; first += config_.dataset.batch) {
    const std::int64_t count = std::min<std::int64_t>(config_.dataset.batch, all - first);
    parts.push_back({allClean.narrow(0, first, count), allDegraded.narrow(0, first, count), first, all});
  }
  return parts;
}

models::NamedTensors RestoreVarStage::result() const {
  models::NamedTensors state = models::stateOf(*network_);
  // Which scale each token belongs to: how a reader knows the scales.
  std::vector<at::Tensor> levels;
  for (std::size_t scale = 0; scale < sides().size(); ++scale) {
    levels.push_back(
        at::full({1, std::int64_t{sides()[scale]} * sides()[scale]}, static_cast<std::int64_t>(scale), at::kLong));
  }
  state.emplace_back("var.lvl_1L", at::cat(levels, 1));
  return state;
}

}  // namespace heirloom::core
