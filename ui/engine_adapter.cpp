#include "ui/engine_adapter.h"

#include "core/engine/held_network.h"
#include "core/engine/run.h"
#include "ui/platform/thread_priority.h"

namespace heirloom::ui {
namespace {

/// Collects the result in a raster that starts as a copy of the original, so that a viewer can show it from the
/// beginning.
class GrowingSink : public core::Sink {
 public:
  GrowingSink(const core::Raster& source, std::function<void(const GrowingPicture&)> began)
      : source_(source), began_(std::move(began)) {}

  void begin(const core::Layout& layout) override {
    core::Layout own = layout;
    own.type = core::resultType(source_.layout().type);
    raster_ = std::make_shared<core::Raster>(own);
    copySource();
    began_({raster_, writing_});
  }

  void write(const core::Box& box, std::span<const float> samples) override {
    const std::unique_lock lock(*writing_);
    core::fromFloat(samples, box, *raster_);
  }

  std::shared_ptr<const core::Raster> raster() const { return raster_; }

 private:
  void copySource() {
    const auto bands = static_cast<std::size_t>(source_.layout().bands());
    if (raster_->layout().bands() != source_.layout().bands()) return;
    std::vector<float> from(static_cast<std::size_t>(source_.width()) * bands);
    std::vector<float> to(static_cast<std::size_t>(raster_->width()) * bands);
    for (std::int64_t y = 0; y < raster_->height(); ++y) {
      const std::int64_t sourceY = y * source_.height() / raster_->height();
      core::toFloat(source_, {0, sourceY, source_.width(), 1}, from);
      for (std::int64_t x = 0; x < raster_->width(); ++x) {
        const auto sourceX = static_cast<std::size_t>(x * source_.width() / raster_->width());
        std::copy_n(from.data() + sourceX * bands, bands, to.data() + static_cast<std::size_t>(x) * bands);
      }
      core::fromFloat(to, {0, y, raster_->width(), 1}, *raster_);
    }
  }

  const core::Raster& source_;
  std::function<void(const GrowingPicture&)> began_;
  std::shared_ptr<core::Raster> raster_;
  std::shared_ptr<std::shared_mutex> writing_ = std::make_shared<std::shared_mutex>();
};

/// Forwards progress to the GUI thread, to whoever is still there.
class ProgressObserver : public core::RunObserver {
 public:
  ProgressObserver(QPointer<QObject> guard, EngineRun* run) : guard_(std::move(guard)), run_(run) {}

  void progress(const core::Progress& progress) override {
    RunProgress report{progress.stage,     progress.fraction, progress.elapsed,
                       progress.remaining, progress.device,   progress.weights};
    onGuiThread(guard_, [run = run_, report = std::move(report)] { Q_EMIT run->progressed(report); });
  }

 protected:
  QPointer<QObject> guard_;
  EngineRun* run_;  // used only where the guard found it alive
};

/// The same of a picture that grows.
class QueuedObserver : public ProgressObserver {
 public:
  QueuedObserver(QPointer<QObject> guard, EngineRun* run, GrowingSink& sink)
      : ProgressObserver(std::move(guard), run), sink_(sink) {}

  void tileWritten(const core::Box& box) override {
    onGuiThread(guard_, [run = run_, box] { Q_EMIT run->tileWritten(box); });
  }
  bool wantsPreviews() const override { return true; }
  void preview(const core::Preview& preview) override {
    sink_.write(preview.box, preview.samples);
    RunPreview shown{.step = preview.step,
                     .tile = preview.tile,
                     .tiles = preview.tiles,
                     .leading = preview.leading,
                     .box = preview.box,
                     .raster = nullptr,
                     .seconds = preview.took.count(),
                     .change = preview.change};
    reached_ = shown;
    shown.kept = preview.kept;
    if (preview.leading) {
      core::Layout layout = sink_.raster()->layout();
      layout.width = preview.box.width;
      layout.height = preview.box.height;
      auto raster = std::make_shared<core::Raster>(layout);
      core::fromFloat(preview.samples, {0, 0, layout.width, layout.height}, *raster);
      shown.raster = std::move(raster);
    }
    onGuiThread(guard_, [run = run_, shown = std::move(shown)] { Q_EMIT run->previewed(shown); });
  }

  const std::optional<RunPreview>& reached() const { return reached_; }

