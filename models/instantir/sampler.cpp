#include "models/instantir/sampler.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "models/common/error.h"
#include "models/common/noise_ahead.h"
#include "models/common/savings.h"
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

/// Pictures that go through the networks together, and what no step changes for them.
class InstantIrSampler::Part {
 public:
  /// `count` pictures from number `first` on, of which `latent` and the guides hold all.
  Part(InstantIrSampler& sampler, std::int64_t first, std::int64_t count, const at::Tensor& latent,
       const Guide& positive, const Guide& negative, const std::vector<int>& sizes, const std::vector<int>& times,
       const SamplerEvents& events)
      : networks_(sampler.networks_),
        settings_(sampler.settings_),
        first_(first),
        count_(count),
        guided_(settings_.guidance > 1),
        // A recording reads the photo's tokens where they were.
        passes_(saves(Saving::Picture) ? events.passes : nullptr),
        memory_(passes_ ? passes_->memoryOf(first) : own_) {
    const auto own = [&](const at::Tensor& all) { return all.narrow(0, first, count); };
    const auto halves = [&](const at::Tensor& no, const at::Tensor& yes) {
      return guided_ ? at::cat({own(no), own(yes)}) : own(yes);
    };
    degraded_ = halves(latent, latent);
    picture_ = halves(negative.picture, positive.picture);
    pass_.text = halves(negative.text, positive.text);
    pass_.watch = events.watch;
    pass_.memory = &memory_;
    const at::Tensor pooled = halves(negative.pooled, positive.pooled);
    const auto options = at::TensorOptions(latent.device()).dtype(at::kFloat);
    const at::Tensor rows = at::tensor(sizes, at::kInt).to(options).expand({pooled.size(0), -1});
    const at::Tensor steps = at::tensor(times, at::kInt).to(options);
    stepIndices_ = at::arange(steps.size(0), options.dtype(at::kLong));
    mainEmbeddings_ = networks_.main->unet->embeddings(steps, pooled, rows);
    if (networks_.aggregator) aggregatorEmbeddings_ = networks_.aggregator->embeddings(steps, pooled, rows);
    if (networks_.previewer) previewerEmbeddings_ = networks_.previewer->unet->embeddings(steps, pooled, rows);
  }

  /// Of both halves of all pictures those of this part.
  at::Tensor of(const at::Tensor& both) const {
    if (!guided_) return both.narrow(0, first_, count_);
    const std::int64_t all = both.size(0) / 2;
    return count_ == all ? both : at::cat({both.narrow(0, first_, count_), both.narrow(0, all + first_, count_)});
  }
  Residuals of(const Residuals& both) const {
    Residuals own{{}, of(both.middle)};
    for (const at::Tensor& skip : both.skips) own.skips.push_back(of(skip));
    return own;
  }
  at::Tensor predicted(int step, bool previewing, const at::Tensor& sample, const Residuals* residuals) {
    Pass pass = pass_;
    pass.step = step;
    pass.adapted = previewing && !networks_.previewer;
    pass.embeddings = previewing && networks_.previewer ? previewerEmbeddings_ : mainEmbeddings_;
    pass.image = imageTokens(previewing);
    UNet& unet = networkFor(previewing)->unet;
    if (!passes_) return unet->forward(sample, pass, residuals);
    Tensors inputs = {stepIndices_.narrow(0, step, 1), sample};
    if (residuals) {
      inputs.insert(inputs.end(), residuals->skips.begin(), residuals->skips.end());
      inputs.push_back(residuals->middle);
    }
    const auto call = [pass, unet](const Tensors& given) mutable -> Tensors {
      pass.stepIndex = given[0];
      if (given.size() == 2) return {unet->forward(given[1], pass)};
      const Residuals added{{given.begin() + 2, given.end() - 1}, given.back()};
      return {unet->forward(given[1], pass, &added)};
    };
    return passes_->graphs().call(number(previewing ? Network::Previewer : Network::Main), call, inputs).front();
  }
  Residuals compared(int step, const at::Tensor& preview) {
    Pass pass = pass_;
    pass.step = step;
    pass.embeddings = aggregatorEmbeddings_;
    Aggregator& aggregator = networks_.aggregator;
    if (!passes_) return aggregator->forward(degraded_, preview, pass);
    const auto call = [pass, aggregator](const Tensors& given) mutable {
      pass.stepIndex = given[0];
      Residuals made = aggregator->forward(given[1], given[2], pass);
      made.skips.push_back(made.middle);
      return made.skips;
    };
    Tensors made = passes_->graphs().call(number(Network::Aggregator), call,
                                          {stepIndices_.narrow(0, step, 1), degraded_, preview});
    const at::Tensor middle = made.back();
    made.pop_back();
    return {std::move(made), middle};
  }
  const at::Tensor& degraded() const { return degraded_; }
  /// Of scale zero, and computed all the same.
  bool comparesForNothing() const { return networks_.aggregator && !saves(Saving::Skipping); }
  /// Of values of all pictures those of this part, for each of its halves.
  std::vector<double> forHalves(const std::vector<double>& values) const {
    std::vector<double> own;
    for (int half = 0; half < (guided_ ? 2 : 1); ++half)
      own.insert(own.end(), values.begin() + first_, values.begin() + first_ + count_);
    return own;
  }

