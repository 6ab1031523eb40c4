#pragma once

#include <QImage>
#include <QObject>
#include <memory>
#include <optional>
#include <vector>

#include "ui/engine_adapter.h"

namespace heirloom::ui {

class DisplayColours;

/// One step of a progressive network, to be looked at again, or the end of its run.
struct RunStep {
  static constexpr int kEnd = -1;
  int number = 0;                                     // from 1, or kEnd
  double seconds = 0;                                 // that it took
  core::Box box;                                      // in pixels of the result
  std::shared_ptr<const core::Raster> raster;         // of the box, full strength; null: only the thumbnail was kept
  QImage thumbnail;                                   // null until a worker has made it
  std::optional<double> change = {};                  // how far the picture moved since the step before
  std::shared_ptr<const models::KeptStep> kept = {};  // from which a run goes on; null: it was not kept
  std::shared_ptr<const core::Recipe> recipe = {};    // of the run that made it
  std::vector<core::EarlierPart> earlier = {};        // what that run had before it went on with this recipe
  bool preview = false;                               // `raster` shows less than the step's picture in full
  bool small = false;                                 // `raster` has fewer pixels than the box, or will have soon
  std::weak_ptr<const core::Raster> full = {};        // that picture, once it was made and as long as anybody has it

  /// What is taken for the result, null: it has to be made from `kept`, or only the thumbnail was kept.
  std::shared_ptr<const core::Raster> picture() const { return preview ? full.lock() : raster; }
};

/// What people read of it: "Step 3", "Result".
QString captionOf(const RunStep& step);

/// The steps of a photo's latest run, in which a progressive network showed what it had so far. A picture that is
/// computed in several tiles has the steps of the tile in work, from its first to its last, and none when the run is
/// over: only those of a whole picture are worth keeping. A run that goes on from one of them replaces those after it,
/// once it has something to show. Lives on the GUI thread.
class RunSteps : public QObject {
  Q_OBJECT
 public:
  /// Full pictures of steps take no more; the earliest are left with their thumbnail, or, where a picture can be made
  /// again from what was kept, with a small one of kSmall pixels.
  static constexpr std::uint64_t kBytes = std::uint64_t{192} << 20;
  static constexpr std::int64_t kSmall = 1 << 16;
  /// What runs go on from, and pictures are made from, takes no more, small pictures included. The earliest steps keep
  /// only what their picture is made from, and where that is too much only their thumbnail; the latest keeps all.
  static constexpr std::uint64_t kKeptBytes = std::uint64_t{256} << 20;

  explicit RunSteps(Workers& workers, QObject* parent = nullptr) : QObject(parent), workers_(workers) {}
  ~RunSteps() override;

  /// A run of `recipe` starts: forgets those of the last one. `photo` says what its samples' colours are.
  void begin(const core::Photo& photo, const core::Recipe& recipe);
  /// A run of `recipe` goes on from the step in `row`.
  void goOn(int row, const core::Recipe& recipe);
  void add(const RunPreview& preview);
  /// The picture of the step in `row` was made in full.
  void setPicture(int row, const std::shared_ptr<const core::Raster>& picture);
  /// The run made `raster` (null: nothing that is kept); `whole`: it came to its end.
  void end(const std::shared_ptr<const core::Raster>& raster, bool whole, double seconds);

  const std::vector<RunStep>& all() const { return steps_; }
  int tile() const { return tile_; }  // the steps', from 0
  int tiles() const { return tiles_; }
  /// Of the run that began last, as RunStep has it.
  const std::vector<core::EarlierPart>& earlier() const { return earlier_; }
  /// `raster` is the run's end, one of its steps, or what it had shown when it was stopped.
  bool made(const core::Raster* raster) const;

  /// The one that is looked at: the latest, until another is chosen.
  int chosen() const { return chosen_; }
  void choose(int row);
  /// What is looked at in place of the growing picture or the result; null: nothing else.
  const RunStep* apart() const;

 Q_SIGNALS:
  void forgotten();
  void added(int row);
  void pictured(int row);  // its thumbnail is there
  void reduced(int row);   // only its thumbnail is left, or a small picture
  void chosenChanged();

 private:
  void append(RunStep step);
  void makeThumbnail(std::size_t row);
  void dropReplaced();
  void keepWithinBound();
  void keepKeptWithinBound();
  void shrink(std::size_t row);
  void forget();
  void free(std::vector<RunStep> steps);

  Workers& workers_;
  std::vector<RunStep> steps_;
  std::shared_ptr<const DisplayColours> colours_;
  int tile_ = 0;
  int tiles_ = 1;
  int chosen_ = -1;
  int generation_ = 0;  // thumbnails of steps that are forgotten are dropped when they arrive
  bool growing_ = false;
  std::optional<int> from_;                     // the row that a run goes on from, until it shows something
  std::weak_ptr<const core::Raster> stopped_;   // what the run had shown by then
  std::shared_ptr<const core::Recipe> recipe_;  // of the run that began last, as `earlier_` is
  std::vector<core::EarlierPart> earlier_;
};

}  // namespace heirloom::ui
