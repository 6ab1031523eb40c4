#include "ui/panels/prompt_field.h"

#include <QFontMetrics>
#include <QKeyEvent>
#include <QMenu>
#include <QPlainTextEdit>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/text.h"

namespace heirloom::ui {
namespace {

constexpr int kLines = 4;
constexpr int kMenuCharacters = 60;

}  // namespace

PromptField::PromptField(QWidget* parent) : QWidget(parent), editor_(new QPlainTextEdit(this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  editor_->setTabChangesFocus(true);
  const int frame = 2 * (editor_->frameWidth() + static_cast<int>(editor_->document()->documentMargin()));
  editor_->setFixedHeight(kLines * QFontMetrics(editor_->font()).lineSpacing() + frame);
  editor_->setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
  column->addWidget(editor_);
  setFocusProxy(editor_);
  editor_->installEventFilter(this);

  auto* suggestions = new QToolButton(this);
  suggestions->setObjectName(QStringLiteral("suggestions"));
  suggestions->setText(tr("Suggestions"));
  suggestions->setPopupMode(QToolButton::InstantPopup);
  auto* menu = new QMenu(suggestions);
  suggestions->setMenu(menu);
  connect(menu, &QMenu::aboutToShow, this, [this, menu] { fill(*menu); });
  column->addWidget(suggestions, 0, Qt::AlignRight);
  connect(editor_, &QPlainTextEdit::textChanged, this, &PromptField::changed);
}

void PromptField::describe(const QString& name, const QString& help) {
  editor_->setAccessibleName(name);
  editor_->setAccessibleDescription(help);
  editor_->setToolTip(help);
  findChild<QToolButton*>(QStringLiteral("suggestions"))->setAccessibleName(tr("Suggestions for %1").arg(name));
}

QString PromptField::text() const {
  return editor_->toPlainText();
}

void PromptField::setText(const QString& text) {
  if (text != editor_->toPlainText()) editor_->setPlainText(text);
}

void PromptField::setHistory(QStringList history) {
  history_ = std::move(history);
  shown_ = -1;
}

void PromptField::type(const QString& text) {
  QTextCursor cursor(editor_->document());
  cursor.select(QTextCursor::Document);
  cursor.insertText(text);
  editor_->moveCursor(QTextCursor::End);
}

void PromptField::step(int older) {
  const int wanted = std::clamp(shown_ + older, -1, static_cast<int>(history_.size()) - 1);
  if (wanted == shown_) return;
  if (shown_ < 0) written_ = text();
  shown_ = wanted;
  type(shown_ < 0 ? written_ : history_[shown_]);
}

bool PromptField::eventFilter(QObject* watched, QEvent* event) {
  if (watched != editor_ || event->type() != QEvent::KeyPress) return QWidget::eventFilter(watched, event);
  const auto* key = static_cast<QKeyEvent*>(event);
  if (key->modifiers() == Qt::AltModifier && (key->key() == Qt::Key_Up || key->key() == Qt::Key_Down)) {
    step(key->key() == Qt::Key_Up ? 1 : -1);
    return true;
  }
  if (key->modifiers().testFlag(Qt::ShiftModifier) && (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter)) {
    Q_EMIT submitted();
    return true;
  }
  return false;
}

void PromptField::fill(QMenu& menu) {
  menu.clear();
  menu.setToolTipsVisible(true);
  const auto add = [&](QString name, const QString& text) {
    QAction* action = menu.addAction(name.replace(u'&', QStringLiteral("&&")));
    action->setToolTip(text);
    connect(action, &QAction::triggered, this, [this, text] { type(text); });
  };
  for (const auto& [name, text] : presets_) add(name, text);
  if (history_.isEmpty()) return;
  menu.addSection(tr("Used before"));
  for (const QString& text : history_) add(shortName(text.simplified(), kMenuCharacters), text);
}

}  // namespace heirloom::ui
