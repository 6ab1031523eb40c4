#pragma once

#include <QMetaType>
#include <QObject>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "core/photo/photo.h"
#include "core/recipe/recipe.h"
#include "ui/background.h"

namespace heirloom::core {
class HeldNetwork;
class ModelLibrary;
}  // namespace heirloom::core
namespace heirloom::models {
class KeptStep;
}

namespace heirloom::ui {

/// What is to be done to which photo: a snapshot that the worker reads and nobody changes.
struct RunRequest {
  std::shared_ptr<const core::Photo> photo;
  core::Recipe recipe;
  std::string device = "auto";
  std::string precision = "auto";                // as core::RunOptions has it, like device
  std::optional<core::Box> first;                // what the person looks at
  std::shared_ptr<const models::KeptStep> from;  // as core::RunOptions has it
  bool onlyPicture = false;                      // likewise; no picture grows then
};

struct RunProgress {
  Message stage;
  double fraction = 0;
  std::chrono::duration<double> elapsed{};
  std::optional<std::chrono::duration<double>> remaining;
  std::string device = {};  // as core::Progress has it
  Message weights = {};     // likewise
};

/// What a progressive network has made of one tile so far (core::Preview).
struct RunPreview {
  int step = 0;  // from 0
  int tile = 0;
  int tiles = 1;
  bool leading = true;
  core::Box box;                               // in pixels of the result
  std::shared_ptr<const core::Raster> raster;  // of the box, full strength
  double seconds = 0;
  std::optional<double> change = {};                  // as core::Preview has it
  std::shared_ptr<const models::KeptStep> kept = {};  // as core::Preview has it
};

/// Which step's picture was made, by a run that did nothing else.
struct StepPicture {
  int number = 0;        // of the step, from 1
  bool stopped = false;  // it is the step after which another run was stopped, whose preview was the result so far
};

/// How a run ended.
struct RunEnd {
  enum class Status { Done, Cancelled, Failed };
  Status status = Status::Failed;
  std::optional<Error> error;
  std::vector<Message> warnings;
  /// Full strength. Of a run that did not come to its end: what a progressive network had shown by then, the original
  /// where it had shown nothing; null where there was nothing yet.
  std::shared_ptr<const core::Raster> raster;
  std::optional<RunPreview> reached;  // the last preview, without its raster
  core::Recipe recipe;
  std::string device;
  std::chrono::duration<double> elapsed{};
  std::map<std::string, std::string> chosen;  // settings that the run chose itself
  bool generative = false;                    // as core::Outcome has it
  std::vector<std::string> placements;        // likewise
  std::optional<StepPicture> only;            // the run's whole purpose
};

/// A picture that grows while it is looked at: before a tile is done it shows the original there.
struct GrowingPicture {
  std::shared_ptr<const core::Raster> raster;
  std::shared_ptr<std::shared_mutex> writing;
};

/// One run as the GUI thread sees it. Its signals are queued from the worker. Deleting it stops the run without
/// waiting.
class EngineRun : public QObject {
  Q_OBJECT
 public:
  ~EngineRun() override;

  /// Answered within one tile; `finished` says Cancelled then.
  void cancel();
  bool isCancelled() const { return cancelled_; }
  const GrowingPicture& picture() const { return picture_; }
  const core::Recipe& recipe() const { return recipe_; }

 Q_SIGNALS:
  void began();  // `picture` is there
  void tileWritten(const core::Box& box);
  void previewed(const RunPreview& preview);  // `picture` shows it
  void progressed(const RunProgress& progress);
  void finished(const RunEnd& end);

 private:
  friend class EngineAdapter;
  using QObject::QObject;
  void finish(const RunEnd& end);  // once

  core::JobQueue::Handle job_;
  GrowingPicture picture_;
  core::Recipe recipe_;
  bool cancelled_ = false;
  bool finished_ = false;
};

/// The one place where the engine's callbacks, which come on a worker, become signals on the GUI thread. Holds the
/// network of the last run for the next one (core::HeldNetwork).
class EngineAdapter {
 public:
  EngineAdapter(core::JobQueue& queue, std::shared_ptr<const core::ModelLibrary> library);

  /// Runs of one device come one after the other. The caller owns the run.
  std::unique_ptr<EngineRun> start(RunRequest request);

  /// Lets the held network go, behind the runs that wait: always, unless it is of that model, or where memory is short.
  void letGo();
  void letGoUnless(const std::string& model);
  void letGoWhereShort();

 private:
  core::JobQueue& queue_;
  std::shared_ptr<const core::ModelLibrary> library_;
  std::shared_ptr<core::HeldNetwork> held_;
};

}  // namespace heirloom::ui
