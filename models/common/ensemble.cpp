#include "models/common/ensemble.h"

#include <set>

#include "models/common/augmentation.h"
#include "models/common/decorated_restorer.h"
#include "models/common/degradation_settings.h"
#include "models/common/notes.h"
#include "models/common/pixel_alignment.h"
#include "models/common/whole_statistics.h"

namespace heirloom::models {
namespace {

constexpr const char* kEnsemble = "ensemble";

/// Maps the progress of one of the eight runs to all of them, and passes on once what each of them has to say.
class PartObserver : public Observer, public NoteTaker {
 public:
  explicit PartObserver(Observer& outer) : outer_(outer) {}
  void progress(const Message& stage, double fraction) override {
    outer_.progress(stage, (mode + fraction) / kAugmentations);
  }
  bool stopRequested() const override { return outer_.stopRequested(); }
  void note(const Message& message) override {
    if (told_.insert(message.id).second) tell(outer_, message);
  }

  int mode = 0;

 private:
  Observer& outer_;
  std::set<std::string> told_;
};

bool isKernel(const Parameter& parameter) {
  return std::holds_alternative<KernelInput>(parameter.range);
}

class EnsembleSession : public Session {
 public:
  EnsembleSession(const Restorer& inner, const Settings& settings, const Placement& placement, Observer& observer,
                  NoiseSource* noise)
      : observer_(observer), settings_(settings), session_(inner.start(settings, placement, observer_, noise)) {}

  at::Tensor restore(const at::Tensor& picture) override {
    const c10::InferenceMode inference;
    at::Tensor sum;
    for (int mode = 0; mode < kAugmentations; ++mode) {
      observer_.mode = mode;
      WholeStatistics::beginView(mode);
      turnKernels(mode);
      at::Tensor result = session_->restore(augmented(picture, mode).contiguous());
      result = augmented(result, inverseAugmentation(mode));
      sum = sum.defined() ? sum.add_(result) : result.clone(at::MemoryFormat::Contiguous);
    }
    return sum.div_(kAugmentations);
  }
  void change(const Settings& settings) override { settings_ = settings; }

 private:
  void turnKernels(int mode) {
    Settings turned = settings_;
    // A network that is told how much it enlarges deconvolves what was decimated, at the corner unless it aligns
    // centres, which stay centres in every turn; SRMD's pictures were shrunk about their middle.
    const bool ofCorners = settings_.has(kScale) && !alignsCentres(settings_);
    const int scale = ofCorners ? static_cast<int>(settings_.integer(kScale)) : 1;
    for (const Parameter& parameter : settings_.parameters()) {
      if (isKernel(parameter))
        turned.set(parameter.name, Settings::Value(turnedKernel(settings_.grid(parameter.name), mode, scale)));
    }
    session_->change(turned);
  }

  PartObserver observer_;
  Settings settings_;
  std::unique_ptr<Session> session_;
};

class EnsembleRestorer : public DecoratedRestorer {
 public:
  using DecoratedRestorer::DecoratedRestorer;

  std::unique_ptr<Session> start(const Settings& settings, Placement placement, Observer& observer,
                                 NoiseSource* noise) const override {
    const Settings own = innerSettings(settings);
    if (!settings.toggle(kEnsemble)) return inner().start(own, placement, observer, noise);
    return std::make_unique<EnsembleSession>(inner(), own, placement, observer, noise);
  }

 private:
  void adjust(Descriptor& described, const Settings& settings) const override {
    if (settings.toggle(kEnsemble)) described.flopPerPixel *= kAugmentations;
  }
};

}  // namespace

Descriptor withEnsemble(Descriptor descriptor) {
  descriptor.parameters.push_back(
      {kEnsemble, HEIRLOOM_TEXT("setting.ensemble", "Average of eight views"),
       HEIRLOOM_TEXT("setting.ensemble.help",
                     "Restores the photo in all eight flips and turns and averages the results: a little better, eight "
                     "times as slow"),
       "", Toggle{false}});
  return descriptor;
}

std::shared_ptr<const Restorer> withEnsemble(std::shared_ptr<const Restorer> restorer) {
  Descriptor descriptor = withEnsemble(restorer->descriptor());
  return std::make_shared<EnsembleRestorer>(std::move(restorer), std::move(descriptor));
}

}  // namespace heirloom::models
