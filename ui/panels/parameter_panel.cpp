#include "ui/panels/parameter_panel.h"

#include <QVBoxLayout>

#include "ui/panels/wheel.h"

namespace heirloom::ui {
namespace {

/// The setting whose value the engine estimates from the photo where a recipe leaves it out (core/engine/run.h).
constexpr const char* kEstimated = "noise_level";

}  // namespace

ParameterPanel::ParameterPanel(core::JobQueue& files, QWidget* parent) : QWidget(parent), files_(files) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  connect(this, &ParameterPanel::changed, this, &ParameterPanel::showWhatCounts);
}

void ParameterPanel::setParameters(const std::vector<models::Parameter>& parameters) {
  // What nobody touched is the next model's to say.
  auto before = values();
  std::erase_if(before, [this](const auto& setting) {
    const auto standard = defaults_.find(setting.first);
    return standard != defaults_.end() && standard->second == setting.second;
  });
  rows_.clear();
  delete content_;
  content_ = new QWidget(this);
  auto* column = new QVBoxLayout(content_);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  layout()->addWidget(content_);
  for (const models::Parameter& parameter : parameters) {
    const int first = column->count();
    if (const auto* real = std::get_if<models::RealRange>(&parameter.range)) {
      models::RealRange onPhotos = *real;
      if (!parameter.onPhotos.empty()) onPhotos.byDefault = QByteArray::fromStdString(parameter.onPhotos).toDouble();
      rows_[parameter.name] = addReal(parameter, onPhotos, parameter.name == kEstimated);
    } else if (const auto* integer = std::get_if<models::IntegerRange>(&parameter.range)) {
      models::IntegerRange onPhotos = *integer;
      if (!parameter.onPhotos.empty()) onPhotos.byDefault = QByteArray::fromStdString(parameter.onPhotos).toLongLong();
      rows_[parameter.name] = addInteger(parameter, onPhotos);
    } else if (const auto* toggle = std::get_if<models::Toggle>(&parameter.range)) {
      models::Toggle onPhotos = *toggle;
      if (!parameter.onPhotos.empty()) onPhotos.byDefault = parameter.onPhotos == "true";
      rows_[parameter.name] = addToggle(parameter, onPhotos);
    } else if (const auto* choice = std::get_if<models::Choice>(&parameter.range)) {
      models::Choice onPhotos = *choice;
      if (!parameter.onPhotos.empty()) onPhotos.byDefault = parameter.onPhotos;
      rows_[parameter.name] = addChoice(parameter, onPhotos);
    } else if (const auto* kernel = std::get_if<models::KernelInput>(&parameter.range)) {
      rows_[parameter.name] = addKernel(parameter, *kernel);
    } else if (const auto* matrix = std::get_if<models::MatrixInput>(&parameter.range)) {
      rows_[parameter.name] = addMatrix(parameter, *matrix);
    } else if (const auto* words = std::get_if<models::TextInput>(&parameter.range)) {
      rows_[parameter.name] = addText(parameter, *words);
    } else {
      rows_[parameter.name] = addDenoiser(parameter, std::get<models::DenoiserInput>(parameter.range));
    }
    Row& row = rows_[parameter.name];
    row.onlyWith = parameter.onlyWith;
    for (int i = first; i < column->count(); ++i) row.widgets.push_back(column->itemAt(i)->widget());
  }
  if (!blends_.empty()) rows_[core::kBlend] = addBlend();
  defaults_ = values();
  for (const auto& [name, value] : before) {
    if (rows_.contains(name)) rows_[name].write(value);
  }
  showWhatCounts();
  keepFromWheel(*content_);
  setVisible(!rows_.empty());
}

std::map<std::string, std::string> ParameterPanel::values() const {
  std::map<std::string, std::string> values;
  for (const auto& [name, row] : rows_) {
    if (std::string value = row.read(); !value.empty()) values[name] = std::move(value);
  }
  return values;
}

std::map<std::string, std::string> ParameterPanel::settings() const {
  auto settings = values();
  std::erase_if(settings, [this](const auto& setting) { return !counts(rows_.at(setting.first)); });
  return settings;
}

bool ParameterPanel::counts(const Row& row) const {
  if (!row.onlyWith) return true;
  const auto choice = rows_.find(row.onlyWith->name);
  return choice != rows_.end() && choice->second.read() == row.onlyWith->value;
}

void ParameterPanel::showWhatCounts() {
  for (const auto& [name, row] : rows_) {
    if (!row.onlyWith) continue;
    const bool shown = counts(row);
    for (QWidget* widget : row.widgets) widget->setVisible(shown);
  }
}

void ParameterPanel::setSettings(const std::map<std::string, std::string>& settings) {
  for (auto& [name, row] : rows_) {
    const auto found = settings.find(name);
    row.write(found == settings.end() ? std::string{} : found->second);
  }
}

void ParameterPanel::showChosen(const std::map<std::string, std::string>& chosen) {
  for (auto& [name, row] : rows_) {
    const auto found = chosen.find(name);
    if (row.showChosen) row.showChosen(found == chosen.end() ? std::string{} : found->second);
  }
}

void ParameterPanel::showUsed(const std::vector<core::Recipe>& recipes) {
  for (auto& [name, row] : rows_) {
    if (!row.showUsed) continue;
    QStringList texts;
    for (const core::Recipe& recipe : recipes) {
      for (const core::Step& step : recipe.steps) {
        const auto found = step.settings.find(name);
        if (found != step.settings.end()) texts << QString::fromStdString(found->second).trimmed();
      }
    }
    texts.removeAll(QString());
    texts.removeDuplicates();
    row.showUsed(texts);
  }
}

}  // namespace heirloom::ui
