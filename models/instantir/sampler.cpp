#include "models/instantir/sampler.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "models/common/error.h"
#include "models/common/noise_ahead.h"
#include "models/instantir/sampler_part.h"
#include "models/instantir/step_numbers.h"

namespace heirloom::models {
namespace {

// One preview may happen to lie where the one before it did.
constexpr int kResting = 2;

/// N values, one a picture, to N 1 1 1.
at::Tensor perPicture(const std::vector<double>& values, const at::Tensor& like) {
  const at::Tensor made = at::tensor(values, at::kDouble).to(like.scalar_type());
  return made.to(like.device(), /*non_blocking=*/true).view({-1, 1, 1, 1});
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

at::Tensor withGuidance(const at::Tensor& both, const SamplerSettings& settings) {
  const std::vector<at::Tensor> halves = both.chunk(2);
  const at::Tensor mixed = halves[0] + settings.guidance * (halves[1] - halves[0]);
  if (settings.guidanceRescale <= 0) return mixed;
  const auto spread = [](const at::Tensor& x) { return x.flatten(1).std(1).view({-1, 1, 1, 1}); };
  const at::Tensor rescaled = mixed * (spread(halves[1]) / spread(mixed));
  return settings.guidanceRescale * rescaled + (1 - settings.guidanceRescale) * mixed;
}

SamplerState movedTo(const SamplerState& state, const SamplerSettings& settings, const at::Device& device) {
  SamplerState moved = state;
  const auto move = [&](at::Tensor& tensor) {
    if (tensor.defined()) tensor = tensor.to(device);
  };
  // The earlier preview is a part of this one, which only the reference's way looks at again.
  if (settings.adaptive != Adaptive::Compat) {
    moved.preview = at::Tensor();
    moved.residuals.reset();
    if (moved.earlierPreview.defined()) moved.earlierPreview = moved.earlierPreview.clone();
  }
  for (at::Tensor* tensor : {&moved.sample, &moved.preview, &moved.earlierPreview, &moved.clean}) move(*tensor);
  if (!moved.residuals) return moved;
  for (at::Tensor& skip : moved.residuals->skips) move(skip);
  move(moved.residuals->middle);
  return moved;
}

Error stepOfAnotherRun() {
  return Error(
      HEIRLOOM_TEXT("instantir.keptStep", "the step to go on from belongs to another run"),
      HEIRLOOM_TEXT("instantir.keptStep.remedy",
                    "take the photo, model, device, seed, sizes and number of steps of that run, or start anew"));
}

/// What one run knows.
class InstantIrSampler::Run {
 public:
  Run(InstantIrSampler& sampler, const at::Tensor& latent, const Guide& positive, const Guide& negative,
      const std::vector<int>& sizes, NoiseSource& noise, const SamplerEvents& events)
      : schedule_(sampler.schedule_),
        settings_(sampler.settings_),
        events_(events),
        gates_(gatesOf(settings_)),
        stepper_(makeStepper(StepperKind::Ddpm, schedule_, settings_.steps)),
        noise_(noise, latent.sizes().vec(), latent.device(), 1 + stepper_->drawsFrom(firstStep(settings_))),
        numbers_(settings_.steps, firstStep(settings_)),
        guided_(settings_.guidance > 1),
        pictures_(latent.size(0)),
        latent_(latent.to(at::kFloat)) {
    const std::int64_t most = settings_.atOnce > 0 ? settings_.atOnce : pictures_;
    if (events.passes) {
      events.passes->begin(
          {pictures_, most, guided_ ? 2 : 1, settings_.steps, positive.text.size(1), positive.picture.size(1)});
    }
    for (std::int64_t first = 0; first < pictures_; first += most)
      parts_.push_back(std::make_unique<SamplerPart>(sampler.networks_, settings_, first,
                                                     std::min(most, pictures_ - first), latent_, positive, negative,
                                                     sizes, stepper_->steps(), events));
  }

  at::Tensor operator()(const SamplerState* from) {
    if (from)
      goOn(*from);
    else
      begin();
    bool early = false;
    while (!early && state_.next < settings_.steps) {
      step();
      // The last step has more to give than its preview.
      early = state_.resting >= kResting && state_.next < settings_.steps;
    }
    numbers_.require();
    return early ? state_.earlierPreview : state_.sample;
  }

 private:
  at::Tensor positiveOf(const at::Tensor& both) const { return both.slice(0, both.size(0) - pictures_); }

  at::Tensor draw() {
    ++state_.draws;
    return noise_.next();
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
    const bool ours = from.factors.size() == static_cast<std::size_t>(pictures_);
    if (!ours || from.sample.sizes() != latent_.sizes() || from.next > settings_.steps) throw stepOfAnotherRun();
    for (int i = 0; i < from.draws; ++i) noise_.skip();
    state_ = movedTo(from, settings_, latent_.device());
    // What another way of the run left behind.
    if (settings_.adaptive == Adaptive::Off) state_.factors.assign(static_cast<std::size_t>(pictures_), 1.0);
    if (state_.residuals && state_.residuals->middle.size(0) != pictures_ * (guided_ ? 2 : 1)) state_.residuals.reset();
  }

  int timeOf(int index) const { return stepper_->steps()[static_cast<std::size_t>(index)]; }

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

  void step() {
    const int index = state_.next;
    const Gate& gate = gates_[static_cast<std::size_t>(index)];
    const std::vector<double> weights = scales(gate);
    const bool conditions = std::ranges::any_of(weights, [&](double weight) { return weight > settings_.threshold; });
    const bool compat = settings_.adaptive == Adaptive::Compat;
    const at::Tensor sample = guided_ ? at::cat({state_.sample, state_.sample}) : state_.sample;

    std::vector<at::Tensor> previews, outputs;
    std::vector<Residuals> added;
    for (const auto& each : parts_) {
      SamplerPart& part = *each;
      const at::Tensor own = part.of(sample);
      const auto preview = [&] {
        if (!gate.previews) return part.degraded();
        return consistent(schedule_, part.predicted(index, /*previewing=*/true, own, nullptr), own, timeOf(index));
      };
      std::optional<Residuals> residuals;
      if (conditions) {
        previews.push_back(preview());
        residuals = scaled(part.compared(index, previews.back()), part.forHalves(weights));
      } else if (compat && state_.residuals && gate.conditions) {
        residuals = scaled(part.of(*state_.residuals), part.forHalves(weights));
      }
      if (!conditions && part.comparesForNothing()) part.compared(index, preview());
      outputs.push_back(part.predicted(index, /*previewing=*/false, own, residuals ? &*residuals : nullptr));
      if (compat && residuals) added.push_back(*std::move(residuals));
    }
    if (conditions) state_.preview = joinedParts(previews, guided_);
    if (!added.empty()) state_.residuals = joinedParts(added, guided_);

    const at::Tensor fresh = conditions && gate.previews ? state_.preview : at::Tensor();
    const at::Tensor both = joinedParts(outputs, guided_);
    const at::Tensor output = guided_ ? withGuidance(both, settings_) : both;
    const Stepped stepped = stepper_->step(index, output, state_.sample, [&] { return draw(); });
    numbers_.add(stepped.previous, index);
    state_.sample = events_.together ? events_.together(stepped.previous) : stepped.previous;
    ++state_.next;
    report(index, fresh, stepped.clean, weights);
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
    const bool rests = settings_.earlyStop > 0 && done.change.defined() &&
                       done.change.max().item<double>() < settings_.earlyStop;  // of every picture
    state_.resting = rests ? state_.resting + 1 : 0;
    // The reference compares with whatever stood in for a preview, ours with previews alone.
    if (fresh.defined() || settings_.adaptive == Adaptive::Compat) state_.earlierPreview = preview;
    if (!events_.stepDone) return;
    done.factors = state_.factors;
    done.state = std::make_shared<const SamplerState>(state_);
    done.requireNumbers = [this] { numbers_.require(); };
    events_.stepDone(done);
  }

  const NoiseSchedule& schedule_;
  const SamplerSettings& settings_;
  const SamplerEvents& events_;
  std::vector<Gate> gates_;
  std::unique_ptr<Stepper> stepper_;
  NoiseAhead noise_;
  StepNumbers numbers_;
  bool guided_;
  std::int64_t pictures_;
  at::Tensor latent_;
  std::vector<std::unique_ptr<SamplerPart>> parts_;
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
