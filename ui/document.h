#pragma once

#include <QImage>
#include <QObject>
#include <QUndoStack>
#include <memory>
#include <optional>
#include <vector>

#include "ui/engine_adapter.h"
#include "ui/run_steps.h"

namespace heirloom::ui {

/// A finished run: what it made and how.
struct RestoredResult {
  std::shared_ptr<const core::Raster> raster;  // full strength
  core::Recipe recipe;
  QString modelTitle;
  std::map<std::string, std::string> chosen;
  std::optional<int> step;                   // from 1: not the run's end, but what it had after this step
  std::vector<core::EarlierPart> earlier;    // what the run had before it went on with the recipe
  bool generative = false;                   // a network invented parts of it: its file says so
  std::vector<std::string> placements = {};  // as core::Outcome has it
};

/// Where and how a result was saved.
struct SaveTarget {
  std::filesystem::path file;
  core::WriteOptions options;
};

/// One open photo: its pixels, its results with an undo stack, its run. Lives on the GUI thread; reading happens on a
/// worker.
class Document : public QObject {
  Q_OBJECT
 public:
  enum class State { Unloaded, Loading, Ready, Failed };

  /// A photo on disk; nothing is read before `load`.
  Document(Workers& workers, std::filesystem::path file, QObject* parent = nullptr);
  /// A photo that is no file: pasted, or of a recovered session. Ready at once.
  Document(Workers& workers, QString name, std::shared_ptr<const core::Photo> photo, QObject* parent = nullptr);

  const std::filesystem::path& file() const { return file_; }  // empty: pasted
  QString name() const { return name_; }
  State state() const { return state_; }
  /// `stateChanged` follows.
  void load();
  /// Gives the pixels back; only what can be read again, and not while there is a result.
  void unload();
  const std::shared_ptr<const core::Photo>& photo() const { return photo_; }

  QUndoStack& undoStack() { return undo_; }
  const std::optional<RestoredResult>& result() const { return result_; }
  /// Replaces the result; can be undone.
  void addResult(RestoredResult result);

  double strength() const { return strength_; }
  /// Can be undone; what belongs to one `gesture` is undone in one go.
  void setStrength(double strength, int gesture);

  /// There is a result that no file holds.
  bool hasUnsavedResult() const { return result_ && !undo_.isClean(); }
  void markSaved(const SaveTarget& target);
  const std::optional<SaveTarget>& savedTo() const { return savedTo_; }
  /// The recipe of the result with the strength as it is now.
  core::Recipe recipe() const;

  /// Of every run that ended with a result, the latest first, undone ones too; behind them the one that the photo says
  /// it was made by, where that has words.
  const std::vector<core::Recipe>& usedRecipes() const { return usedRecipes_; }

  /// Null when nothing runs.
  EngineRun* run() const { return run_.get(); }
  /// Takes the run over; its result is added when it is done. `from`: the step, by its row, that it goes on from.
  void follow(std::unique_ptr<EngineRun> run, const QString& modelTitle, std::optional<int> from = {});
  const std::optional<RunProgress>& progress() const { return progress_; }

  /// What a progressive network showed in the latest run.
  RunSteps& steps() { return steps_; }
  const RunSteps& steps() const { return steps_; }
  /// They belong to what is in the document now: a run that goes on, or a result that it made.
  bool showsSteps() const;
  bool canTakeStep(int row) const;
  /// Before it can be taken a run has to make its picture (`make`): only a preview of it is there.
  bool mustMakeStep(int row) const;
  /// Makes the picture of a step the result, where it is there; can be undone.
  void takeStep(int row);
  /// Takes over a run that makes the picture of that step (RunRequest::onlyPicture). When it is done it is the result:
  /// of the step after which a run was stopped in the place of its preview, of others as `takeStep` does it.
  void make(std::unique_ptr<EngineRun> run, int row);
  bool canGoOn(int row) const;

 Q_SIGNALS:
  void stateChanged();
  void loadFailed(const Error& error);
  void resultChanged();
  void strengthChanged(double strength);
  void unsavedChanged();
  void runChanged();  // started, grew a picture, ended
  void runProgressed(const RunProgress& progress);
  void runEnded(const RunEnd& end);

 private:
  friend class ResultCommand;
  friend class StrengthCommand;
  void remember(const std::optional<core::Recipe>& recipe);
  void replaceResult(std::optional<RestoredResult> result);
  void replaceStrength(double strength);
  void watch(std::unique_ptr<EngineRun> run);
  void ended(const RunEnd& end, const QString& modelTitle);
  void made(RunEnd end, int row);
  RestoredResult resultOf(const RunStep& step, std::shared_ptr<const core::Raster> picture) const;

  Workers& workers_;
  std::filesystem::path file_;
  QString name_;
  State state_ = State::Unloaded;
  std::shared_ptr<const core::Photo> photo_;
  std::optional<RestoredResult> result_;
  std::vector<core::Recipe> usedRecipes_;
  double strength_ = 1;
  QUndoStack undo_;
  std::optional<SaveTarget> savedTo_;
  std::unique_ptr<EngineRun> run_;
  std::optional<RunProgress> progress_;
  RunSteps steps_;
};

/// A picture of the clipboard as a photo of 8 or 16 bits, with its colour space where it has one. Blocking.
std::shared_ptr<const core::Photo> photoOf(const QImage& image);

}  // namespace heirloom::ui
