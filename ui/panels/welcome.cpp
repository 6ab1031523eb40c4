#include "ui/panels/welcome.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "ui/commands.h"
#include "ui/theme/icons.h"

namespace heirloom::ui {

Welcome::Welcome(CommandSet& commands, QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("welcome"));
  setAttribute(Qt::WA_StyledBackground);
  setAccessibleName(tr("Start"));
  auto* frame = new QWidget(this);
  frame->setObjectName(QStringLiteral("welcomeDrop"));
  frame->setAttribute(Qt::WA_StyledBackground);
  auto* column = new QVBoxLayout(frame);
  column->setContentsMargins(48, 40, 48, 44);
  column->setSpacing(10);
  auto* picture = new QLabel(frame);
  picture->setPixmap(themedIcon(QStringLiteral("heirloom")).pixmap(QSize(88, 88), devicePixelRatioF()));
  picture->setAlignment(Qt::AlignCenter);
  column->addWidget(picture);
  auto* title = new QLabel(tr("Drop photos here"), frame);
  title->setObjectName(QStringLiteral("welcomeTitle"));
  title->setAlignment(Qt::AlignCenter);
  column->addWidget(title);
  auto* hint = new QLabel(tr("or folders, or paste a picture"), frame);
  hint->setObjectName(QStringLiteral("hint"));
  hint->setAlignment(Qt::AlignCenter);
  column->addWidget(hint);
  column->addSpacing(12);
  auto* open = new QPushButton(tr("Open Photos..."), frame);
  open->setObjectName(QStringLiteral("welcomeOpen"));
  open->setProperty("primary", true);
  open->setAccessibleName(tr("Open photos"));
  connect(open, &QPushButton::clicked, commands["file.open"], &QAction::trigger);
  column->addWidget(open, 0, Qt::AlignCenter);

  auto* all = new QVBoxLayout(this);
  all->addStretch();
  all->addWidget(frame, 0, Qt::AlignCenter);
  all->addStretch();
}

}  // namespace heirloom::ui
