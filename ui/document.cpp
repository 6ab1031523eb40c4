#include "ui/document.h"

#include <QColorSpace>
#include <algorithm>
#include <cstring>

#include "core/recipe/without_folders.h"
#include "models/common/kept_step.h"
#include "ui/text.h"

namespace heirloom::ui {
namespace {

/// The step of a row that something can be made of: it belongs to the result, and nothing runs. Null: there is none.
const RunStep* freeStep(const Document& document, int row) {
  const auto& steps = document.steps().all();
  if (document.run() || !document.showsSteps() || row < 0 || row >= std::ssize(steps)) return nullptr;
  return &steps[static_cast<std::size_t>(row)];
}

/// The recipe in the photo's metadata, where it holds words of a person.
std::optional<core::Recipe> wordsOf(const core::Photo& photo) {
  const std::string yaml = core::embeddedRecipe(photo.metadata);
  if (yaml.empty()) return std::nullopt;
  try {
    core::Recipe recipe = core::parseRecipe(yaml, photo.file);
    for (const core::Step& step : recipe.steps) {
      if (std::ranges::any_of(step.settings, [](const auto& setting) { return core::holdsWords(setting.first); }))
        return recipe;
    }
  } catch (const Error&) {
    // Of a later version, or of another program: nobody asked for it.
  }
  return std::nullopt;
}

/// What reading a photo gives.
struct Opened {
  std::shared_ptr<const core::Photo> photo;
  std::optional<core::Recipe> words;
};

}  // namespace

/// A run: from one result to the next.
class ResultCommand : public QUndoCommand {
 public:
  /// `refines`: the same result as the one before, in full.
  ResultCommand(Document& document, RestoredResult result, bool refines = false)
      : QUndoCommand(Document::tr("Restore with %1").arg(result.modelTitle)),
        document_(document),
        before_(document.result()),
        after_(std::move(result)),
        refines_(refines) {}
  void undo() override { document_.replaceResult(before_); }
  void redo() override { document_.replaceResult(after_); }
  int id() const override { return 2; }
  bool mergeWith(const QUndoCommand* other) override {
    const auto* next = static_cast<const ResultCommand*>(other);
    if (!next->refines_) return false;
    after_ = next->after_;
    return true;
  }

 private:
  Document& document_;
  std::optional<RestoredResult> before_;
  std::optional<RestoredResult> after_;
  bool refines_;
};

/// A move of the strength slider.
class StrengthCommand : public QUndoCommand {
 public:
  StrengthCommand(Document& document, double strength, int gesture)
      : QUndoCommand(Document::tr("Change Strength")),
        document_(document),
        before_(document.strength()),
        after_(strength),
        gesture_(gesture) {}
  void undo() override { document_.replaceStrength(before_); }
  void redo() override { document_.replaceStrength(after_); }
  int id() const override { return 1; }
  bool mergeWith(const QUndoCommand* other) override {
    const auto* next = static_cast<const StrengthCommand*>(other);
    if (next->gesture_ != gesture_) return false;
    after_ = next->after_;
    return true;
  }

