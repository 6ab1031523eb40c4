#pragma once

#include <QObject>
#include <functional>
#include <vector>

#include "ui/save.h"

class QMessageBox;

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

  /// Asks what of these photos would be lost: first about their runs, then about each unsaved result. `then` runs when
  /// nothing is left to ask. Nothing happens when the person cancels.
  void giveUp(std::vector<Document*> documents, std::function<void()> then);

 Q_SIGNALS:
  void saved(Document* document);

 private:
  void write(Document* document, const SaveTarget& target, std::function<void()> then);
  QMessageBox* question(const QString& name, const QString& title);
  void giveUpRuns(const std::vector<Document*>& documents, std::function<void()> then);
  void giveUpResults(std::vector<Document*> documents, std::function<void()> then);

  Workers& workers_;
  PhotoSet& photos_;
  MessageArea& messages_;
  QWidget* window_;
};

}  // namespace heirloom::ui
