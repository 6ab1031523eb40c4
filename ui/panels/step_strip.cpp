#include "ui/panels/step_strip.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/engine/damage_estimate.h"
#include "ui/document.h"
#include "ui/panels/change_plot.h"
#include "ui/run_steps.h"
#include "ui/thumbnail.h"

namespace heirloom::ui {
namespace {

constexpr int kStripHeight = 158;

/// Thousandths for a fast processor, one decimal where people wait.
QString timeOf(double seconds) {
  if (seconds < 1) return StepStrip::tr("%1 ms").arg(qRound(seconds * 1000));
  return StepStrip::tr("%1 s").arg(QLocale().toString(seconds, 'f', seconds < 100 ? 1 : 0));
}

QString textOf(const core::DamageEstimate& estimate) {
  const QString value = QLocale().toString(estimate.value, 'f', 2);
  switch (estimate.damage) {
    case core::Damage::Light:
      return StepStrip::tr("Estimated damage: light (%1)").arg(value);
    case core::Damage::Medium:
      return StepStrip::tr("Estimated damage: medium (%1)").arg(value);
    case core::Damage::Heavy:
      return StepStrip::tr("Estimated damage: heavy (%1)").arg(value);
  }
  return {};
}

}  // namespace

StepStrip::StepStrip(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("stepStrip"));
  setAttribute(Qt::WA_StyledBackground);
  setAccessibleName(tr("Steps of the run"));
  setFixedHeight(kStripHeight);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 1, 12, 0);
  row->setSpacing(8);
  list_ = new QListWidget(this);
  list_->setObjectName(QStringLiteral("steps"));
  list_->setAccessibleName(tr("Steps of the run"));
  list_->setViewMode(QListView::IconMode);
  list_->setFlow(QListView::LeftToRight);
  list_->setWrapping(false);
  list_->setMovement(QListView::Static);
  list_->setIconSize(kThumbnail);
  list_->setUniformItemSizes(true);
  list_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  list_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  list_->setSpacing(3);
  row->addWidget(list_, 1);
  auto* side = new QVBoxLayout;
  side->addStretch();
  change_ = new ChangePlot(this);
  side->addWidget(change_, 0, Qt::AlignCenter);
  damage_ = new QLabel(this);
  damage_->setObjectName(QStringLiteral("hint"));
  damage_->setAlignment(Qt::AlignCenter);
  damage_->setToolTip(
      tr("How far the previews moved in all, as a share of the variance that pictures have: medium from %1 on, heavy "
         "from %2. That their restlessness tells the damage is the method's own finding; the scale is ours.")
          .arg(QLocale().toString(core::kMediumDamage), QLocale().toString(core::kHeavyDamage)));
  side->addWidget(damage_);
  caption_ = new QLabel(this);
  caption_->setObjectName(QStringLiteral("hint"));
  caption_->setAlignment(Qt::AlignCenter);
  side->addWidget(caption_);
  take_ = new QPushButton(tr("&Use This Step"), this);
  take_->setObjectName(QStringLiteral("takeStep"));
  take_->setAccessibleName(tr("Use this step"));
  side->addWidget(take_);
  goOn_ = new QPushButton(tr("&Continue from Here"), this);
  goOn_->setObjectName(QStringLiteral("goOn"));
  goOn_->setAccessibleName(tr("Continue from here"));
  goOn_->setToolTip(tr("Run on from the chosen step, with the words and settings as they are now"));
  side->addWidget(goOn_);
  side->addStretch();
  row->addLayout(side);
  hide();
  connect(list_, &QListWidget::currentRowChanged, this, [this](int chosen) {
    if (document_) document_->steps().choose(chosen);
  });
  const auto take = [this] {
    if (take_->isEnabled()) Q_EMIT takeRequested();
  };
  connect(take_, &QPushButton::clicked, this, take);
  connect(goOn_, &QPushButton::clicked, this, &StepStrip::goOnRequested);
  connect(list_, &QListWidget::itemActivated, this, take);
}