 private:
  GrowingSink& sink_;
  std::optional<RunPreview> reached_;
};

RunEnd endOf(core::Recipe recipe, core::Outcome outcome, std::shared_ptr<const core::Raster> raster,
             std::optional<RunPreview> reached) {
  RunEnd end;
  switch (outcome.status) {
    case core::Outcome::Status::Done:
      end.status = RunEnd::Status::Done;
      break;
    case core::Outcome::Status::Cancelled:
      end.status = RunEnd::Status::Cancelled;
      break;
    case core::Outcome::Status::Failed:
      end.status = RunEnd::Status::Failed;
      break;
  }
  end.error = std::move(outcome.error);
  end.warnings = std::move(outcome.warnings);
  if (end.status == RunEnd::Status::Done || reached) end.raster = std::move(raster);
  end.reached = std::move(reached);
  end.device = std::move(outcome.device);
  end.elapsed = outcome.elapsed;
  end.generative = outcome.generative;
  end.placements = std::move(outcome.placements);
  const auto assign = [](std::map<std::string, std::string>& settings, const std::map<std::string, std::string>& more) {
    for (const auto& [name, value] : more) settings.insert_or_assign(name, value);
  };
  // What was chosen for the last step is shown beside its settings; earlier ones keep it in the recipe.
  if (!outcome.chosen.empty() && outcome.chosen.size() == recipe.steps.size()) {
    end.chosen = std::move(outcome.chosen.back());
    assign(end.chosen, outcome.decided.back());
    outcome.chosen.pop_back();
    outcome.decided.pop_back();
  }
  for (std::size_t i = 0; i < outcome.decided.size(); ++i) assign(recipe.steps[i].settings, outcome.decided[i]);
  end.recipe = core::withChosen(std::move(recipe), outcome.chosen);
  return end;
}

}  // namespace

EngineRun::~EngineRun() {
  job_.stop();
}

void EngineRun::cancel() {
  if (cancelled_) return;
  cancelled_ = true;
  job_.stop();
  // A run that still waits for its turn is dropped by the queue without a word.
  if (!picture_.raster) {
    QMetaObject::invokeMethod(
        this,
        [this] {
          RunEnd end;
          end.status = RunEnd::Status::Cancelled;
          finish(end);
        },
        Qt::QueuedConnection);
  }
}

void EngineRun::finish(const RunEnd& end) {
  if (std::exchange(finished_, true)) return;
  Q_EMIT finished(end);
}

EngineAdapter::EngineAdapter(core::JobQueue& queue, std::shared_ptr<const core::ModelLibrary> library)
    : queue_(queue), library_(std::move(library)), held_(std::make_shared<core::HeldNetwork>()) {}

void EngineAdapter::letGo() {
  queue_.submit([held = held_](std::stop_token) { held->release(); });
}

void EngineAdapter::letGoUnless(const std::string& model) {
  queue_.submit([held = held_, model](std::stop_token) { held->releaseUnless(model); });
}

void EngineAdapter::letGoWhereShort() {
  queue_.submit([held = held_](std::stop_token) { held->releaseIfShort(); });
}

std::unique_ptr<EngineRun> EngineAdapter::start(RunRequest request) {
  std::unique_ptr<EngineRun> run(new EngineRun);
  run->recipe_ = request.recipe;
  auto work = [library = library_, held = held_, request = std::move(request), guard = QPointer<QObject>(run.get()),
               target = run.get()](std::stop_token stop) {
    lowerThreadPriority();
    held->prepare(*library, request.recipe);
    const auto runInto = [&](core::Sink& sink, core::RunObserver& observer) {
      core::RunOptions options;
      options.device = request.device;
      options.precision = request.precision;
      options.first = request.first;
      options.from = request.from;
      options.onlyPicture = request.onlyPicture;
      options.stop = stop;
      return core::run(*library, request.recipe, *request.photo, sink, observer, options);
    };
    RunEnd end;
    if (request.onlyPicture) {
      core::RasterSink sink(core::resultType(request.photo->raster->layout().type));
      ProgressObserver observer(guard, target);
      core::Outcome outcome = runInto(sink, observer);
      end = endOf(request.recipe, std::move(outcome), sink.raster(), {});
    } else {
      GrowingSink sink(*request.photo->raster, [&](const GrowingPicture& picture) {
        onGuiThread(guard, [target, picture] {
          if (target->finished_) return;
          target->picture_ = picture;
          Q_EMIT target->began();
        });
      });
      QueuedObserver observer(guard, target, sink);
      core::Outcome outcome = runInto(sink, observer);
      end = endOf(request.recipe, std::move(outcome), sink.raster(), observer.reached());
    }
    held->releaseIfShort();
    onGuiThread(guard, [target, end = std::move(end)] { target->finish(end); });
  };
  run->job_ = queue_.submit(std::move(work));
  return run;
}

}  // namespace heirloom::ui
