#include "ui/run_steps.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "models/common/kept_step.h"
#include "ui/thumbnail.h"
#include "ui/viewer/display_picture.h"

namespace heirloom::ui {
namespace {

/// What a small picture of `raster` takes at most, itself one or still to be made smaller.
std::uint64_t smallBytes(const core::Raster& raster) {
  const core::Layout& layout = raster.layout();
  return std::min(layout.bytes(), layout.rowBytes() / static_cast<std::uint64_t>(layout.width) * RunSteps::kSmall);
}

}  // namespace

QString captionOf(const RunStep& step) {
  return step.number == RunStep::kEnd ? RunSteps::tr("Result") : RunSteps::tr("Step %1").arg(step.number);
}

RunSteps::~RunSteps() {
  forget();
}

void RunSteps::begin(const core::Photo& photo, const core::Recipe& recipe) {
  forget();
  recipe_ = std::make_shared<const core::Recipe>(recipe);
  earlier_.clear();
  growing_ = true;
  tile_ = 0;
  tiles_ = 1;
  colours_ =
      std::make_shared<const DisplayColours>(photo.raster->layout().model, photo.iccProfile, std::vector<std::byte>{});
  Q_EMIT forgotten();
}

void RunSteps::goOn(int row, const core::Recipe& recipe) {
  const RunStep& step = steps_[static_cast<std::size_t>(row)];
  const auto& before = step.recipe->steps.back().settings;
  earlier_ = step.earlier;
  if (recipe.steps.back().settings != before) earlier_.push_back({step.number, before});
  recipe_ = std::make_shared<const core::Recipe>(recipe);
  growing_ = true;
  from_ = row;
}

void RunSteps::add(const RunPreview& preview) {
  if (!preview.leading) return;
  dropReplaced();
  // A tile that was begun again, in smaller parts say, shows its first step again.
  if (preview.tile != tile_ || (!steps_.empty() && preview.step < steps_.back().number)) {
    forget();
    Q_EMIT forgotten();
  }
  tile_ = preview.tile;
  tiles_ = preview.tiles;
  append({.number = preview.step + 1,
          .seconds = preview.seconds,
          .box = preview.box,
          .raster = preview.raster,
          .thumbnail = {},
          .change = preview.change,
          .kept = preview.kept,
          .preview = preview.kept != nullptr});
  keepWithinBound();
}

void RunSteps::end(const std::shared_ptr<const core::Raster>& raster, bool whole, double seconds) {
  growing_ = false;
  if (steps_.empty()) return;
  if (!raster && from_) {
    // It went nowhere.
    from_.reset();
    return;
  }
  dropReplaced();
  const core::Box& last = steps_.back().box;
  if (!raster || last.width != raster->width() || last.height != raster->height()) {
    forget();
    Q_EMIT forgotten();
    return;
  }
  if (whole) {
    const core::Box box{0, 0, raster->width(), raster->height()};
    append({.number = RunStep::kEnd, .seconds = seconds, .box = box, .raster = raster, .thumbnail = {}});
  } else {
    // What was kept is the picture of the last step.
    steps_.back().raster = raster;
    steps_.back().small = false;
    stopped_ = raster;
  }
  Q_EMIT chosenChanged();
}

void RunSteps::setPicture(int row, const std::shared_ptr<const core::Raster>& picture) {
  RunStep& step = steps_[static_cast<std::size_t>(row)];
  step.full = picture;
  step.raster = picture;
  step.small = false;
  makeThumbnail(static_cast<std::size_t>(row));
  keepWithinBound();
  Q_EMIT chosenChanged();
}

bool RunSteps::made(const core::Raster* raster) const {
  if (!raster) return false;
  if (!steps_.empty() && stopped_.lock().get() == raster) return true;
  return std::ranges::any_of(steps_, [raster](const RunStep& step) {
    return step.raster.get() == raster || step.full.lock().get() == raster;
  });
}

void RunSteps::choose(int row) {
  if (row == chosen_ || row < 0 || row >= std::ssize(steps_) || !steps_[static_cast<std::size_t>(row)].raster) return;
  chosen_ = row;
  Q_EMIT chosenChanged();
}

const RunStep* RunSteps::apart() const {
  const bool latest = chosen_ + 1 == std::ssize(steps_);
  return chosen_ < 0 || (growing_ && latest && !from_) ? nullptr : &steps_[static_cast<std::size_t>(chosen_)];
}

void RunSteps::append(RunStep step) {
  const bool follows = chosen_ + 1 == std::ssize(steps_);
  step.recipe = recipe_;
  step.earlier = earlier_;
  steps_.push_back(std::move(step));
  const int row = static_cast<int>(steps_.size()) - 1;
  if (follows) chosen_ = row;
  Q_EMIT added(row);
  if (follows) Q_EMIT chosenChanged();
  makeThumbnail(steps_.size() - 1);
}

void RunSteps::dropReplaced() {
  if (!from_) return;
  const auto kept = static_cast<std::size_t>(*from_) + 1;
  from_.reset();
  if (kept >= steps_.size()) return;
  const auto first = steps_.begin() + static_cast<std::ptrdiff_t>(kept);
  free({std::make_move_iterator(first), std::make_move_iterator(steps_.end())});
  steps_.erase(first, steps_.end());
  chosen_ = std::min(chosen_, static_cast<int>(kept) - 1);
  stopped_.reset();
  ++generation_;
  Q_EMIT forgotten();
  for (std::size_t row = 0; row < kept; ++row) {
    if (steps_[row].thumbnail.isNull() && steps_[row].raster) makeThumbnail(row);
  }
}

void RunSteps::makeThumbnail(std::size_t row) {
  inBackground(
      workers_.display, this,
      [raster = steps_[row].raster, colours = colours_](std::stop_token) {
        return thumbnailOf(DisplayPicture(raster, colours));
      },
      [this, row, generation = generation_](Result<QImage> image) {
        // Without memory for it the step stays without a picture.
        if (generation != generation_ || std::holds_alternative<Error>(image)) return;
        steps_[row].thumbnail = std::get<QImage>(std::move(image));
        Q_EMIT pictured(static_cast<int>(row));
      });
}

void RunSteps::keepWithinBound() {
  std::uint64_t bytes = 0;
  for (const RunStep& step : steps_) bytes += step.raster && !step.small ? step.raster->layout().bytes() : 0;
  for (std::size_t row = 0; bytes > kBytes && row + 1 < steps_.size(); ++row) {
    RunStep& step = steps_[row];
    if (!step.raster || step.small || static_cast<int>(row) == chosen_) continue;
    bytes -= step.raster->layout().bytes();
    if (step.kept) {
      shrink(row);
    } else {
      step.raster.reset();
      Q_EMIT reduced(static_cast<int>(row));
    }
  }
  keepKeptWithinBound();
}

void RunSteps::keepKeptWithinBound() {
  const auto bytesOf = [](const RunStep& step) -> std::uint64_t {
    return step.kept ? step.kept->bytes() + (step.small ? smallBytes(*step.raster) : 0) : 0;
  };
  std::uint64_t bytes = 0;
  for (const RunStep& step : steps_) bytes += bytesOf(step);
  for (std::size_t row = 0; bytes > kKeptBytes && row + 1 < steps_.size(); ++row) {
    RunStep& step = steps_[row];
    const std::shared_ptr<const models::KeptStep> alone = step.kept ? step.kept->pictureAlone() : nullptr;
    if (!alone) continue;
    bytes -= step.kept->bytes() - alone->bytes();
    step.kept = alone;
  }
  for (std::size_t row = 0; bytes > kKeptBytes && row + 1 < steps_.size(); ++row) {
    RunStep& step = steps_[row];
    if (!step.kept) continue;
    bytes -= bytesOf(step);
    step.kept.reset();
    if (!step.small || static_cast<int>(row) == chosen_) continue;
    step.raster.reset();
    Q_EMIT reduced(static_cast<int>(row));
  }
}

void RunSteps::shrink(std::size_t row) {
  steps_[row].small = true;
  const std::shared_ptr<const core::Raster> large = steps_[row].raster;
  inBackground(
      workers_.display, this, [large](std::stop_token) { return reducedTo(*large, kSmall); },
      [this, row, before = std::weak_ptr(large)](const Result<std::shared_ptr<const core::Raster>>& made) {
        // Its place may be another step's by now, or the step have another picture.
        std::shared_ptr<const core::Raster> raster = before.lock();
        if (!raster || row >= steps_.size() || steps_[row].raster != raster) return;
        // Without memory for less there is none of it.
        const auto* small = std::get_if<std::shared_ptr<const core::Raster>>(&made);
        steps_[row].raster = small ? *small : nullptr;
        steps_[row].small = small != nullptr;
        std::vector<RunStep> old(1);
        old.front().raster = std::move(raster);
        free(std::move(old));
        Q_EMIT reduced(static_cast<int>(row));
        if (static_cast<int>(row) == chosen_) Q_EMIT chosenChanged();
      });
}

void RunSteps::forget() {
  ++generation_;
  chosen_ = -1;
  stopped_.reset();
  from_.reset();
  if (steps_.empty()) return;
  free(std::exchange(steps_, {}));
}

void RunSteps::free(std::vector<RunStep> steps) {
  // Giving back this much memory takes longer than a handler may.
  workers_.display.submit(
      [all = std::make_shared<std::vector<RunStep>>(std::move(steps))](std::stop_token) { all->clear(); });
}

}  // namespace heirloom::ui
