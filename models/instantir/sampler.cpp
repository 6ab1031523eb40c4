#include "models/instantir/sampler.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "models/common/error.h"

namespace heirloom::models {
namespace {

/// N values, one a picture, to N 1 1 1.
at::Tensor perPicture(const std::vector<double>& values, const at::Tensor& like) {
  return at::tensor(values, at::kDouble).to(like.device(), like.scalar_type()).view({-1, 1, 1, 1});
}

Residuals scaled(const Residuals& residuals, const std::vector<double>& scales) {
  if (std::ranges::all_of(scales, [](double scale) { return scale == 1; })) return residuals;
  Residuals made;
  for (const at::Tensor& skip : residuals.skips) made.skips.push_back(skip * perPicture(scales, skip));
  made.middle = residuals.middle * perPicture(scales, residuals.middle);
  return made;
}

/// Sum of squared differences, a picture.
std::vector<double> squaredDistances(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor sums = (a - b).square().flatten(1).sum(1).to(at::kCPU, at::kDouble).contiguous();
  return {sums.data_ptr<double>(), sums.data_ptr<double>() + sums.numel()};
}

}  // namespace

/// What one run knows.
class InstantIrSampler::Run {
 public:
  Run(InstantIrSampler& sampler, const at::Tensor& latent, const Guide& positive, const Guide& negative,
      const std::vector<int>& sizes, NoiseSource& noise, const SamplerEvents& events)
      : networks_(sampler.networks_),
        schedule_(sampler.schedule_),
        settings_(sampler.settings_),
        events_(events),
        noise_(noise),
        gates_(gatesOf(settings_)),
        stepper_(makeStepper(StepperKind::Ddpm, schedule_, settings_.steps)),
        guided_(settings_.guidance > 1),
        pictures_(latent.size(0)),
        latent_(latent.to(at::kFloat)),
        degraded_(halves(latent_, latent_)),
        picture_(halves(negative.picture, positive.picture)) {
    pass_.text = halves(negative.text, positive.text);
    pass_.watch = events.watch;
    pass_.memory = settings_.keepsMemory ? &memory_ : nullptr;
    const at::Tensor pooled = halves(negative.pooled, positive.pooled);
    const auto options = at::TensorOptions(latent.device()).dtype(at::kFloat);
    const at::Tensor rows = at::tensor(sizes, at::kInt).to(options).expand({pooled.size(0), -1});
    const at::Tensor steps = at::tensor(stepper_->steps(), at::kInt).to(options);
    mainEmbeddings_ = networks_.main->unet->embeddings(steps, pooled, rows);
    aggregatorEmbeddings_ = networks_.aggregator->embeddings(steps, pooled, rows);
    if (networks_.previewer) previewerEmbeddings_ = networks_.previewer->unet->embeddings(steps, pooled, rows);
  }

  at::Tensor operator()(const SamplerState* from) {
    if (from)
      goOn(*from);
    else
      begin();
    while (state_.next < settings_.steps) step();
    return state_.sample;
  }

 private:
  /// Both halves as the networks see them, or the positive one alone.
  at::Tensor halves(const at::Tensor& negative, const at::Tensor& positive) const {
    return guided_ ? at::cat({negative, positive}) : positive;
  }
  at::Tensor positiveOf(const at::Tensor& both) const { return both.slice(0, both.size(0) - pictures_); }

  at::Tensor draw() {
    ++state_.draws;
    return noise_.normal(latent_.sizes()).to(latent_.device(), at::kFloat);
  }

  void begin() {
    state_.next = firstStep(settings_);
    state_.factors.assign(static_cast<std::size_t>(pictures_), 1.0);
    const at::Tensor noise = draw();
    if (state_.next == settings_.steps)
      state_.sample = latent_;
    else
      state_.sample = settings_.fromPhoto ? schedule_.noised(latent_, noise, timeOf(state_.next)) : noise;
  }

  void goOn(const SamplerState& from) {
    TORCH_CHECK(from.sample.sizes() == latent_.sizes() && from.next <= settings_.steps,
                "InstantIrSampler: the kept step belongs to another run");
    while (state_.draws < from.draws) draw();
    state_ = from;
  }

