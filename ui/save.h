#pragma once

#include <memory>
#include <vector>

#include "ui/document.h"

namespace heirloom::ui {

/// What saving needs of a document: a snapshot for a worker.
struct SaveJob {
  std::shared_ptr<const core::Photo> photo;
  std::shared_ptr<const core::Raster> result;  // null: the photo itself is saved, in another format say
  double strength = 1;
  core::Recipe recipe;
  std::optional<int> step;  // of RestoredResult, as are these:
  std::vector<core::EarlierPart> earlier;
  bool generative = false;
  std::vector<std::string> placements;
  SaveTarget target;
};
SaveJob saveJobOf(const Document& document, SaveTarget target);

/// Blends, writes, gives back the warnings. Blocking. Throws Error; nothing half-written stays.
std::vector<Message> save(const SaveJob& job);

/// The picture as it is shown, in sRGB, for the clipboard. Blocking.
QImage pictureForClipboard(const SaveJob& job);

/// Where a result lies by default: "<name>_<model>[_x<scale>].<ext>" beside its photo, numbered where that is taken.
SaveTarget suggestedTarget(const Document& document);

/// `file`, or with "-2", "-3", ... behind its name the first that is not there.
std::filesystem::path unusedName(const std::filesystem::path& file);

}  // namespace heirloom::ui
