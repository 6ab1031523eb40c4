#include "ui/panels/restore_panel.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QSlider>
#include <QStandardItemModel>
#include <QTextDocument>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "ui/app_settings.h"
#include "ui/commands.h"
#include "ui/document.h"
#include "ui/model_catalogue.h"
#include "ui/panels/parameter_panel.h"
#include "ui/panels/wheel.h"
#include "ui/text.h"
#include "ui/theme/icons.h"

namespace heirloom::ui {
namespace {

constexpr int kWidth = 300;

/// What a file says of itself, for a tip, which would take what looks like HTML for HTML.
QString plainTip(const QString& text) {
  return Qt::mightBeRichText(text) ? Qt::convertFromPlainText(text, Qt::WhiteSpaceNormal) : text;
}

QLabel* title(const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setObjectName(QStringLiteral("sectionTitle"));
  return label;
}

QString detailOf(const ModelEntry& entry) {
  if (entry.scale == 1) return entry.purpose;
  return RestorePanel::tr("%1, %2 times as large").arg(entry.purpose).arg(entry.scale);
}

/// Models that algorithms can use as what `use` says.
std::vector<std::pair<std::string, QString>> modelsFor(bool ModelEntry::*use, const ModelCatalogue& catalogue) {
  std::vector<std::pair<std::string, QString>> found;
  for (const ModelEntry& entry : catalogue.entries()) {
    if (entry.*use) found.emplace_back(entry.name, entry.title);
  }
  return found;
}

/// Other files of the same network.
std::vector<std::pair<std::string, QString>> blendsOf(const ModelCatalogue& catalogue, const ModelEntry& model) {
  std::vector<std::pair<std::string, QString>> blends;
  for (const ModelEntry& entry : catalogue.entries()) {
    const bool same = !model.network.empty() && entry.network == model.network && entry.scale == model.scale;
    if (same && entry.name != model.name) blends.emplace_back(entry.name, entry.title);
  }
  return blends;
}

/// A line that names what the models below it do, and cannot be chosen.
void addHeading(QComboBox& list, const QString& text) {
  list.addItem(text);
  auto* item = qobject_cast<QStandardItemModel*>(list.model())->item(list.count() - 1);
  item->setFlags(Qt::NoItemFlags);
  QFont small = list.font();
  small.setPointSizeF(small.pointSizeF() * 0.85);
  small.setBold(true);
  item->setFont(small);
}

using Companions = std::map<std::string, ParameterPanel::Companion>;

/// Files that the model's settings need: beside it, or where they once were said to be.
Companions companionsOf(const ModelEntry& model, const AppSettings& settings) {
  Companions companions;
  for (const models::Parameter& parameter : model.parameters) {
    const auto* matrix = std::get_if<models::MatrixInput>(&parameter.range);
    if (!matrix) continue;
    const auto beside = model.companions.find(parameter.name);
    const QString said = settings.companion(QString::fromStdString(matrix->fileName));
    if (beside != model.companions.end())
      companions[parameter.name] = {beside->second, true};
    else if (!said.isEmpty())
      companions[parameter.name] = {toPath(said), false};
  }
  return companions;
}

/// What the run does, where its network says it, and how long it will take, where that is known.
QString progressText(const RunProgress& report) {
  QString stage = sentence(report.stage);
  stage.chop(1);
  if (!report.remaining) return stage + QStringLiteral("...");
  const QString left =
      RestorePanel::tr("%1 %, about %2 left").arg(qRound(report.fraction * 100)).arg(spoken(report.remaining->count()));
  return report.stage.id == "run.restoring" ? left : stage + QStringLiteral(", ") + left;
}

/// Where the network computes, and how its weights are held there; empty where it says nothing of it.
QString placementText(const RunProgress& report) {
  if (report.weights.empty()) return {};
  const QString device = report.device == "cpu" ? RestorePanel::tr("Processor") : QString::fromStdString(report.device);
  return device + QStringLiteral(": ") + translated(report.weights);
}

}  // namespace

QString spoken(double seconds) {
  if (seconds < 60) return RestorePanel::tr("%n second(s)", nullptr, std::max(1, qRound(seconds)));
  if (seconds < 3600) return RestorePanel::tr("%n minute(s)", nullptr, qRound(seconds / 60));
  return RestorePanel::tr("%n hour(s)", nullptr, qRound(seconds / 3600));
}

RestorePanel::RestorePanel(Workers& workers, AppSettings& settings, ModelCatalogue& catalogue, CommandSet& commands,
                           QWidget* parent)
    : QWidget(parent), settings_(settings), catalogue_(catalogue), commands_(commands) {
  setObjectName(QStringLiteral("restorePanel"));
  setAttribute(Qt::WA_StyledBackground);
  setAccessibleName(tr("Restoration settings"));
  setFixedWidth(kWidth);

  auto* content = new QWidget;
  content->setObjectName(QStringLiteral("panelContent"));
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(16, 14, 16, 14);
  column->setSpacing(8);

  column->addWidget(title(tr("MODEL"), content));
  models_ = new QComboBox(content);
  models_->setObjectName(QStringLiteral("models"));
  models_->setAccessibleName(tr("Model"));
  models_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  column->addWidget(models_);
  hint_ = new QLabel(content);
  hint_->setObjectName(QStringLiteral("hint"));
  hint_->setWordWrap(true);
  column->addWidget(hint_);
  parameters_ = new ParameterPanel(workers.files, content);
  column->addWidget(parameters_);
  connect(parameters_, &ParameterPanel::submitted, this, [this] { commands_["restore.run"]->trigger(); });
  connect(parameters_, &ParameterPanel::companionChosen, this,
          [this](const QString& fileName, const QString& file) { settings_.setCompanion(fileName, file); });

  column->addSpacing(14);
  column->addWidget(title(tr("STRENGTH"), content));
  auto* line = new QHBoxLayout;
  strength_ = new QSlider(Qt::Horizontal, content);
  strength_->setObjectName(QStringLiteral("strengthSlider"));
  strength_->setRange(0, 100);
  strength_->setPageStep(10);
  strength_->setValue(100);
  strength_->setAccessibleName(tr("Strength in percent"));
  strength_->setToolTip(tr("How much of the result is blended over the original; takes effect at once"));
  strengthField_ = new QDoubleSpinBox(content);
  strengthField_->setObjectName(QStringLiteral("strengthField"));
  strengthField_->setRange(0, 100);
  strengthField_->setDecimals(0);
  strengthField_->setValue(100);
  strengthField_->setFixedWidth(62);
  strengthField_->setAlignment(Qt::AlignRight);
  strengthField_->setAccessibleName(tr("Strength in percent"));
  strengthField_->setToolTip(strength_->toolTip());
  auto* unit = new QLabel(QStringLiteral("%"), content);
  unit->setObjectName(QStringLiteral("unit"));
  line->addWidget(strength_, 1);
  line->addWidget(strengthField_);
  line->addWidget(unit);
  column->addLayout(line);
  column->addStretch();
  keepFromWheel(*content);

  auto* scroll = new QScrollArea(this);
  scroll->setWidget(content);
  scroll->setWidgetResizable(true);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFocusPolicy(Qt::NoFocus);
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(1, 0, 0, 0);
  all->setSpacing(0);
  all->addWidget(scroll, 1);
  all->addWidget(makeFooter());

  connect(&catalogue_, &ModelCatalogue::changed, this, &RestorePanel::fillModels);
  connect(models_, &QComboBox::activated, this, [this](int index) {
    const QString name = models_->itemData(index).toString();
    if (!name.isEmpty()) return chooseModel(name.toStdString());
    // The last row is a command, never a choice.
    models_->setCurrentIndex(models_->findData(models_->property("chosen")));
    Q_EMIT openCheckpointRequested();
  });
  connect(strength_, &QSlider::valueChanged, strengthField_, &QDoubleSpinBox::setValue);
  connect(strength_, &QSlider::sliderReleased, this, [this] { ++gesture_; });
  connect(strengthField_, &QDoubleSpinBox::valueChanged, this, [this](double percent) {
    {
      const QSignalBlocker quiet(strength_);
      strength_->setValue(qRound(percent));
    }
    if (document_) document_->setStrength(percent / 100, gesture_);
  });
  fillModels();
}

QWidget* RestorePanel::makeFooter() {
  auto* footer = new QWidget(this);
  footer->setObjectName(QStringLiteral("panelFooter"));
  footer->setAttribute(Qt::WA_StyledBackground);
  auto* column = new QVBoxLayout(footer);
  column->setContentsMargins(16, 12, 16, 14);
  column->setSpacing(8);
  progress_ = new QProgressBar(footer);
  progress_->setObjectName(QStringLiteral("progress"));
  progress_->setRange(0, 1000);
  progress_->setTextVisible(false);
  progress_->setAccessibleName(tr("Progress of the run"));
  remaining_ = new QLabel(footer);
  remaining_->setObjectName(QStringLiteral("remaining"));
  remaining_->setWordWrap(true);
  placement_ = new QLabel(footer);
  placement_->setObjectName(QStringLiteral("placement"));
  placement_->setWordWrap(true);
  column->addWidget(remaining_);
  column->addWidget(progress_);
  column->addWidget(placement_);
  auto* buttons = new QHBoxLayout;
  const auto button = [&](const char* id) {
    QAction* action = commands_[id];
    auto* made = new QPushButton(commandText(command(id)), footer);
    made->setObjectName(QLatin1String(id) + QStringLiteral("Button"));
    made->setAccessibleName(commandText(command(id)));
    made->setAutoDefault(false);
    connect(made, &QPushButton::clicked, action, &QAction::trigger);
    const auto follow = [made, action] {
      made->setEnabled(action->isEnabled());
      made->setToolTip(action->toolTip());
    };
    connect(action, &QAction::changed, made, follow);
    follow();
    buttons->addWidget(made);
    return made;
  };
  run_ = button("restore.run");
  run_->setProperty("primary", true);
  cancel_ = button("restore.cancel");
  column->addLayout(buttons);
  progress_->hide();
  remaining_->hide();
  placement_->hide();
  cancel_->hide();
  return footer;
}

void RestorePanel::updateIcons() {
  run_->setIcon(themedIconOnAccent(QStringLiteral("run")));
  cancel_->setIcon(themedIcon(QStringLiteral("cancel")));
}

void RestorePanel::fillModels() {
  const std::string chosen = model();
  {
    const QSignalBlocker quiet(models_);
    models_->clear();
    const ModelEntry* before = nullptr;
    for (const ModelEntry& entry : catalogue_.entries()) {
      if (!before || before->group != entry.group) addHeading(*models_, entry.purpose);
      before = &entry;
      models_->addItem(entry.title, QString::fromStdString(entry.name));
      models_->setItemData(models_->count() - 1, plainTip(entry.details), Qt::ToolTipRole);
    }
    if (models_->count() > 0) models_->insertSeparator(models_->count());
    models_->addItem(tr("Open checkpoint..."), QString());
  }
  if (catalogue_.find(chosen))
    chooseModel(chosen);
  else if (!catalogue_.entries().empty())
    chooseModel(catalogue_.entries().front().name);
  else
    showModel();
}

std::string RestorePanel::model() const {
  return models_->property("chosen").toString().toStdString();
}

void RestorePanel::chooseModel(const std::string& name) {
  if (!catalogue_.find(name)) return;
  const bool other = name != model();
  models_->setProperty("chosen", QString::fromStdString(name));
  models_->setCurrentIndex(models_->findData(QString::fromStdString(name)));
  if (!other) return;
  showModel();
  Q_EMIT modelChosen(name);
}

void RestorePanel::showModel() {
  const ModelEntry* entry = catalogue_.find(model());
  models_->setToolTip(entry ? plainTip(entry->details) : tr("The network that restores the photo"));
  hint_->setText(entry ? detailOf(*entry)
                       : tr("No model is installed. Open a checkpoint file, or put one into the model folder."));
  parameters_->setDenoisers(modelsFor(&ModelEntry::denoiser, catalogue_));
  parameters_->setPriors(modelsFor(&ModelEntry::prior, catalogue_));
  parameters_->setBlends(entry ? blendsOf(catalogue_, *entry) : std::vector<std::pair<std::string, QString>>{});
  parameters_->setCompanions(entry ? companionsOf(*entry, settings_) : Companions{});
  parameters_->setParameters(entry ? entry->parameters : std::vector<models::Parameter>{});
  parameters_->showUsed(document_ ? document_->usedRecipes() : std::vector<core::Recipe>{});
}

core::Recipe RestorePanel::recipe() const {
  core::Recipe recipe;
  recipe.steps.push_back({model(), parameters_->settings(), strengthField_->value() / 100});
  return recipe;
}

void RestorePanel::setDocument(Document* document) {
  if (document_) disconnect(document_, nullptr, this, nullptr);
  document_ = document;
  if (document_) {
    connect(document_, &Document::stateChanged, this, &RestorePanel::showDocument);
    connect(document_, &Document::strengthChanged, this, &RestorePanel::showDocument);
    connect(document_, &Document::resultChanged, this, &RestorePanel::showDocument);
    connect(document_, &Document::runChanged, this, &RestorePanel::showProgress);
    connect(document_, &Document::runProgressed, this, &RestorePanel::showProgress);
    connect(document_, &QObject::destroyed, this, [this, document] {
      if (document_ == document) document_ = nullptr;
    });
  }
  showDocument();
  showProgress();
}

void RestorePanel::showDocument() {
  const QSignalBlocker quietSlider(strength_);
  const QSignalBlocker quietField(strengthField_);
  const double percent = document_ ? document_->strength() * 100 : 100;
  strength_->setValue(qRound(percent));
  strengthField_->setValue(percent);
  const bool hasResult = document_ && document_->result();
  parameters_->showUsed(document_ ? document_->usedRecipes() : std::vector<core::Recipe>{});
  parameters_->showChosen(hasResult ? document_->result()->chosen : std::map<std::string, std::string>{});
}

void RestorePanel::showProgress() {
  const bool running = document_ && document_->run();
  progress_->setVisible(running);
  remaining_->setVisible(running);
  cancel_->setVisible(running);
  run_->setVisible(!running);
  placement_->setVisible(running && document_->progress() && !document_->progress()->weights.empty());
  if (!running) return;
  const auto& report = document_->progress();
  if (report) placement_->setText(placementText(*report));
  progress_->setValue(report ? qRound(report->fraction * 1000) : 0);
  if (document_->run()->isCancelled()) {
    remaining_->setText(tr("Stopping..."));
  } else if (!report) {
    remaining_->setText(tr("Preparing..."));
  } else {
    remaining_->setText(progressText(*report));
  }
}

}  // namespace heirloom::ui