 private:
  Document& document_;
  double before_;
  double after_;
  int gesture_;
};

Document::Document(Workers& workers, std::filesystem::path file, QObject* parent)
    : QObject(parent), workers_(workers), file_(std::move(file)), name_(fromPath(file_.filename())), steps_(workers) {
  connect(&undo_, &QUndoStack::cleanChanged, this, &Document::unsavedChanged);
}

Document::Document(Workers& workers, QString name, std::shared_ptr<const core::Photo> photo, QObject* parent)
    : Document(workers, photo->file, parent) {
  name_ = std::move(name);
  photo_ = std::move(photo);
  remember(wordsOf(*photo_));
  state_ = State::Ready;
}

void Document::load() {
  if (state_ == State::Loading || state_ == State::Ready) return;
  state_ = State::Loading;
  Q_EMIT stateChanged();
  inBackground(
      workers_.files, this,
      [file = file_](std::stop_token) {
        const auto photo = std::make_shared<const core::Photo>(core::readPhoto(file));
        return Opened{photo, wordsOf(*photo)};
      },
      [this](Result<Opened> read) {
        if (const auto* error = std::get_if<Error>(&read)) {
          state_ = State::Failed;
          Q_EMIT stateChanged();
          Q_EMIT loadFailed(error->in(file_));
        } else {
          auto [photo, words] = std::get<Opened>(std::move(read));
          photo_ = std::move(photo);
          remember(words);
          state_ = State::Ready;
          Q_EMIT stateChanged();
        }
      },
      core::JobQueue::Lane::Fast);
}

void Document::unload() {
  if (state_ != State::Ready || file_.empty() || result_ || run_ || undo_.count() > 0) return;
  photo_.reset();
  state_ = State::Unloaded;
  Q_EMIT stateChanged();
}

void Document::remember(const std::optional<core::Recipe>& recipe) {
  // A photo that was given up and read again says the same.
  if (recipe && std::ranges::find(usedRecipes_, *recipe) == usedRecipes_.end()) usedRecipes_.push_back(*recipe);
}

void Document::addResult(RestoredResult result) {
  usedRecipes_.insert(usedRecipes_.begin(), result.recipe);
  undo_.push(new ResultCommand(*this, std::move(result)));
}

void Document::setStrength(double strength, int gesture) {
  if (strength == strength_) return;
  // Without a result there is nothing to blend and nothing to undo.
  if (result_)
    undo_.push(new StrengthCommand(*this, strength, gesture));
  else
    replaceStrength(strength);
}

void Document::replaceResult(std::optional<RestoredResult> result) {
  result_ = std::move(result);
  Q_EMIT resultChanged();
  Q_EMIT unsavedChanged();
}

void Document::replaceStrength(double strength) {
  strength_ = strength;
  Q_EMIT strengthChanged(strength);
  Q_EMIT unsavedChanged();
}

void Document::markSaved(const SaveTarget& target) {
  savedTo_ = target;
  undo_.setClean();
  Q_EMIT unsavedChanged();
}

core::Recipe Document::recipe() const {
  if (!result_) return {};
  core::Recipe recipe = result_->recipe;
  if (recipe.steps.empty()) return recipe;
  recipe.steps.back().strength = strength_;
  // What the run chose itself belongs into the recipe, or it could not be repeated: on another device "auto" may be
  // another way.
  for (const auto& [name, value] : result_->chosen) recipe.steps.back().settings.insert_or_assign(name, value);
  return recipe;
}

void Document::follow(std::unique_ptr<EngineRun> run, const QString& modelTitle, std::optional<int> from) {
  watch(std::move(run));
  if (from)
    steps_.goOn(*from, run_->recipe());
  else
    steps_.begin(*photo_, run_->recipe());
  connect(run_.get(), &EngineRun::previewed, &steps_, &RunSteps::add);
  connect(run_.get(), &EngineRun::began, this, &Document::runChanged);
  connect(run_.get(), &EngineRun::finished, this, [this, modelTitle](const RunEnd& end) { ended(end, modelTitle); });
  Q_EMIT runChanged();
}

void Document::watch(std::unique_ptr<EngineRun> run) {
  run_ = std::move(run);
  progress_.reset();
  connect(run_.get(), &EngineRun::progressed, this, [this](const RunProgress& progress) {
    progress_ = progress;
    Q_EMIT runProgressed(progress);
  });
}

void Document::ended(const RunEnd& end, const QString& modelTitle) {
  // Not deleted here: this is its signal.
  run_.release()->deleteLater();
  progress_.reset();
  const bool whole = end.status == RunEnd::Status::Done;
  steps_.end(end.raster, whole, end.elapsed.count());
  if (end.raster) {
    RestoredResult result{end.raster, end.recipe,       modelTitle,     end.chosen,
                          {},         steps_.earlier(), end.generative, end.placements};
    if (!whole && end.reached) result.step = end.reached->step + 1;
    addResult(std::move(result));
  }
  Q_EMIT runChanged();
  Q_EMIT runEnded(end);
}

bool Document::showsSteps() const {
  return !steps_.all().empty() && (run_ || (result_ && steps_.made(result_->raster.get())));
}

bool Document::canTakeStep(int row) const {
  const RunStep* step = freeStep(*this, row);
  if (!step) return false;
  const std::shared_ptr<const core::Raster> picture = step->picture();
  if (!picture) return step->kept != nullptr;
  return picture != result_->raster && picture->layout() == result_->raster->layout();
}

bool Document::mustMakeStep(int row) const {
  return canTakeStep(row) && !steps_.all()[static_cast<std::size_t>(row)].picture();
}

void Document::takeStep(int row) {
  if (!canTakeStep(row) || mustMakeStep(row)) return;
  const RunStep& step = steps_.all()[static_cast<std::size_t>(row)];
  addResult(resultOf(step, step.picture()));
}

void Document::make(std::unique_ptr<EngineRun> run, int row) {
  watch(std::move(run));
  connect(run_.get(), &EngineRun::finished, this, [this, row](const RunEnd& end) { made(end, row); });
  Q_EMIT runChanged();
}

void Document::made(RunEnd end, int row) {
  run_.release()->deleteLater();
  progress_.reset();
  const RunStep& step = steps_.all()[static_cast<std::size_t>(row)];
  const bool refines = result_ && !step.picture() && step.raster == result_->raster;
  end.only = StepPicture{step.number, refines};
  if (end.raster && result_) {
    RestoredResult result = resultOf(step, end.raster);
    steps_.setPicture(row, end.raster);
    if (refines)
      undo_.push(new ResultCommand(*this, std::move(result), true));
    else
      addResult(std::move(result));
  }
  Q_EMIT runChanged();
  Q_EMIT runEnded(end);
}

RestoredResult Document::resultOf(const RunStep& step, std::shared_ptr<const core::Raster> picture) const {
  RestoredResult result = *result_;
  result.raster = std::move(picture);
  // The steps before the one that a run went on from are of an earlier run.
  result.recipe = *step.recipe;
  result.earlier = step.earlier;
  result.step = step.number == RunStep::kEnd ? std::nullopt : std::optional(step.number);
  return result;
}

bool Document::canGoOn(int row) const {
  const RunStep* step = freeStep(*this, row);
  return step && step->kept && step->kept->left() > 0;
}

std::shared_ptr<const core::Photo> photoOf(const QImage& image) {
  const bool deep = image.depth() > 32 || image.format() == QImage::Format_Grayscale16;
  const bool alpha = image.hasAlphaChannel();
  const QImage source = deep    ? image.convertToFormat(QImage::Format_RGBA64)
                        : alpha ? image.convertToFormat(QImage::Format_RGBA8888)
                                : image.convertToFormat(QImage::Format_RGB888);
  core::Layout layout{source.width(), source.height(), core::ColourModel::Rgb, alpha,
                      deep ? core::SampleType::UInt16 : core::SampleType::UInt8};
  auto raster = std::make_shared<core::Raster>(layout);
  for (int y = 0; y < source.height(); ++y) {
    const uchar* in = source.constScanLine(y);
    if (deep && !alpha) {
      const auto* samples = reinterpret_cast<const std::uint16_t*>(in);
      auto out = raster->samples<std::uint16_t>(y);
      for (std::size_t x = 0; x < static_cast<std::size_t>(source.width()); ++x) {
        std::copy_n(samples + 4 * x, 3, out.data() + 3 * x);
      }
    } else {
      std::memcpy(raster->row(y).data(), in, layout.rowBytes());
    }
  }
  auto photo = std::make_shared<core::Photo>();
  photo->raster = std::move(raster);
  photo->format = core::FileFormat::Png;
  photo->lossless = true;
  const QByteArray profile = image.colorSpace().isValid() ? image.colorSpace().iccProfile() : QByteArray();
  const auto* bytes = reinterpret_cast<const std::byte*>(profile.constData());
  photo->iccProfile.assign(bytes, bytes + profile.size());
  return photo;
}

}  // namespace heirloom::ui
