#pragma once

#include <QWidget>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/recipe/recipe.h"
#include "models/settings.h"
#include "ui/background.h"

namespace heirloom::ui {

/// Widgets for the settings of any model, generated from its parameters: a slider with a field and unit for a number, a
/// check box for a toggle, a list for a choice. A setting that the engine can choose itself has an automatic state; one
/// that does not count beside the others is hidden.
class ParameterPanel : public QWidget {
  Q_OBJECT
 public:
  /// `files`: reads what settings name; must outlive the panel.
  explicit ParameterPanel(core::JobQueue& files, QWidget* parent = nullptr);

  /// The models that a setting of another network can be chosen from: what a recipe takes, what a person reads. Counts
  /// from the next setParameters on.
  void setDenoisers(std::vector<std::pair<std::string, QString>> denoisers) { denoisers_ = std::move(denoisers); }

  /// The same, of a setting whose network enlarges as well.
  void setPriors(std::vector<std::pair<std::string, QString>> priors) { priors_ = std::move(priors); }

  /// Checkpoints of the same network, which can be mixed into the model's weights. Counts from the next setParameters
  /// on.
  void setBlends(std::vector<std::pair<std::string, QString>> blends) { blends_ = std::move(blends); }

  /// A file that is published with checkpoints and that a setting needs.
  struct Companion {
    std::filesystem::path file;
    bool besideModel = true;  // the engine finds it by itself; otherwise a recipe has to name it
  };
  /// Those that are known, by setting. Counts from the next setParameters on.
  void setCompanions(std::map<std::string, Companion> companions) { companions_ = std::move(companions); }

  /// Replaces everything. Values that were changed, of names that the new model has too, are taken over where they are
  /// in its range.
  void setParameters(const std::vector<models::Parameter>& parameters);

  /// As a recipe's step holds them; what is automatic, or does not count beside the others, is absent.
  std::map<std::string, std::string> settings() const;
  /// Absent names become automatic where they can be, otherwise default. Values that do not fit are left out.
  void setSettings(const std::map<std::string, std::string>& settings);
  /// What the engine chose for automatic settings, shown beside them.
  void showChosen(const std::map<std::string, std::string>& chosen);
  /// Recipes of this photo, the latest first: texts in them are offered again.
  void showUsed(const std::vector<core::Recipe>& recipes);

 Q_SIGNALS:
  void changed();
  /// A person wants a run, from within a text.
  void submitted();
  /// A person said where the file lies that is published as `fileName`.
  void companionChosen(const QString& fileName, const QString& file);

 private:
  /// One setting on the screen.
  struct Row {
    std::function<std::string()> read;              // empty: automatic
    std::function<void(const std::string&)> write;  // empty: automatic or default
    std::function<void(const std::string&)> showChosen;
    std::function<void(const QStringList&)> showUsed;  // empty: no texts
    std::optional<models::Condition> onlyWith = {};    // empty: counts always
    std::vector<QWidget*> widgets = {};
  };
  std::map<std::string, std::string> values() const;  // of all rows
  Row addReal(const models::Parameter& parameter, const models::RealRange& range, bool automatic);
  Row addInteger(const models::Parameter& parameter, const models::IntegerRange& range);
  Row addToggle(const models::Parameter& parameter, const models::Toggle& toggle);
  Row addChoice(const models::Parameter& parameter, const models::Choice& choice);
  Row addKernel(const models::Parameter& parameter, const models::KernelInput& kernel);
  Row addText(const models::Parameter& parameter, const models::TextInput& text);
  Row addMatrix(const models::Parameter& parameter, const models::MatrixInput& matrix);
  Row addDenoiser(const models::Parameter& parameter, const models::DenoiserInput& denoiser);
  Row addBlend();
  bool counts(const Row& row) const;
  void showWhatCounts();
  QWidget* addHeader(const models::Parameter& parameter, QWidget* beside);

  core::JobQueue& files_;
  std::map<std::string, Row> rows_;
  std::map<std::string, std::string> defaults_;  // of all rows, before anybody touched one
  std::vector<std::pair<std::string, QString>> denoisers_;
  std::vector<std::pair<std::string, QString>> priors_;
  std::vector<std::pair<std::string, QString>> blends_;
  std::map<std::string, Companion> companions_;
  QWidget* content_ = nullptr;
};

}  // namespace heirloom::ui
