#include "ui/panels/message_area.h"

#include <QAccessible>
#include <QAccessibleEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include "ui/text.h"
#include "ui/theme/icons.h"

namespace heirloom::ui {
namespace {

const char* nameOf(MessageArea::Severity severity) {
  switch (severity) {
    case MessageArea::Severity::Information:
      return "information";
    case MessageArea::Severity::Warning:
      return "warning";
    case MessageArea::Severity::Error:
      return "error";
  }
  return "";
}

void dismiss(QWidget* row, QList<QWidget*>& rows) {
  rows.removeOne(row);
  row->hide();
  row->deleteLater();
}

}  // namespace

MessageArea::MessageArea(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("messages"));
  setAccessibleName(tr("Messages"));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  hide();
}

void MessageArea::show(Severity severity, const QString& text, const QList<Answer>& answers) {
  for (QWidget* row : QList(rows_)) {
    if (row->accessibleName() == text || rows_.size() >= kMost) dismiss(row, rows_);
  }
  auto* row = new QWidget(this);
  row->setObjectName(QStringLiteral("message"));
  row->setAttribute(Qt::WA_StyledBackground);
  row->setAccessibleName(text);
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 8, 0);
  layout->setSpacing(8);
  auto* edge = new QWidget(row);
  edge->setObjectName(QStringLiteral("messageEdge"));
  edge->setProperty("severity", QLatin1String(nameOf(severity)));
  edge->setAttribute(Qt::WA_StyledBackground);
  edge->setFixedWidth(4);
  layout->addWidget(edge);
  auto* icon = new QLabel(row);
  icon->setPixmap(themedIcon(severity == Severity::Information ? QStringLiteral("info") : QStringLiteral("warning"))
                      .pixmap(QSize(18, 18), devicePixelRatioF()));
  icon->setContentsMargins(6, 0, 0, 0);
  layout->addWidget(icon);
  auto* label = new QLabel(text, row);
  label->setObjectName(QStringLiteral("messageText"));
  label->setTextFormat(Qt::PlainText);
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  label->setAccessibleName(text);
  label->setContentsMargins(0, 8, 0, 8);
  layout->addWidget(label, 1);

  const auto leave = [this, row] {
    dismiss(row, rows_);
    setVisible(!rows_.isEmpty());
  };
  for (const Answer& answer : answers) {
    auto* button = new QPushButton(answer.text, row);
    button->setAccessibleName(answer.text);
    connect(button, &QPushButton::clicked, row, [leave, act = answer.act] {
      leave();
      act();
    });
    layout->addWidget(button);
  }
  auto* close = new QToolButton(row);
  close->setObjectName(QStringLiteral("messageClose"));
  close->setIcon(themedIcon(QStringLiteral("close")));
  close->setFocusPolicy(Qt::TabFocus);
  close->setToolTip(tr("Close this message"));
  close->setAccessibleName(tr("Close this message"));
  connect(close, &QToolButton::clicked, row, leave);
  layout->addWidget(close);

  rows_ << row;
  this->layout()->addWidget(row);
  setVisible(true);
  QAccessibleEvent alert(row, QAccessible::Alert);
  QAccessible::updateAccessibility(&alert);
}

void MessageArea::show(const Error& error) {
  show(Severity::Error, explained(error));
}

void MessageArea::showWarnings(const QString& about, const std::vector<Message>& warnings) {
  if (warnings.empty()) return;
  QStringList sentences;
  for (const Message& warning : warnings) sentences << sentence(warning);
  sentences.removeDuplicates();
  show(Severity::Warning, about.isEmpty() ? sentences.join(u' ') : about + QStringLiteral(": ") + sentences.join(u' '));
}

QStringList MessageArea::texts() const {
  QStringList texts;
  for (const QWidget* row : rows_) texts << row->accessibleName();
  return texts;
}

void MessageArea::clearAbout(const QString& photo) {
  for (QWidget* row : QList(rows_)) {
    if (row->accessibleName().startsWith(photo + QStringLiteral(": "))) dismiss(row, rows_);
  }
  setVisible(!rows_.isEmpty());
}

void MessageArea::clear() {
  for (QWidget* row : std::exchange(rows_, {})) row->deleteLater();
  hide();
}

}  // namespace heirloom::ui