void StepStrip::setDocument(Document* document) {
  if (document_) {
    disconnect(document_, nullptr, this, nullptr);
    disconnect(&document_->steps(), nullptr, this, nullptr);
  }
  document_ = document;
  if (document) {
    RunSteps* steps = &document->steps();
    connect(document, &Document::resultChanged, this, &StepStrip::updateState);
    connect(document, &Document::runChanged, this, &StepStrip::updateState);
    connect(document, &QObject::destroyed, this, [this, document] {
      if (document_ == document) document_ = nullptr;
    });
    connect(steps, &RunSteps::forgotten, this, &StepStrip::fill);
    connect(steps, &RunSteps::added, this, [this](int row) {
      addItem(row);
      updateState();
    });
    connect(steps, &RunSteps::pictured, this, &StepStrip::updateItem);
    connect(steps, &RunSteps::reduced, this, &StepStrip::updateItem);
    connect(steps, &RunSteps::chosenChanged, this, &StepStrip::updateState);
  }
  fill();
}

void StepStrip::fill() {
  {
    const QSignalBlocker quiet(list_);
    list_->clear();
  }
  if (document_) {
    for (int row = 0; row < std::ssize(document_->steps().all()); ++row) addItem(row);
  }
  updateState();
}

void StepStrip::addItem(int row) {
  auto* item = new QListWidgetItem;
  item->setSizeHint(QSize(kThumbnail.width() + 14, kStripHeight - 17));
  item->setTextAlignment(Qt::AlignHCenter);
  {
    const QSignalBlocker quiet(list_);
    list_->addItem(item);
  }
  updateItem(row);
}

void StepStrip::updateItem(int row) {
  const RunStep& step = document_->steps().all()[static_cast<std::size_t>(row)];
  QListWidgetItem* item = list_->item(row);
  item->setIcon(thumbnailCard(step.thumbnail, devicePixelRatioF()));
  const QString time = timeOf(step.seconds);
  item->setText(tr("%1, %2", "a step and the time it took").arg(captionOf(step), time));
  QString spokenName = tr("%1, took %2").arg(captionOf(step), time);
  QString tip = spokenName;
  if (!step.raster) {
    item->setFlags(Qt::NoItemFlags);
    tip = tr("Only the small picture of this step was kept");
    spokenName += QStringLiteral(". ") + tip;
  }
  item->setToolTip(tip);
  item->setData(Qt::AccessibleTextRole, spokenName);
}

void StepStrip::updateState() {
  const bool shown = document_ && document_->showsSteps();
  setVisible(shown);
  if (!shown) return;
  const RunSteps& steps = document_->steps();
  std::vector<double> changes;
  for (const RunStep& step : steps.all()) {
    if (step.change) changes.push_back(*step.change);
  }
  const std::optional<core::DamageEstimate> damage = core::estimateDamage(changes);
  damage_->setText(damage ? textOf(*damage) : QString());
  damage_->setVisible(damage.has_value());
  change_->setValues(std::move(changes));
  caption_->setText(steps.tiles() > 1 ? tr("Part %1 of %2").arg(steps.tile() + 1).arg(steps.tiles()) : QString());
  caption_->setVisible(steps.tiles() > 1);
  take_->setEnabled(document_->canTakeStep(steps.chosen()));
  take_->setToolTip(
      document_->mustMakeStep(steps.chosen())
          ? tr("Make the picture of the chosen step in full, which takes a moment, and take it for the result; Undo "
               "brings the last one back")
          : tr("Take the picture of the chosen step for the result; Undo brings the last one back"));
  take_->setVisible(steps.tiles() == 1);
  goOn_->setEnabled(document_->canGoOn(steps.chosen()));
  goOn_->setVisible(std::ranges::any_of(steps.all(), [](const RunStep& step) { return step.kept != nullptr; }));
  if (list_->currentRow() == steps.chosen()) return;
  const QSignalBlocker quiet(list_);
  list_->setCurrentRow(steps.chosen());
  if (QListWidgetItem* item = list_->currentItem()) list_->scrollToItem(item);
}

}  // namespace heirloom::ui
