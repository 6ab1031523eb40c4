#include "ui/dialogs/shortcuts_dialog.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "ui/commands.h"

namespace heirloom::ui {

ShortcutsDialog::ShortcutsDialog(const AppSettings& settings, QWidget* parent) : QDialog(parent) {
  setWindowTitle(tr("Shortcuts"));
  resize(520, 620);
  auto* list = new QTreeWidget(this);
  list->setObjectName(QStringLiteral("shortcutList"));
  list->setAccessibleName(tr("Commands and their shortcuts"));
  list->setHeaderLabels({tr("Command"), tr("Shortcut")});
  list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
  list->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
  list->header()->setStretchLastSection(false);
  list->setSelectionMode(QAbstractItemView::SingleSelection);
  QTreeWidgetItem* group = nullptr;
  const auto startGroup = [&](const QString& title) {
    group = new QTreeWidgetItem(list, {title});
    QFont bold = list->font();
    bold.setBold(true);
    group->setFont(0, bold);
    group->setFirstColumnSpanned(true);
    group->setExpanded(true);
  };
  std::optional<MenuId> menu;
  for (const Command& command : commands()) {
    if (menu != command.menu) {
      menu = command.menu;
      startGroup(menuTitle(command.menu).remove(u'&'));
    }
    QStringList keys;
    for (const QKeySequence& sequence : shortcutsOf(command, settings))
      keys << sequence.toString(QKeySequence::NativeText);
    new QTreeWidgetItem(group, {commandText(command), keys.join(QStringLiteral(", "))});
  }
  startGroup(tr("Mouse and photo"));
  const std::pair<QString, QString> gestures[] = {{tr("Zoom at the cursor"), tr("Wheel")},
                                                  {tr("Move the photo"), tr("Left or middle button, Space")},
                                                  {tr("Fit or 100 %"), tr("Double click")},
                                                  {tr("Move the photo with the keyboard"), tr("Shift + arrow keys")},
                                                  {tr("Move the divider"), tr("Tab to it, then arrow keys")}};
  for (const auto& [what, how] : gestures) new QTreeWidgetItem(group, {what, how});
  list->setCurrentItem(list->topLevelItem(0));

  auto* layout = new QVBoxLayout(this);
  layout->addWidget(list);
  auto* buttons = new QDialogButtonBox(this);
  QPushButton* close = buttons->addButton(tr("Close"), QDialogButtonBox::RejectRole);
  close->setAccessibleName(tr("Close"));
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  layout->addWidget(buttons);
}

}  // namespace heirloom::ui