 private:
  enum class Network { Main, Previewer, Aggregator };
  /// Of a function among the graphs of all parts, each of which keeps its own memory.
  int number(Network network) const { return static_cast<int>(3 * first_) + static_cast<int>(network); }
  /// Tokens of the picture for the main or the preview pass.
  at::Tensor imageTokens(bool previewing) {
    at::Tensor& kept = previewing ? previewTokens_ : mainTokens_;
    if (!kept.defined() || !saves(Saving::Picture)) {
      PictureUNet& network = networkFor(previewing);
      const Visit visit(pass_, *network->image_proj);
      kept = network->image_proj->forward(picture_, previewing && !networks_.previewer);
    }
    return kept;
  }
  PictureUNet& networkFor(bool previewing) {
    return previewing && networks_.previewer ? networks_.previewer : networks_.main;
  }

  InstantIrNetworks& networks_;
  const SamplerSettings& settings_;
  std::int64_t first_, count_;
  bool guided_;
  RecordedPasses* passes_;
  RunMemory own_;
  RunMemory& memory_;
  at::Tensor stepIndices_;
  at::Tensor degraded_, picture_;
  Pass pass_;
  at::Tensor mainEmbeddings_, previewerEmbeddings_, aggregatorEmbeddings_;
  at::Tensor mainTokens_, previewTokens_;
};

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
      parts_.push_back(std::make_unique<Part>(sampler, first, std::min(most, pictures_ - first), latent_, positive,
                                              negative, sizes, stepper_->steps(), events));
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
  /// Both halves as the networks see them, or the positive one alone.
  at::Tensor halves(const at::Tensor& negative, const at::Tensor& positive) const {
    return guided_ ? at::cat({negative, positive}) : positive;
  }
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

  /// Both halves of all pictures from those of the parts.
  at::Tensor joined(const std::vector<at::Tensor>& parts) const {
    if (parts.size() == 1 || !guided_) return parts.size() == 1 ? parts.front() : at::cat(parts);
    std::vector<at::Tensor> negative, positive;
    for (const at::Tensor& part : parts) {
      const std::vector<at::Tensor> both = part.chunk(2);
      negative.push_back(both[0]);
      positive.push_back(both[1]);
    }
    negative.insert(negative.end(), positive.begin(), positive.end());
    return at::cat(negative);
  }

  Residuals joined(const std::vector<Residuals>& parts) const {
    const auto all = [&](const auto& tensorOf) {
      std::vector<at::Tensor> tensors;
      for (const Residuals& part : parts) tensors.push_back(tensorOf(part));
      return joined(tensors);
    };
    Residuals made{{}, all([](const Residuals& part) { return part.middle; })};
    for (std::size_t i = 0; i < parts.front().skips.size(); ++i)
      made.skips.push_back(all([i](const Residuals& part) { return part.skips[i]; }));
    return made;
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

  void step() {
    const int index = state_.next;
    const Gate& gate = gates_[static_cast<std::size_t>(index)];
    const std::vector<double> weights = scales(gate);
    const bool conditions = std::ranges::any_of(weights, [&](double weight) { return weight > settings_.threshold; });
    const bool compat = settings_.adaptive == Adaptive::Compat;
    const at::Tensor sample = halves(state_.sample, state_.sample);

    std::vector<at::Tensor> previews, outputs;
    std::vector<Residuals> added;
    for (const auto& each : parts_) {
      Part& part = *each;
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
    if (conditions) state_.preview = joined(previews);
    if (!added.empty()) state_.residuals = joined(added);

    const at::Tensor fresh = conditions && gate.previews ? state_.preview : at::Tensor();
    const at::Tensor output = guided_ ? withGuidance(joined(outputs), settings_) : joined(outputs);
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
  std::vector<std::unique_ptr<Part>> parts_;
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