  int timeOf(int index) const { return stepper_->steps()[static_cast<std::size_t>(index)]; }

  /// Tokens of the picture for the main or the preview pass.
  at::Tensor imageTokens(bool previewing) {
    at::Tensor& kept = previewing ? previewTokens_ : mainTokens_;
    if (!kept.defined() || !settings_.keepsMemory) {
      PictureUNet& network = networkFor(previewing);
      kept = network->image_proj->forward(picture_, previewing && !networks_.previewer);
    }
    return kept;
  }

  PictureUNet& networkFor(bool previewing) {
    return previewing && networks_.previewer ? networks_.previewer : networks_.main;
  }

  at::Tensor predicted(bool previewing, const at::Tensor& sample, const Residuals* residuals) {
    Pass pass = pass_;
    pass.adapted = previewing && !networks_.previewer;
    pass.embeddings = previewing && networks_.previewer ? previewerEmbeddings_ : mainEmbeddings_;
    pass.image = imageTokens(previewing);
    return networkFor(previewing)->unet->forward(sample, pass, residuals);
  }

  at::Tensor guidedOutput(const at::Tensor& output) const {
    if (!guided_) return output;
    const std::vector<at::Tensor> parts = output.chunk(2);
    const at::Tensor mixed = parts[0] + settings_.guidance * (parts[1] - parts[0]);
    if (settings_.guidanceRescale <= 0) return mixed;
    const auto spread = [](const at::Tensor& x) { return x.flatten(1).std(1).view({-1, 1, 1, 1}); };
    const at::Tensor rescaled = mixed * (spread(parts[1]) / spread(mixed));
    return settings_.guidanceRescale * rescaled + (1 - settings_.guidanceRescale) * mixed;
  }

  /// With `Adaptive::Stable` a picture is on its own: below the threshold nothing is added to it, whoever runs beside
  /// it.
  std::vector<double> scales(const Gate& gate) const {
    std::vector<double> values;
    for (const double factor : state_.factors) {
      const double scale = gate.conditions ? std::clamp(factor, 0.0, settings_.condition) : 0;
      values.push_back(settings_.adaptive == Adaptive::Stable && scale <= settings_.threshold ? 0 : scale);
    }
    return values;
  }

  /// The same for both halves.
  std::vector<double> forHalves(std::vector<double> values) const {
    if (!guided_) return values;
    const std::vector<double> once = values;
    values.insert(values.end(), once.begin(), once.end());
    return values;
  }

  void step() {
    const int index = state_.next;
    const Gate& gate = gates_[static_cast<std::size_t>(index)];
    const std::vector<double> weights = scales(gate), both = forHalves(weights);
    pass_.step = index;
    const at::Tensor sample = halves(state_.sample, state_.sample);

    at::Tensor fresh;  // preview of this step
    std::optional<Residuals> residuals;
    if (std::ranges::any_of(weights, [&](double weight) { return weight > settings_.threshold; })) {
      if (gate.previews) {
        fresh = consistent(schedule_, predicted(/*previewing=*/true, sample, nullptr), sample, timeOf(index));
        state_.preview = fresh;
      } else {
        state_.preview = degraded_;
      }
      Pass pass = pass_;
      pass.embeddings = aggregatorEmbeddings_;
      residuals = scaled(networks_.aggregator->forward(degraded_, state_.preview, pass), both);
    } else if (settings_.adaptive == Adaptive::Compat && state_.residuals && gate.conditions) {
      residuals = scaled(*state_.residuals, both);
    }
    if (settings_.adaptive == Adaptive::Compat && residuals) state_.residuals = residuals;

    const at::Tensor output = guidedOutput(predicted(/*previewing=*/false, sample, residuals ? &*residuals : nullptr));
    const Stepped stepped = stepper_->step(index, output, state_.sample, [&] { return draw(); });
    expectNumbers(stepped.previous, index);
    state_.sample = events_.together ? events_.together(stepped.previous) : stepped.previous;
    ++state_.next;
    report(index, fresh, stepped.clean, weights);
  }

