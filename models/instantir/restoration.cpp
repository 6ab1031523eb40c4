#include "models/instantir/restoration.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <string_view>

#include "models/common/drawn_noise.h"
#include "models/common/notes.h"
#include "models/common/padding.h"
#include "models/common/resampling.h"
#include "models/common/savings.h"
#include "models/instantir/diffusion.h"
#include "models/sdxl/latent_preview.h"

namespace heirloom::models {
namespace {

constexpr VaeTiles kTinyTiles{96, 32};  // latents, overlapping by more than the small decoder looks far
constexpr double kTextShare = 0.02;     // of a run's time
constexpr double kDecodingShare = 0.06;
constexpr std::int64_t kStrip = 512;  // rows of a photo at a time

at::Tensor on(const at::Tensor& matrix, const at::Tensor& picture) {
  return matrix.to(picture.options());
}

at::Tensor resizedTo(const at::Tensor& picture, const PixelSize& size, Filter filter) {
  return resampled(picture, on(resamplingMatrix(picture.size(2), size.height, filter), picture),
                   on(resamplingMatrix(picture.size(3), size.width, filter), picture));
}

PixelSize sizeOf(const at::Tensor& picture) {
  return {picture.size(2), picture.size(3)};
}

/// `result` of the working size at the photo's, with `detail` of what the working size could not hold of the photo. In
/// strips, because a photo may be large.
at::Tensor atSizeOf(const at::Tensor& photo, const at::Tensor& seen, const at::Tensor& result, double detail) {
  const at::Tensor rows = on(resamplingMatrix(result.size(2), photo.size(2), Filter::Bicubic), photo);
  const at::Tensor columns = on(resamplingMatrix(result.size(3), photo.size(3), Filter::Bicubic), photo).t();
  const at::Tensor wide = at::matmul(result, columns);
  const at::Tensor wideSeen = detail > 0 ? at::matmul(seen, columns) : at::Tensor();
  at::Tensor whole = at::empty_like(photo);
  for (std::int64_t top = 0; top < photo.size(2); top += kStrip) {
    const std::int64_t count = std::min(kStrip, photo.size(2) - top);
    const at::Tensor stretch = rows.narrow(0, top, count);
    at::Tensor strip = at::matmul(stretch, wide);
    if (detail > 0) strip = strip + detail * (photo.narrow(2, top, count) - at::matmul(stretch, wideSeen));
    whole.narrow(2, top, count).copy_(strip);
  }
  return whole;
}

/// Says which pixels these are, within this process.
std::size_t fingerprintOf(const at::Tensor& pictures) {
  const at::Tensor values = pictures.to(at::kCPU, at::kFloat).contiguous();
  const std::string_view bytes(static_cast<const char*>(values.data_ptr()), values.nbytes());
  return std::hash<std::string_view>{}(bytes);
}

}  // namespace

std::uint64_t InstantIrStep::bytes() const {
  std::uint64_t sum = 0;
  const auto add = [&sum](const at::Tensor& tensor) { sum += tensor.defined() ? tensor.nbytes() : 0; };
  add(picture_);
  if (!state_) return sum;
  for (const at::Tensor* tensor : {&state_->sample, &state_->preview, &state_->earlierPreview, &state_->clean})
    add(*tensor);
  if (state_->residuals) {
    for (const at::Tensor& skip : state_->residuals->skips) add(skip);
    add(state_->residuals->middle);
  }
  return sum;
}

InstantIrRestoration::InstantIrRestoration(std::shared_ptr<SessionNetworks> networks, const Settings& settings,
                                           Observer& observer, NoiseSource* noise)
    : networks_(std::move(networks)),
      options_(optionsOf(settings)),
      observer_(observer),
      vae_(*networks_, observer),
      injected_(noise) {}

void InstantIrRestoration::requireGoing() const {
  if (observer_.stopRequested()) throw Stopped{};
}

void InstantIrRestoration::progress(const Message& stage, double share) {
  observer_.progress(stage, (picture_ + share) / pictures_);
}

void InstantIrRestoration::beginKeeping(const at::Tensor& pictures) {
  keeper_ = dynamic_cast<StepKeeper*>(&observer_);
  from_.reset();
  onlyPicture_ = false;
  const std::shared_ptr<const KeptStep> from = keeper_ ? keeper_->from() : nullptr;
  const bool alone = pictures.size(0) == 1;
  if (keeper_ && (!alone || !(from || keeper_->keepsSteps()))) keeper_ = nullptr;
  if (keeper_) photo_ = fingerprintOf(pictures);
  if (!from) return;
  from_ = std::dynamic_pointer_cast<const InstantIrStep>(from);
  onlyPicture_ = keeper_ && keeper_->onlyPicture();
  if (!alone || !from_ || !from_->fits(options_, photo_)) throw stepOfAnotherRun();
  if (!onlyPicture_ && !from_->leadsOn()) throw stepOfAnotherRun();
}

at::Tensor InstantIrRestoration::operator()(const at::Tensor& pictures) {
  beginKeeping(pictures);
  const PhotoPlan plan = planOf(sizeOf(pictures), options_, networks_->placement().device.is_cpu());
  networks_->hold(options_.weights, plan.atOnce(), observer_);
  vae_.begin(plan.atOnce());
  std::vector<at::Tensor> results;
  pictures_ = static_cast<double>(pictures.size(0));
  for (std::int64_t i = 0; i < pictures.size(0); ++i) {
    picture_ = static_cast<double>(i);
    drawn_ = std::make_unique<DrawnNoise>(options_.seed);
    noise_ = injected_ ? injected_ : drawn_.get();
    results.push_back(restored(pictures.narrow(0, i, 1), plan));
  }
  return results.size() == 1 ? results.front() : at::cat(results);
}

at::Tensor InstantIrRestoration::restored(const at::Tensor& picture, const PhotoPlan& plan) {
  const PixelSize& size = plan.seen;
  if (plan.mode == PhotoMode::Tiles) {
    const at::Tensor extended = mirroredTo(picture, size.height, size.width, Mirror::WithoutEdge);
    const at::Tensor result = diffused(extended, plan.tileSide);
    return result.narrow(2, 0, picture.size(2)).narrow(3, 0, picture.size(3)).contiguous();
  }
  if (plan.mode == PhotoMode::Published) {
    return diffused(resizedIn8Bits(picture, size.height, size.width, Filter::Bilinear), 0).clamp_(0, 1);
  }
  const at::Tensor seen = resizedTo(picture.clamp(0, 1), size, Filter::Bilinear);
  return atSizeOf(picture, seen, diffused(seen, 0), options_.detail);
}

const HeardPrompts& InstantIrRestoration::heard() {
  std::optional<HeardPrompts>& last = networks_->heard();
  if (last && last->prompt == options_.prompt && last->negative == options_.negativePrompt &&
      last->rules == options_.prompts && saves(Saving::Constants))
    return *last;
  progress(HEIRLOOM_TEXT("instantir.text", "reading the prompt"), 0);
  std::vector<TextConditioning> texts = networks_->withRoom([&] {
    return conditioned(networks_->textEncoders(), {options_.prompt, options_.negativePrompt}, options_.prompts,
                       [this] { requireGoing(); });
  });
  networks_->offload();
  last.emplace(HeardPrompts{options_.prompt, options_.negativePrompt, options_.prompts, std::move(texts[0]),
                            std::move(texts[1])});
  return *last;
}

at::Tensor InstantIrRestoration::diffused(const at::Tensor& picture, std::int64_t tileSide) {
  if (onlyPicture_) {
    // On another device "auto" may be another way through the networks.
    const at::Tensor& kept = from_->picture();
    const std::int64_t factor = networks_->config().vae.factor();
    if (kept.size(2) * factor != picture.size(2) || kept.size(3) * factor != picture.size(3)) throw stepOfAnotherRun();
    progress(HEIRLOOM_TEXT("instantir.decoding", "decoding"), 0);
    return networks_->withRoom([&] { return vae_.decoded(kept.to(picture.device())); });
  }
  const HeardPrompts& text = heard();
  requireGoing();
  const auto going = [this] { requireGoing(); };
  const double scaling = networks_->config().vae.scaling;
  progress(HEIRLOOM_TEXT("instantir.encoding", "encoding the photo"), kTextShare);
  const LatentDistribution latents = networks_->withRoom([&] { return vae_.encoded(picture); });
  at::Tensor latent = latents.mean;
  if (options_.samplesPosterior)
    latent = latent + latents.deviation * noise_->normal(latent.sizes()).to(latent.device());
  latent = latent * scaling;

  // By the published protocol only the previewer's own pictures count; a person sees something of every step.
  const bool published = options_.photo == "published" && networks_->config().restoring;
  const bool tiny = options_.previews == PreviewKind::Tiny && networks_->config().tiny;
  std::optional<LatentPreview> fast;
  if (options_.previews == PreviewKind::Fast || (options_.previews == PreviewKind::Tiny && !tiny))
    fast.emplace(latent, picture);
  const auto pictureOf = [&](const at::Tensor& z) {
    if (fast) return fast->picture(z);
    return (tiny ? decodeInTiles(*networks_->tinyDecoder(), z, kTinyTiles, going) : vae_.decodedBesideLoop(z))
        .clamp_(0, 1);
  };

  DiffusionRun run;
  run.picture = picture;
  run.latent = latent;
  run.prompt = text.promptText;
  run.negative = text.negativeText;
  run.tileSide = tileSide;
  run.noise = noise_;
  if (from_) run.from = std::shared_ptr<const SamplerState>(from_, &from_->state());
  int done = 0, planned = 0;
  // Of the steps, those that this call runs.
  const int before = from_ ? from_->state().next - firstStep(options_.sampler) : 0;
  const auto* keeper = dynamic_cast<const StepKeeper*>(&observer_);
  const bool watched = !keeper || keeper->keepsSteps();  // who keeps no steps looks at none
  run.stopRequested = [this] { return observer_.stopRequested(); };
  // No share of the work is done in between, but time goes: whoever measures it begins anew.
  run.reads = [this] { progress(HEIRLOOM_TEXT("instantir.reading", "reading the networks"), kTextShare); };
  run.begins = [this] { progress(HEIRLOOM_TEXT("instantir.begins", "beginning with the steps"), kTextShare); };
  run.stepDone = [&](const DiffusionStep& step) {
    done = step.index + 1, planned = step.count;
    // First, because a step whose picture finds no room is run again.
    const at::Tensor latentOfPicture = step.preview.defined() ? step.preview : published ? at::Tensor() : step.clean;
    at::Tensor shown;
    if (latentOfPicture.defined() && options_.previews != PreviewKind::Off) shown = pictureOf(latentOfPicture);
    // Whoever sees it waits for it all the same.
    if (shown.defined() && watched) step.requireNumbers();

    progress(
        HEIRLOOM_TEXT("instantir.step", "step %1 of %2")
            .with(std::to_string(step.index + 1), std::to_string(step.count)),
        kTextShare + (1 - kTextShare - kDecodingShare) * (step.index + 1 - before) / std::max(1, step.count - before));
    observer_.value("latent." + std::to_string(step.index), step.sample);
    // For the plot beside the previews: told before the one that it belongs to.
    if (step.change.defined()) observer_.value("change." + std::to_string(step.index), step.change);
    // Whoever keeps a step keeps it with its picture; that of the last one is the run's.
    if (shown.defined() && keeper_ && keeper_->keepsSteps() && step.state) {
      const at::Tensor& kept = step.index + 1 == step.count ? step.sample : latentOfPicture;
      keeper_->keep(std::make_shared<const InstantIrStep>(*step.state, kept, options_, photo_));
    }
    if (shown.defined()) observer_.preview(step.index, shown);
    requireGoing();
  };
  const at::Tensor result = diffuse(*networks_, options_, run);
  if (done < planned) {
    tell(observer_,
         HEIRLOOM_TEXT("instantir.rested",
                       "the previews hardly changed any more: the run ended after step %1 of %2 with its picture")
             .with(std::to_string(done), std::to_string(planned)));
  }
  networks_->offloadLoop();
  progress(HEIRLOOM_TEXT("instantir.decoding", "decoding"), 1 - kDecodingShare);
  return networks_->withRoom([&] { return vae_.decoded(result); });
}

}  // namespace heirloom::models
