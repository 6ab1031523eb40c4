#include "ui/commands.h"

#include <QAbstractSpinBox>
#include <QApplication>
#include <QCoreApplication>
#include <QKeyEvent>
#include <QLineEdit>

#include "ui/app_settings.h"
#include "ui/theme/icons.h"

namespace heirloom::ui {
namespace {

QList<QKeySequence> parse(const QStringList& texts) {
  QList<QKeySequence> sequences;
  for (const QString& text : texts) sequences << QKeySequence(text, QKeySequence::PortableText);
  return sequences;
}

// Typing into a field is never a command.
bool takesText(const QWidget* widget) {
  return qobject_cast<const QLineEdit*>(widget) || qobject_cast<const QAbstractSpinBox*>(widget);
}

}  // namespace

QList<QKeySequence> shortcutsOf(const Command& command, const AppSettings& settings) {
  if (const auto own = settings.shortcuts(QLatin1String(command.id))) return parse(*own);
  return parse(QString::fromLatin1(command.shortcuts).split(u' ', Qt::SkipEmptyParts));
}

std::map<std::string_view, QString> conflicts(const std::map<std::string_view, QList<QKeySequence>>& shortcuts) {
  std::map<std::string_view, QString> found;
  for (auto first = shortcuts.begin(); first != shortcuts.end(); ++first) {
    for (auto second = std::next(first); second != shortcuts.end(); ++second) {
      for (const QKeySequence& sequence : first->second) {
        if (sequence.isEmpty() || !second->second.contains(sequence)) continue;
        found[first->first] = found[second->first] = sequence.toString(QKeySequence::NativeText);
      }
    }
  }
  return found;
}

CommandSet::CommandSet(AppSettings& settings, QWidget* window, QWidget* viewer)
    : QObject(window), settings_(settings), window_(window) {
  for (const Command& command : commands()) {
    auto* action = new QAction(QCoreApplication::translate("Commands", command.text), this);
    action->setObjectName(QLatin1String(command.id));
    action->setCheckable(command.kind == Command::Kind::Checked);
    action->setMenuRole(QAction::NoRole);
    // A menu shows either an icon or whether it is on.
    action->setIconVisibleInMenu(!action->isCheckable());
    const bool inViewer = command.kind == Command::Kind::Viewer;
    if (inViewer) action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    (inViewer ? viewer : window)->addAction(action);
    actions_[command.id] = action;
  }
  updateShortcuts();
  updateIcons();
  connect(&settings_, &AppSettings::shortcutsChanged, this, &CommandSet::updateShortcuts);
  qApp->installEventFilter(this);
}

QAction* CommandSet::operator[](std::string_view id) const {
  return actions_.at(id);
}

void CommandSet::setFacts(Need facts) {
  for (const Command& command : commands()) actions_.at(command.id)->setEnabled(satisfied(command.needs, facts));
}

void CommandSet::updateIcons() {
  for (const Command& command : commands()) {
    if (*command.icon) actions_.at(command.id)->setIcon(themedIcon(QLatin1String(command.icon)));
  }
}

void CommandSet::updateShortcuts() {
  for (const Command& command : commands()) {
    const QList<QKeySequence> sequences = shortcutsOf(command, settings_);
    QAction* action = actions_.at(command.id);
    // QAction knows no keys that are held: those are watched by the filter, and the menu only names them.
    if (command.kind == Command::Kind::Held)
      heldKeys_[command.id] = sequences;
    else
      action->setShortcuts(sequences);
    QString tip = QCoreApplication::translate("Commands", command.tip);
    action->setStatusTip(tip);
    if (!sequences.isEmpty()) tip += QStringLiteral(" (%1)").arg(sequences.first().toString(QKeySequence::NativeText));
    action->setToolTip(tip);
    if (command.kind == Command::Kind::Held && !sequences.isEmpty()) {
      // Behind a tab a menu shows text where shortcuts stand.
      action->setText(QCoreApplication::translate("Commands", command.text) + u'\t' +
                      sequences.first().toString(QKeySequence::NativeText));
    }
  }
}

bool CommandSet::eventFilter(QObject* watched, QEvent* event) {
  const bool press = event->type() == QEvent::KeyPress;
  if (!press && event->type() != QEvent::KeyRelease) return QObject::eventFilter(watched, event);
  auto* widget = qobject_cast<QWidget*>(watched);
  const auto* key = static_cast<QKeyEvent*>(event);
  if (!widget || widget->window() != window_ || (press && takesText(widget))) return false;
  for (const auto& [id, sequences] : heldKeys_) {
    for (const QKeySequence& sequence : sequences) {
      // Where the key needs Shift or AltGr is the keyboard's business.
      if (sequence.isEmpty() || sequence[0].key() != key->key()) continue;
      if (!key->isAutoRepeat() && actions_.at(id)->isEnabled()) {
        Q_EMIT held(QLatin1String(id), press);
      }
      return true;
    }
  }
  return false;
}

}  // namespace heirloom::ui
