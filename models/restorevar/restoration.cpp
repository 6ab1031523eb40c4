#include "models/restorevar/restoration.h"

#include <torch/types.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "models/common/padding.h"
#include "models/common/resampling.h"
#include "models/placement.h"

namespace heirloom::models {
namespace {

constexpr const char* kSize = "size";
constexpr const char* kOverlap = "overlap";
constexpr const char* kDetail = "detail";
constexpr const char* kWhole = "whole";
constexpr const char* kPreviews = "previews";
constexpr const char* kRefine = "refine";
constexpr const char* kTokens = "tokens";
constexpr const char* kTopK = "top_k";
constexpr const char* kTopP = "top_p";
constexpr const char* kTemperature = "temperature";
constexpr const char* kSeed = "seed";

constexpr std::int64_t kTilesTogether = 8;  // on a GPU; scales of a few tokens cost it nothing more
constexpr std::int64_t kHighestSeed = 2147483647;

}  // namespace

std::vector<Parameter> restoreVarParameters(const RestoreVarConfig& config) {
  const std::string side = std::to_string(config.side());
  return {
      {kSize, HEIRLOOM_TEXT("setting.restorevar.size", "Photos larger than the network"),
       HEIRLOOM_TEXT("setting.restorevar.size.help",
                     "The network sees squares of %1 pixels. square: the whole photo squashed into one and back, fast, "
                     "fine detail is lost; tiles: overlapping squares, slow; auto: tiles on a GPU, one square on the "
                     "processor; published: one square, and the result stays so")
           .with(side),
       "", Choice{{"published", "auto", "square", "tiles"}, "published"}, "auto"},
      {kOverlap, HEIRLOOM_TEXT("setting.overlap", "Overlap of tiles"),
       HEIRLOOM_TEXT("setting.overlap.help", "More hides seams better and takes longer"), "px",
       IntegerRange{.minimum = config.side() / 16, .maximum = config.side() / 2, .byDefault = config.side() / 4}},
      {kWhole, HEIRLOOM_TEXT("setting.restorevar.whole", "Follow the whole photo"),
       HEIRLOOM_TEXT("setting.restorevar.whole.help",
                     "Tiles change haze, light and colour as in the photo made small, so that they agree. Off for what "
                     "a small photo does not show, rain and snow"),
       "", Toggle{true}},
      {kDetail, HEIRLOOM_TEXT("setting.detail", "Detail from the photo"),
       HEIRLOOM_TEXT(
           "setting.detail.help",
           "Brings back fine structure of the photo that the network's code cannot hold, and its fine faults"),
       "", RealRange{.minimum = 0, .maximum = 1, .byDefault = 0, .step = 0.05}},
      {kPreviews, HEIRLOOM_TEXT("setting.previews", "Preview every so many scales"),
       HEIRLOOM_TEXT("setting.previews.help", "0: none. Each takes about a third of the time of a run"), "",
       IntegerRange{.minimum = 0, .maximum = config.var.scales(), .byDefault = 1}, "3"},
      {kRefine, HEIRLOOM_TEXT("setting.refine", "Refine the latent"),
       HEIRLOOM_TEXT("setting.refine.help", "A second network corrects what the codes could not say"), "",
       Toggle{true}},
      {kTokens, HEIRLOOM_TEXT("setting.tokens", "Choice of codes"),
       HEIRLOOM_TEXT("setting.tokens.help", "best: the most probable, the published way; drawn: at random"), "",
       Choice{{"best", "drawn"}, "best"}},
      {kTopK, HEIRLOOM_TEXT("setting.top_k", "Draw among the most probable"),
       HEIRLOOM_TEXT("setting.top_k.help", "So many codes; 0: among all"), "",
       IntegerRange{.minimum = 0, .maximum = config.vae.vocabulary, .byDefault = 0}},
      {kTopP, HEIRLOOM_TEXT("setting.top_p", "Draw within a probability"),
       HEIRLOOM_TEXT("setting.top_p.help", "Among the most probable codes that have it together; 1: among all"), "",
       RealRange{.minimum = 0, .maximum = 1, .byDefault = 1, .step = 0.01}},
      {kTemperature, HEIRLOOM_TEXT("setting.temperature", "Temperature"),
       HEIRLOOM_TEXT("setting.temperature.help", "Of what is drawn: below 1 more cautious, above 1 bolder"), "",
       RealRange{.minimum = 0.05, .maximum = 2, .byDefault = 1, .step = 0.05}},
      {kSeed, HEIRLOOM_TEXT("setting.seed", "Seed"),
       HEIRLOOM_TEXT("setting.seed.help", "The same seed draws the same codes"), "",
       IntegerRange{.minimum = 0, .maximum = kHighestSeed, .byDefault = 0}},
  };
}

RestoreVarOptions restoreVarOptions(const RestoreVarConfig& config, const Settings& settings) {
  return {.size = settings.choice(kSize),
          .cut = {.side = config.side(),
                  .overlap = settings.integer(kOverlap),
                  .detail = settings.real(kDetail),
                  .whole = settings.toggle(kWhole)},
          .previews = settings.integer(kPreviews),
          .refine = settings.toggle(kRefine),
          .samples = settings.choice(kTokens) == "drawn",
          .sampling = {.topK = settings.integer(kTopK),
                       .topP = settings.real(kTopP),
                       .temperature = settings.real(kTemperature),
                       .seed = static_cast<std::uint64_t>(settings.integer(kSeed))}};
}

Settings withMode(Settings settings, SquareMode mode) {
  settings.set(kSize, mode == SquareMode::Published ? "published" : mode == SquareMode::Square ? "square" : "tiles");
  return settings;
}

SquareMode RestoreVarOptions::modeOf(std::int64_t height, std::int64_t width, bool onCpu) const {
  if (size == "published") return SquareMode::Published;
  if (size == "square") return SquareMode::Square;
  // A small photo takes one square either way.
  if (size == "tiles" || !onCpu || fitsOneSquare(height, width, cut)) return SquareMode::Tiles;
  return SquareMode::Square;
}

bool RestoreVarOptions::showsWhole(std::int64_t height, std::int64_t width, bool onCpu) const {
  return cut.whole || modeOf(height, width, onCpu) != SquareMode::Tiles || fitsOneSquare(height, width, cut);
}

double photoCost(const RestoreVarConfig& config, const RestoreVarOptions& options, std::int64_t height,
                 std::int64_t width, bool onCpu) {
  const RestoreVarCost cost = costOf(config);
  const double each = cost.total() - (options.refine ? 0 : cost.refiner);
  const bool tiles = options.modeOf(height, width, onCpu) == SquareMode::Tiles;
  const auto squares = static_cast<double>(tiles ? squaresOf(height, width, options.cut) : 1);
  const bool shows = options.previews > 0 && options.showsWhole(height, width, onCpu);
  const auto shown = static_cast<double>(shows ? config.var.scales() / options.previews : 0);
  return squares * each + shown * cost.decoder;
}

Restoration::Restoration(RestoreVarNetwork network, const RestoreVarConfig& config, const Settings& settings,
                         const Placement& placement, Observer& observer, std::shared_ptr<Graphs> graphs)
    : network_(std::move(network)),
      graphs_(std::move(graphs)),
      config_(config),
      cost_(costOf(config)),
      options_(restoreVarOptions(config, settings)),
      observer_(observer),
      keeper_(dynamic_cast<StepKeeper*>(&observer)),
      onCpu_(placement.device.is_cpu()) {
  options_.cut.batch = onCpu_ ? 1 : kTilesTogether;
  // Who keeps no steps looks at none.
  if (keeper_ && !keeper_->keepsSteps()) options_.previews = 0;
}

at::Tensor Restoration::operator()(const at::Tensor& pictures) {
  const std::int64_t height = pictures.size(2), width = pictures.size(3);
  const PhotoCut& cut = options_.cut;
  const SquareMode mode = options_.modeOf(height, width, onCpu_);
  showsFirst_ = options_.showsWhole(height, width, onCpu_);
  RestoreVarOptions silent = options_;
  silent.previews = 0;
  const double each = photoCost(config_, silent, height, width, onCpu_);
  const double previews = photoCost(config_, options_, height, width, onCpu_) - each;
  const auto count = static_cast<double>(pictures.size(0));
  whole_ = count * each + (mode == SquareMode::Tiles ? 1 : count) * previews;  // of tiles the first picture's alone
  done_ = 0;
  told_ = 0;
  const SquareNetwork network = [this](const at::Tensor& x, std::int64_t first) {
    const double before = done_;
    try {
      return squares(x, first);
    } catch (...) {
      done_ = before;  // fewer of them may be tried again
      throw;
    }
  };
  switch (mode) {
    case SquareMode::Published:
      shown_ = [](const at::Tensor& square) { return square; };
      return network(resizedIn8Bits(pictures, cut.side, cut.side), 0);
    case SquareMode::Square:
      shown_ = [height, width](const at::Tensor& square) { return unsquashed(square, height, width).clamp_(0, 1); };
      return restoredAsSquare(pictures, cut, network);
    case SquareMode::Tiles:
      if (fitsOneSquare(height, width, cut)) {
        shown_ = [height, width](const at::Tensor& square) { return square.narrow(2, 0, height).narrow(3, 0, width); };
      } else {
        // Of a photo that was mirrored outwards along its shorter side the square holds more than the photo.
        shown_ = [height, width, side = cut.side](const at::Tensor& square) {
          return cropTo(unsquashed(square, std::max(height, side), std::max(width, side)).clamp_(0, 1), height, width);
        };
      }
      return restoredAsTiles(pictures, cut, network);
  }
  return {};
}

void Restoration::advance(const Message& stage, double cost) {
  done_ += cost;
  told_ = std::max(told_, done_);  // what is computed again was told before
  observer_.progress(stage, told_ / whole_);
}

void Restoration::requireGoing() const {
  if (observer_.stopRequested()) throw Stopped{};
}

void Restoration::encoded(std::int64_t batch) {
  advance(HEIRLOOM_TEXT("restorevar.encoding", "encoding"),
          (cost_.encoder + cost_.condition) * static_cast<double>(batch));
}

void Restoration::scaleDone(int scale, std::int64_t batch) {
  advance(HEIRLOOM_TEXT("restorevar.scale", "scale %1 of %2")
              .with(std::to_string(scale + 1), std::to_string(config_.var.scales())),
          cost_.scales[static_cast<std::size_t>(scale)] * static_cast<double>(batch));
}

void Restoration::refined(std::int64_t batch) {
  if (options_.refine)
    advance(HEIRLOOM_TEXT("restorevar.refining", "refining"), cost_.refiner * static_cast<double>(batch));
}

void Restoration::decoded(std::int64_t batch) {
  advance(HEIRLOOM_TEXT("restorevar.decoding", "decoding"), cost_.decoder * static_cast<double>(batch));
}

void Restoration::tellScale(int scale, const at::Tensor& tokens, const at::Tensor& latent) {
  observer_.value("tokens." + std::to_string(scale), tokens);
  observer_.value("latent." + std::to_string(scale), latent);
}

at::Tensor Restoration::recordedSquares(const at::Tensor& squares, std::int64_t first) {
  requireGoing();
  // Of all settings it follows the refiner's alone. It may be called when this is gone.
  const auto whole = [network = network_, refine = options_.refine](const Tensors& inputs) mutable {
    Tensors made;  // tokens and latent of every scale, then the picture
    VarRun run;
    run.refine = refine;
    run.scaleDone = [&made](int, const at::Tensor& tokens, const at::Tensor& latent) {
      made.insert(made.end(), {tokens, latent});
    };
    made.push_back(network->forward(inputs.front(), run));
    return made;
  };
  const Tensors made = graphs_->call(options_.refine ? 1 : 0, whole, {squares});
  const std::int64_t batch = squares.size(0);
  encoded(batch);
  for (int scale = 0; scale < config_.var.scales(); ++scale) {
    const auto at = static_cast<std::size_t>(2 * scale);
    scaleDone(scale, batch);
    if (first == 0 && showsFirst_) tellScale(scale, made[at], made[at + 1]);
  }
  refined(batch);
  decoded(batch);
  requireGoing();
  return made.back();
}

at::Tensor Restoration::squares(const at::Tensor& squares, std::int64_t first) {
  // Of tiles only the first call, the whole of the first photo, is worth looking at.
  const bool shows = options_.previews > 0 && first == 0 && showsFirst_;
  if (graphs_ && !shows && !options_.samples) return recordedSquares(squares, first);
  const std::int64_t batch = squares.size(0);
  VarRun run;
  run.refine = options_.refine;
  if (options_.samples) run.choose = sampler(options_.sampling, first);
  run.checkpoint = [this] { requireGoing(); };
  // How long each scale takes is for people who see it: others wait for no device between the scales.
  const bool timed = keeper_ && shows;
  const auto now = [&] {
    if (!onCpu_) at::zeros({1}, squares.options()).cpu();  // behind all that was asked of the device
    return std::chrono::steady_clock::now();
  };
  std::chrono::steady_clock::time_point began;  // the scale at work
  run.encoded = [&] {
    // What held the encoder's wide pictures is of no use to the caches, which lie elsewhere.
    if (onCpu_) releaseFreedMemory(at::kCPU);
    encoded(batch);
    if (timed) began = now();
  };
  run.scaleDone = [&](int scale, const at::Tensor& tokens, const at::Tensor& latent) {
    scaleDone(scale, batch);
    if (first == 0 && showsFirst_) tellScale(scale, tokens, latent);
    if (shows && (scale + 1) % options_.previews == 0) {
      if (timed) keeper_->took(now() - began);
      observer_.preview(scale, shown_(network_->decoded(latent, run.checkpoint)));
      done_ += cost_.decoder * static_cast<double>(batch);
    }
    if (timed) began = now();
    run.checkpoint();
  };
  const at::Tensor latent = network_->latent(squares, run);
  refined(batch);
  run.checkpoint();
  decoded(0);  // it begins
  const at::Tensor restored = network_->decoded(latent, run.checkpoint);
  decoded(batch);
  return restored;
}

}  // namespace heirloom::models
