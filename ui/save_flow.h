#pragma once

#include <QObject>
#include <functional>
#include <vector>

#include "ui/save.h"

namespace heirloom::ui {

class MessageArea;
class PhotoSet;

/// Saving as a person meets it: asking where, writing on a worker, saying what was lost, and asking before anything
/// unsaved is given up.
class SaveFlow : public QObject {
  Q_OBJECT
 public:
  SaveFlow(Workers& workers, PhotoSet& photos, MessageArea& messages, QWidget* window);

  /// To where it was saved before, otherwise as `saveAs`. `then` runs when the file is written.
  void save(Document* document, std::function<void()> then = {});
  void saveAs(Document* document, std::function<void()> then = {});

  /// Asks about each of `unsaved` in turn; `then` runs when none is left. Nothing happens when the person cancels.
  void giveUp(std::vector<Document*> unsaved, std::function<void()> then);

 Q_SIGNALS:
  void saved(Document* document);

 private:
  void write(Document* document, const SaveTarget& target, std::function<void()> then);

  Workers& workers_;
  PhotoSet& photos_;
  MessageArea& messages_;
  QWidget* window_;
};

}  // namespace heirloom::ui
