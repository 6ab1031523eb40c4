#include "ui/dialogs/preferences_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "core/engine/devices.h"
#include "ui/app_settings.h"
#include "ui/commands.h"
#include "ui/dialogs/file_dialog.h"
#include "ui/text.h"

namespace heirloom::ui {

PreferencesDialog::PreferencesDialog(AppSettings& settings, Workers& workers, QWidget* parent)
    : QDialog(parent), settings_(settings), workers_(workers) {
  setWindowTitle(tr("Preferences"));
  resize(600, 540);
  auto* tabs = new QTabWidget(this);
  tabs->setAccessibleName(tr("Pages of the preferences"));
  tabs->addTab(makeGeneralPage(), tr("General"));
  tabs->addTab(makeShortcutsPage(), tr("Shortcuts"));
  auto* buttons = new QDialogButtonBox(this);
  QPushButton* close = buttons->addButton(tr("Close"), QDialogButtonBox::RejectRole);
  close->setAccessibleName(tr("Close"));
  close->setAutoDefault(false);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(16, 16, 16, 14);
  layout->addWidget(tabs);
  layout->addWidget(buttons);
}

QWidget* PreferencesDialog::makeGeneralPage() {
  auto* page = new QWidget(this);
  auto* form = new QFormLayout(page);
  form->setContentsMargins(18, 18, 18, 18);
  form->setSpacing(12);
  form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  const auto labelled = [&](const QString& text, QWidget* buddy) {
    auto* label = new QLabel(text, page);
    label->setBuddy(buddy);
    buddy->setAccessibleName(QString(text).remove(u'&').remove(u':'));
    return label;
  };

  auto* theme = new QComboBox(page);
  theme->setObjectName(QStringLiteral("themeChoice"));
  theme->addItems({tr("As the system"), tr("Light"), tr("Dark")});
  theme->setCurrentIndex(static_cast<int>(settings_.theme()));
  connect(theme, &QComboBox::activated, this,
          [this](int index) { settings_.setTheme(static_cast<ThemeChoice>(index)); });
  form->addRow(labelled(tr("&Appearance:"), theme), theme);

  auto* profile = new QLineEdit(settings_.displayProfileFile(), page);
  profile->setObjectName(QStringLiteral("displayProfile"));
  profile->setPlaceholderText(tr("The system's"));
  auto* browse = new QPushButton(tr("&Browse..."), page);
  browse->setAutoDefault(false);
  browse->setAccessibleName(tr("Choose a monitor profile"));
  connect(profile, &QLineEdit::editingFinished, this,
          [this, profile] { settings_.setDisplayProfileFile(profile->text()); });
  connect(browse, &QPushButton::clicked, this, [this, profile] {
    auto* dialog = fileDialog(this, tr("Choose a Monitor Profile"), QFileDialog::ExistingFile,
                              QStringLiteral("/usr/share/color/icc"), tr("ICC profiles (*.icc *.icm)"));
    connect(dialog, &QFileDialog::fileSelected, this, [this, profile](const QString& file) {
      profile->setText(file);
      settings_.setDisplayProfileFile(file);
    });
    dialog->open();
  });
  auto* profileRow = new QHBoxLayout;
  profileRow->addWidget(profile, 1);
  profileRow->addWidget(browse);
  form->addRow(labelled(tr("&Monitor profile:"), profile), profileRow);

  auto* device = new QComboBox(page);
  device->setObjectName(QStringLiteral("deviceChoice"));
  device->addItem(tr("The fastest"), QStringLiteral("auto"));
  form->addRow(labelled(tr("&Device:"), device), device);
  auto* notes = new QLabel(tr("Looking for devices..."), page);
  notes->setObjectName(QStringLiteral("hint"));
  notes->setWordWrap(true);
  form->addRow(QString(), notes);
  inBackground(
      workers_.files, device, [](std::stop_token) { return core::devices(); },
      [this, device, notes](Result<core::DeviceReport> result) {
        if (const auto* error = std::get_if<Error>(&result)) return notes->setText(explained(*error));
        const auto& report = std::get<core::DeviceReport>(result);
        for (const core::DeviceInfo& info : report.devices) {
          device->addItem(
              QStringLiteral("%1 (%2)").arg(QString::fromStdString(info.name), QString::fromStdString(info.id)),
              QString::fromStdString(info.id));
        }
        QStringList sentences;
        for (const Message& note : report.notes) sentences << sentence(note);
        notes->setText(sentences.join(u'\n'));
        device->setCurrentIndex(std::max(0, device->findData(settings_.device())));
      });
  connect(device, &QComboBox::activated, this,
          [this, device] { settings_.setDevice(device->currentData().toString()); });

  auto* precision = new QComboBox(page);
  precision->setObjectName(QStringLiteral("precisionChoice"));
  precision->addItem(tr("As the device does it best"), QStringLiteral("auto"));
  precision->addItem(tr("float32: exact"), QStringLiteral("float32"));
  precision->addItem(tr("bfloat16: half the memory, faster where the processor has it"), QStringLiteral("bfloat16"));
  precision->addItem(tr("float16: half the memory, may overflow"), QStringLiteral("float16"));
  precision->setToolTip(
      tr("As the device does it best: bfloat16 on a GPU; on a processor that is fast in it, too, for 8-bit photos and "
         "networks whose results stay within 0.05 dB; otherwise float32"));
  precision->setCurrentIndex(std::max(0, precision->findData(settings_.precision())));
  precision->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  form->addRow(labelled(tr("&Precision:"), precision), precision);
  connect(precision, &QComboBox::activated, this,
          [this, precision] { settings_.setPrecision(precision->currentData().toString()); });
  return page;
}

QWidget* PreferencesDialog::makeShortcutsPage() {
  auto* page = new QWidget(this);
  auto* layout = new QVBoxLayout(page);
  layout->setContentsMargins(14, 14, 14, 14);
  list_ = new QTreeWidget(page);
  list_->setObjectName(QStringLiteral("shortcutEditor"));
  list_->setAccessibleName(tr("Commands and their shortcuts"));
  list_->setHeaderLabels({tr("Command"), tr("Shortcut")});
  list_->header()->setSectionResizeMode(0, QHeaderView::Stretch);
  list_->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
  list_->header()->setStretchLastSection(false);
  list_->setRootIsDecorated(false);
  for (const Command& command : commands()) {
    auto* item = new QTreeWidgetItem(list_, {commandText(command)});
    item->setData(0, Qt::UserRole, QLatin1String(command.id));
    item->setToolTip(0, QCoreApplication::translate("Commands", command.tip));
  }
  layout->addWidget(list_, 1);
  auto* line = new QHBoxLayout;
  editor_ = new QKeySequenceEdit(page);
  editor_->setObjectName(QStringLiteral("shortcutField"));
  editor_->setAccessibleName(tr("New shortcut"));
  auto* none = new QPushButton(tr("&None"), page);
  auto* standard = new QPushButton(tr("&Standard"), page);
  none->setAccessibleName(tr("No shortcut"));
  standard->setAccessibleName(tr("The standard shortcut"));
  none->setAutoDefault(false);
  standard->setAutoDefault(false);
  line->addWidget(editor_, 1);
  line->addWidget(none);
  line->addWidget(standard);
  layout->addLayout(line);
  conflict_ = new QLabel(page);
  conflict_->setObjectName(QStringLiteral("conflict"));
  conflict_->setWordWrap(true);
  layout->addWidget(conflict_);

  const auto selected = [this] { return list_->currentItem()->data(0, Qt::UserRole).toString(); };
  connect(list_, &QTreeWidget::currentItemChanged, this, &PreferencesDialog::selectCommand);
  connect(editor_, &QKeySequenceEdit::editingFinished, this, [this] { assign(editor_->keySequence()); });
  connect(none, &QPushButton::clicked, this, [this, selected] { settings_.setShortcuts(selected(), QStringList()); });
  connect(standard, &QPushButton::clicked, this,
          [this, selected] { settings_.setShortcuts(selected(), std::nullopt); });
  connect(&settings_, &AppSettings::shortcutsChanged, this, &PreferencesDialog::showShortcuts);
  list_->setCurrentItem(list_->topLevelItem(0));
  showShortcuts();
  return page;
}

void PreferencesDialog::showShortcuts() {
  std::map<std::string_view, QList<QKeySequence>> all;
  for (const Command& command : commands()) all[command.id] = shortcutsOf(command, settings_);
  const auto shared = conflicts(all);
  for (int row = 0; row < list_->topLevelItemCount(); ++row) {
    QTreeWidgetItem* item = list_->topLevelItem(row);
    const std::string id = item->data(0, Qt::UserRole).toString().toStdString();
    QStringList keys;
    for (const QKeySequence& sequence : all[command(id).id]) keys << sequence.toString(QKeySequence::NativeText);
    const bool conflict = shared.contains(id);
    item->setText(1, (conflict ? QStringLiteral("\u26a0 ") : QString()) + keys.join(QStringLiteral(", ")));
  }
  QStringList names;
  for (const auto& [id, keys] : shared) names << QStringLiteral("%1 (%2)").arg(commandText(command(id)), keys);
  conflict_->setText(names.isEmpty() ? QString()
                                     : tr("These commands share a shortcut: %1").arg(names.join(QStringLiteral(", "))));
  conflict_->setVisible(!names.isEmpty());
  selectCommand(list_->currentItem());
}

void PreferencesDialog::selectCommand(QTreeWidgetItem* item) {
  if (!item) return;
  const auto sequences = shortcutsOf(command(item->data(0, Qt::UserRole).toString().toStdString()), settings_);
  const QSignalBlocker quiet(editor_);
  editor_->setKeySequence(sequences.isEmpty() ? QKeySequence() : sequences.first());
}

void PreferencesDialog::assign(const QKeySequence& sequence) {
  const QString id = list_->currentItem()->data(0, Qt::UserRole).toString();
  const auto before = shortcutsOf(command(id.toStdString()), settings_);
  if (!before.isEmpty() && before.first() == sequence) return;
  QStringList texts;
  if (!sequence.isEmpty()) texts << sequence.toString(QKeySequence::PortableText);
  settings_.setShortcuts(id, texts);
}

}  // namespace heirloom::ui
