#pragma once

#include <QWidget>

#include "core/recipe/recipe.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QSlider;

namespace heirloom::ui {

struct Workers;
class AppSettings;
class CommandSet;
class Document;
class ModelCatalogue;
class ParameterPanel;

/// The column beside the photo: which model, its settings, how strong, run and cancel. Shows the state of the current
/// document and holds only what is not any document's: the choice for the next run.
class RestorePanel : public QWidget {
  Q_OBJECT
 public:
  RestorePanel(Workers& workers, AppSettings& settings, ModelCatalogue& catalogue, CommandSet& commands,
               QWidget* parent = nullptr);

  void setDocument(Document* document);
  /// Name of the chosen model; empty: none.
  std::string model() const;
  void chooseModel(const std::string& name);
  /// The recipe for a run as things are set now.
  core::Recipe recipe() const;
  void updateIcons();

 Q_SIGNALS:
  void modelChosen(const std::string& name);
  void openCheckpointRequested();

 private:
  void fillModels();
  void showModel();
  void showDocument();
  void showProgress();
  QWidget* makeFooter();

  AppSettings& settings_;
  ModelCatalogue& catalogue_;
  CommandSet& commands_;
  Document* document_ = nullptr;
  QComboBox* models_;
  QLabel* hint_;
  ParameterPanel* parameters_;
  QSlider* strength_;
  QDoubleSpinBox* strengthField_;
  QPushButton* run_ = nullptr;
  QPushButton* cancel_ = nullptr;
  QProgressBar* progress_ = nullptr;
  QLabel* remaining_ = nullptr;
  QLabel* placement_ = nullptr;
  int gesture_ = 0;  // strength changes of one drag are undone together
};

/// "less than a minute", "3 minutes", as people say it.
QString spoken(double seconds);

}  // namespace heirloom::ui
