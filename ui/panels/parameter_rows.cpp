// What each kind of setting is on the screen.

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QVBoxLayout>
#include <cmath>
#include <memory>

#include "core/recipe/recipe.h"
#include "models/instantir/prompts.h"
#include "ui/dialogs/file_dialog.h"
#include "ui/kernel/kernel_field.h"
#include "ui/panels/parameter_panel.h"
#include "ui/panels/prompt_field.h"
#include "ui/text.h"

namespace heirloom::ui {
namespace {

void describe(QWidget* widget, const models::Parameter& parameter, const QString& unit = {}) {
  const QString label = translated(parameter.label);
  widget->setAccessibleName(unit.isEmpty() ? label : label + u' ' + unit);
  widget->setAccessibleDescription(sentence(parameter.help));
  widget->setToolTip(sentence(parameter.help));
}

/// As many as the step needs, so that no value is rounded away.
int decimalsOf(double step) {
  int decimals = 0;
  while (decimals < 4 && std::abs(step - std::round(step)) > 1e-6 * step) {
    step *= 10;
    ++decimals;
  }
  return decimals;
}

/// Options of choices are words of a recipe; those that people should read in their language stand here.
[[maybe_unused]] constexpr const char* kTranslatedOptions[] = {
    QT_TRANSLATE_NOOP("choice", "denoise"),   QT_TRANSLATE_NOOP("choice", "deblock"),
    QT_TRANSLATE_NOOP("choice", "circular"),  QT_TRANSLATE_NOOP("choice", "mirrored"),
    QT_TRANSLATE_NOOP("choice", "off"),       QT_TRANSLATE_NOOP("choice", "wavelet"),
    QT_TRANSLATE_NOOP("choice", "black"),     QT_TRANSLATE_NOOP("choice", "white"),
    QT_TRANSLATE_NOOP("choice", "magenta"),   QT_TRANSLATE_NOOP("choice", "auto"),
    QT_TRANSLATE_NOOP("choice", "square"),    QT_TRANSLATE_NOOP("choice", "tiles"),
    QT_TRANSLATE_NOOP("choice", "published"), QT_TRANSLATE_NOOP("choice", "best"),
    QT_TRANSLATE_NOOP("choice", "drawn"),     QT_TRANSLATE_NOOP("choice", "malvar"),
    QT_TRANSLATE_NOOP("choice", "bilinear"),  QT_TRANSLATE_NOOP("choice", "refuse"),
    QT_TRANSLATE_NOOP("choice", "chunk"),     QT_TRANSLATE_NOOP("choice", "cut"),
    QT_TRANSLATE_NOOP("choice", "compat"),    QT_TRANSLATE_NOOP("choice", "stable"),
    QT_TRANSLATE_NOOP("choice", "whole"),     QT_TRANSLATE_NOOP("choice", "mean"),
    QT_TRANSLATE_NOOP("choice", "sampled"),   QT_TRANSLATE_NOOP("choice", "fast"),
    QT_TRANSLATE_NOOP("choice", "decoded"),   QT_TRANSLATE_NOOP("choice", "resident"),
    QT_TRANSLATE_NOOP("choice", "merged"),    QT_TRANSLATE_NOOP("choice", "beside"),
    QT_TRANSLATE_NOOP("choice", "offloaded"), QT_TRANSLATE_NOOP("choice", "streamed"),
    QT_TRANSLATE_NOOP("choice", "global"),    QT_TRANSLATE_NOOP("choice", "local"),
    QT_TRANSLATE_NOOP("choice", "estimated"), QT_TRANSLATE_NOOP("choice", "told"),
    QT_TRANSLATE_NOOP("choice", "taesd"),     QT_TRANSLATE_NOOP("choice", "corner"),
    QT_TRANSLATE_NOOP("choice", "centre")};

QString optionText(const std::string& option) {
  QString text = translated(Message{"choice", option, {}});
  if (!text.isEmpty()) text[0] = text[0].toUpper();
  return text;
}

/// Ready-made texts: those of the diffusion where the network's own default is one of them.
std::vector<std::pair<QString, QString>> presetsFor(const models::TextInput& text) {
  std::vector<std::pair<QString, QString>> presets;
  if (text.byDefault == models::kDefaultPrompt) {
    for (const models::PromptPreset& preset : models::promptPresets())
      presets.emplace_back(translated(preset.name), QString::fromStdString(preset.prompt));
  } else if (!text.byDefault.empty()) {
    presets.emplace_back(ParameterPanel::tr("Standard"), QString::fromStdString(text.byDefault));
  }
  return presets;
}

// Recipes have a decimal point in every language.
std::string portable(double value) {
  return QLocale::c().toString(value, 'g', 8).toStdString();
}

}  // namespace

QWidget* ParameterPanel::addHeader(const models::Parameter& parameter, QWidget* beside) {
  auto* header = new QWidget(content_);
  auto* line = new QHBoxLayout(header);
  line->setContentsMargins(0, 4, 0, 0);
  auto* label = new QLabel(translated(parameter.label), header);
  label->setToolTip(sentence(parameter.help));
  line->addWidget(label);
  line->addStretch();
  if (beside) line->addWidget(beside);
  content_->layout()->addWidget(header);
  return header;
}

ParameterPanel::Row ParameterPanel::addReal(const models::Parameter& parameter, const models::RealRange& range,
                                            bool automatic) {
  auto* autoBox = automatic ? new QCheckBox(tr("Automatic"), content_) : nullptr;
  addHeader(parameter, autoBox);
  auto* controls = new QWidget(content_);
  auto* line = new QHBoxLayout(controls);
  line->setContentsMargins(0, 0, 0, 0);
  auto* slider = new QSlider(Qt::Horizontal, controls);
  const double step = range.step > 0 ? range.step : (range.maximum - range.minimum) / 100;
  slider->setRange(0, qRound((range.maximum - range.minimum) / step));
  slider->setPageStep(std::max(1, slider->maximum() / 10));
  auto* field = new QDoubleSpinBox(controls);
  field->setRange(range.minimum, range.maximum);
  field->setSingleStep(step);
  field->setDecimals(decimalsOf(step));
  field->setFixedWidth(62);
  field->setAlignment(Qt::AlignRight);
  auto* unit = new QLabel(QString::fromStdString(parameter.unit), controls);
  unit->setObjectName(QStringLiteral("unit"));
  const QString unitText = unit->text();
  slider->setObjectName(QString::fromStdString(parameter.name) + QStringLiteral("Slider"));
  field->setObjectName(QString::fromStdString(parameter.name) + QStringLiteral("Field"));
  describe(slider, parameter, unitText);
  describe(field, parameter, unitText);
  line->addWidget(slider, 1);
  line->addWidget(field);
  line->addWidget(unit);
  unit->setVisible(!unitText.isEmpty());
  content_->layout()->addWidget(controls);

  // The field holds the value; the slider follows it and moves it by whole steps.
  connect(field, &QDoubleSpinBox::valueChanged, this, [this, slider, range, step](double value) {
    const QSignalBlocker quiet(slider);
    slider->setValue(qRound((value - range.minimum) / step));
    Q_EMIT changed();
  });
  connect(slider, &QSlider::valueChanged, this,
          [field, range, step](int value) { field->setValue(range.minimum + value * step); });
  field->setValue(range.byDefault);
  slider->setValue(qRound((range.byDefault - range.minimum) / step));
  if (autoBox) {
    autoBox->setObjectName(QString::fromStdString(parameter.name) + QStringLiteral("Automatic"));
    autoBox->setAccessibleName(tr("%1: automatic").arg(translated(parameter.label)));
    autoBox->setToolTip(tr("Estimated from the photo when it is restored"));
    connect(autoBox, &QCheckBox::toggled, this, [this, controls](bool on) {
      controls->setEnabled(!on);
      Q_EMIT changed();
    });
    autoBox->setChecked(true);
  }
  Row row;
  row.read = [field, autoBox] { return autoBox && autoBox->isChecked() ? std::string{} : portable(field->value()); };
  row.write = [field, autoBox, range](const std::string& text) {
    bool number = false;
    const double value = QLocale::c().toDouble(QString::fromStdString(text), &number);
    const bool fits = number && value >= range.minimum && value <= range.maximum;
    if (autoBox) autoBox->setChecked(!fits);
    if (fits)
      field->setValue(value);
    else if (!autoBox)
      field->setValue(range.byDefault);
  };
  if (autoBox) {
    row.showChosen = [field, autoBox](const std::string& text) {
      bool number = false;
      const double value = QLocale::c().toDouble(QString::fromStdString(text), &number);
      if (number && autoBox->isChecked()) field->setValue(value);
    };
  }
  return row;
}

ParameterPanel::Row ParameterPanel::addInteger(const models::Parameter& parameter, const models::IntegerRange& range) {
  addHeader(parameter, nullptr);
  auto* controls = new QWidget(content_);
  auto* line = new QHBoxLayout(controls);
  line->setContentsMargins(0, 0, 0, 0);
  auto* slider = new QSlider(Qt::Horizontal, controls);
  auto* field = new QSpinBox(controls);
  for (const auto& [minimum, maximum] : {std::pair(static_cast<int>(range.minimum), static_cast<int>(range.maximum))}) {
    slider->setRange(minimum, maximum);
    field->setRange(minimum, maximum);
  }
  field->setFixedWidth(62);
  field->setAlignment(Qt::AlignRight);
  slider->setObjectName(QString::fromStdString(parameter.name) + QStringLiteral("Slider"));
  field->setObjectName(QString::fromStdString(parameter.name) + QStringLiteral("Field"));
  const QString unitText = QString::fromStdString(parameter.unit);
  describe(slider, parameter, unitText);
  describe(field, parameter, unitText);
  line->addWidget(slider, 1);
  line->addWidget(field);
  if (!unitText.isEmpty()) line->addWidget(new QLabel(unitText, controls));
  content_->layout()->addWidget(controls);
  connect(slider, &QSlider::valueChanged, field, &QSpinBox::setValue);
  connect(field, &QSpinBox::valueChanged, slider, &QSlider::setValue);
  connect(field, &QSpinBox::valueChanged, this, &ParameterPanel::changed);
  field->setValue(static_cast<int>(range.byDefault));
  Row row;
  row.read = [field] { return std::to_string(field->value()); };
  row.write = [field, range](const std::string& text) {
    bool number = false;
    const int value = QString::fromStdString(text).toInt(&number);
    field->setValue(number && value >= range.minimum && value <= range.maximum ? value
                                                                               : static_cast<int>(range.byDefault));
  };
  return row;
}

ParameterPanel::Row ParameterPanel::addToggle(const models::Parameter& parameter, const models::Toggle& toggle) {
  auto* box = new QCheckBox(translated(parameter.label), content_);
  box->setObjectName(QString::fromStdString(parameter.name) + QStringLiteral("Box"));
  describe(box, parameter);
  box->setChecked(toggle.byDefault);
  connect(box, &QCheckBox::toggled, this, &ParameterPanel::changed);
  content_->layout()->addWidget(box);
  Row row;
  row.read = [box] { return std::string(box->isChecked() ? "true" : "false"); };
  row.write = [box, toggle](const std::string& text) {
    box->setChecked(text.empty() ? toggle.byDefault : text == "true");
  };
  return row;
}

ParameterPanel::Row ParameterPanel::addChoice(const models::Parameter& parameter, const models::Choice& choice) {
  addHeader(parameter, nullptr);
  auto* list = new QComboBox(content_);
  list->setObjectName(QString::fromStdString(parameter.name) + QStringLiteral("List"));
  describe(list, parameter);
  for (const std::string& option : choice.options) list->addItem(optionText(option), QString::fromStdString(option));
  list->setCurrentIndex(list->findData(QString::fromStdString(choice.byDefault)));
  connect(list, &QComboBox::currentIndexChanged, this, &ParameterPanel::changed);
  content_->layout()->addWidget(list);
  Row row;
  row.read = [list] { return list->currentData().toString().toStdString(); };
  row.write = [list, choice](const std::string& text) {
    const int index = list->findData(QString::fromStdString(text));
    list->setCurrentIndex(index >= 0 ? index : list->findData(QString::fromStdString(choice.byDefault)));
  };
  return row;
}

ParameterPanel::Row ParameterPanel::addKernel(const models::Parameter& parameter, const models::KernelInput& kernel) {
  addHeader(parameter, nullptr);
  auto* field = new KernelField(files_, content_);
  field->setObjectName(QString::fromStdString(parameter.name) + QStringLiteral("Field"));
  describe(field, parameter);
  if (!kernel.byDefault.empty()) field->setText(kernel.byDefault);
  connect(field, &KernelField::changed, this, &ParameterPanel::changed);
  content_->layout()->addWidget(field);
  Row row;
  row.read = [field] { return field->text(); };
  row.write = [field, kernel](const std::string& text) { field->setText(text.empty() ? kernel.byDefault : text); };
  return row;
}

ParameterPanel::Row ParameterPanel::addText(const models::Parameter& parameter, const models::TextInput& text) {
  addHeader(parameter, nullptr);
  auto* field = new PromptField(content_);
  field->setObjectName(QString::fromStdString(parameter.name) + QStringLiteral("Text"));
  field->describe(translated(parameter.label), sentence(parameter.help));
  const QString standard = QString::fromStdString(text.byDefault);
  field->setText(standard);
  field->setPresets(presetsFor(text));
  connect(field, &PromptField::changed, this, &ParameterPanel::changed);
  connect(field, &PromptField::submitted, this, &ParameterPanel::submitted);
  content_->layout()->addWidget(field);
  // Nothing at all would be the default: no words are a space.
  Row row;
  row.read = [field] { return field->text().isEmpty() ? " " : field->text().toStdString(); };
  row.write = [field, standard](const std::string& words) {
    field->setText(words == " " ? QString() : words.empty() ? standard : QString::fromStdString(words));
  };
  row.showUsed = [field](const QStringList& texts) { field->setHistory(texts); };
  return row;
}

// Left alone it is found beside the checkpoint; a file can be named where it lies elsewhere.
ParameterPanel::Row ParameterPanel::addMatrix(const models::Parameter& parameter, const models::MatrixInput& matrix) {
  addHeader(parameter, nullptr);
  auto* button = new QPushButton(content_);
  button->setObjectName(QString::fromStdString(parameter.name) + QStringLiteral("Button"));
  describe(button, parameter);
  auto* missing = new QLabel(content_);
  missing->setObjectName(QStringLiteral("warningText"));
  missing->setWordWrap(true);
  const QString published = QString::fromStdString(matrix.fileName);
  missing->setText(tr("%1 was not found beside the model. It is published with the weights.").arg(published));
  const auto known = companions_.find(parameter.name);
  const Companion companion = known == companions_.end() ? Companion{} : known->second;
  const std::filesystem::path found = companion.file;
  const auto chosen = std::make_shared<std::string>(companion.besideModel ? std::string() : found.string());
  const auto show = [button, missing, chosen, found] {
    const std::filesystem::path file = chosen->empty() ? found : std::filesystem::path(*chosen);
    button->setText(file.empty() ? tr("Choose a file...") : shortName(fromPath(file.filename()), 30));
    missing->setVisible(file.empty());
  };
  connect(button, &QPushButton::clicked, this, [this, chosen, show, published] {
    auto* dialog = fileDialog(window(), published, QFileDialog::ExistingFile, {}, tr("MATLAB files (*.mat)"));
    // The row may be another model's by the time a file is chosen.
    connect(dialog, &QFileDialog::fileSelected, content_, [this, chosen, show, published](const QString& file) {
      *chosen = toPath(file).string();
      show();
      Q_EMIT companionChosen(published, file);
      Q_EMIT changed();
    });
    dialog->open();
  });
  content_->layout()->addWidget(button);
  content_->layout()->addWidget(missing);
  show();
  Row row;
  row.read = [chosen] { return *chosen; };
  row.write = [chosen, show, byDefault = *chosen](const std::string& text) {
    *chosen = text.empty() ? byDefault : text;
    show();
  };
  return row;
}

ParameterPanel::Row ParameterPanel::addDenoiser(const models::Parameter& parameter,
                                                const models::DenoiserInput& denoiser) {
  addHeader(parameter, nullptr);
  auto* list = new QComboBox(content_);
  list->setObjectName(QString::fromStdString(parameter.name) + QStringLiteral("List"));
  describe(list, parameter);
  list->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  const auto& offered = denoiser.enlarges ? priors_ : denoisers_;
  for (const auto& [name, title] : offered) list->addItem(title, QString::fromStdString(name));
  if (offered.empty()) {
    list->setPlaceholderText(denoiser.enlarges ? tr("No model is a network of DPSR")
                                               : tr("No model takes a noise level"));
  }
  connect(list, &QComboBox::currentIndexChanged, this, &ParameterPanel::changed);
  content_->layout()->addWidget(list);
  Row row;
  row.read = [list] { return list->currentData().toString().toStdString(); };
  row.write = [list](const std::string& text) {
    const int index = list->findData(QString::fromStdString(text));
    if (index >= 0) list->setCurrentIndex(index);
  };
  return row;
}

ParameterPanel::Row ParameterPanel::addBlend() {
  const models::Parameter parameter{core::kBlend, HEIRLOOM_TEXT("setting.blend", "Blend with"),
                                    HEIRLOOM_TEXT("setting.blend.help",
                                                  "Mixes in the weights of another file of the same network: between a "
                                                  "sharp one and a faithful one, say"),
                                    "%", models::Toggle{}};
  addHeader(parameter, nullptr);
  auto* list = new QComboBox(content_);
  list->setObjectName(QStringLiteral("blendList"));
  list->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  describe(list, parameter);
  list->addItem(tr("Nothing"), QString());
  for (const auto& [name, title] : blends_) list->addItem(title, QString::fromStdString(name));
  auto* share = new QSpinBox(content_);
  share->setObjectName(QStringLiteral("blendShare"));
  share->setRange(0, 100);
  share->setValue(50);
  share->setSuffix(QStringLiteral(" %"));
  share->setAccessibleName(tr("Share of the other model"));
  share->setEnabled(false);
  auto* line = new QHBoxLayout;
  line->addWidget(list, 1);
  line->addWidget(share);
  static_cast<QVBoxLayout*>(content_->layout())->addLayout(line);
  connect(list, &QComboBox::currentIndexChanged, this, [this, list, share] {
    share->setEnabled(!list->currentData().toString().isEmpty());
    Q_EMIT changed();
  });
  connect(share, &QSpinBox::valueChanged, this, &ParameterPanel::changed);
  Row row;
  row.read = [list, share] {
    const std::string other = list->currentData().toString().toStdString();
    return other.empty() ? std::string() : other + ":" + portable(share->value() / 100.0);
  };
  row.write = [list, share](const std::string& text) {
    const std::size_t colon = text.rfind(':');
    const int index = colon == std::string::npos ? 0 : list->findData(QString::fromStdString(text.substr(0, colon)));
    list->setCurrentIndex(std::max(0, index));
    if (index > 0) share->setValue(qRound(100 * QLocale::c().toDouble(QString::fromStdString(text.substr(colon + 1)))));
  };
  return row;
}

}  // namespace heirloom::ui