  void expectNumbers(const at::Tensor& sample, int index) const {
    if (sample.isfinite().all().item<bool>()) return;
    throw Error(HEIRLOOM_TEXT("instantir.notFinite", "step %1 of %2 gave values that are no numbers")
                    .with(std::to_string(index + 1), std::to_string(settings_.steps)),
                HEIRLOOM_TEXT("instantir.notFinite.remedy", "run in a wider precision, or take an earlier step"));
  }

  /// AdaRes (instantir.md 3): how far the guided prediction is from the preview, relative to how far the preview moved.
  void adapt(bool refreshed, const at::Tensor& preview, const at::Tensor& clean, const std::vector<double>& weights) {
    const bool compat = settings_.adaptive == Adaptive::Compat;
    if (settings_.adaptive == Adaptive::Off || !preview.defined() || !(compat || refreshed)) return;
    const at::Tensor before = state_.earlierPreview.defined() ? state_.earlierPreview : at::zeros_like(preview);
    const std::vector<double> apart = squaredDistances(preview, clean), moved = squaredDistances(preview, before);
    for (std::size_t i = 0; i < apart.size(); ++i) {
      const double factor = apart[i] / moved[i];
      const bool usable = compat ? !std::isnan(factor) : std::isfinite(factor) && weights[i] > 0;
      if (usable) state_.factors[i] = factor;
    }
  }

  void report(int index, const at::Tensor& fresh, const at::Tensor& clean, const std::vector<double>& weights) {
    StepReport done{.index = index, .steps = settings_.steps, .t = timeOf(index), .clean = clean, .scales = weights};
    const at::Tensor preview = state_.preview.defined() ? positiveOf(state_.preview) : at::Tensor();
    adapt(fresh.defined(), preview, clean, weights);
    if (fresh.defined()) {
      done.preview = positiveOf(fresh);
      if (state_.earlierPreview.defined())
        done.change = (done.preview - state_.earlierPreview).square().flatten(1).mean(1);
    }
    // The reference compares with whatever stood in for a preview, ours with previews alone.
    if (fresh.defined() || settings_.adaptive == Adaptive::Compat) state_.earlierPreview = preview;
    if (!events_.stepDone) return;
    done.factors = state_.factors;
    done.state = std::make_shared<const SamplerState>(state_);
    events_.stepDone(done);
  }

  InstantIrNetworks& networks_;
  const NoiseSchedule& schedule_;
  const SamplerSettings& settings_;
  const SamplerEvents& events_;
  NoiseSource& noise_;
  std::vector<Gate> gates_;
  std::unique_ptr<Stepper> stepper_;
  bool guided_;
  std::int64_t pictures_;
  at::Tensor latent_, degraded_, picture_;
  Pass pass_;
  RunMemory memory_;
  at::Tensor mainEmbeddings_, previewerEmbeddings_, aggregatorEmbeddings_;
  at::Tensor mainTokens_, previewTokens_;
  SamplerState state_;
};

InstantIrSampler::InstantIrSampler(InstantIrNetworks networks, const NoiseSchedule& schedule,
                                   const SamplerSettings& settings)
    : networks_(std::move(networks)), schedule_(schedule), settings_(settings) {
  check(settings);
}

at::Tensor InstantIrSampler::run(const at::Tensor& latent, const Guide& positive, const Guide& negative,
                                 const std::vector<int>& sizes, NoiseSource& noise, const SamplerEvents& events,
                                 const SamplerState* from) {
  TORCH_CHECK(latent.dim() == 4 && positive.text.size(0) == latent.size(0) && sizes.size() == 6,
              "InstantIrSampler: expected B 4 h w, as many texts and six sizes, found ", latent.sizes(), ", ",
              positive.text.sizes(), " and ", sizes.size());
  const c10::InferenceMode inference;
  return Run(*this, latent, positive, negative, sizes, noise, events)(from);
}

}  // namespace heirloom::models
