#pragma once

#include <QWidget>

class QLabel;
class QListWidget;
class QPushButton;

namespace heirloom::ui {

class ChangePlot;
class Document;
class RunSteps;

/// The steps of a progressive network side by side: each with its number and the time it took. The one that is chosen
/// is shown in the photo's place, can be taken for the result, and a run can go on from it. Beside them how far a
/// diffusion's previews moved, and what that says of the photo (core::estimateDamage). Visible while the document has
/// any.
class StepStrip : public QWidget {
  Q_OBJECT
 public:
  explicit StepStrip(QWidget* parent = nullptr);

  void setDocument(Document* document);  // null: none

 Q_SIGNALS:
  void takeRequested();
  void goOnRequested();

 private:
  void fill();
  void addItem(int row);
  void updateItem(int row);
  void updateState();

  Document* document_ = nullptr;
  ChangePlot* change_;
  QLabel* damage_;
  QLabel* caption_;
  QListWidget* list_;
  QPushButton* take_;
  QPushButton* goOn_;
};

}  // namespace heirloom::ui
