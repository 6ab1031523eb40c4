#pragma once

#include <QWidget>

class QLabel;

namespace heirloom::ui {

class CommandSet;

/// What stands in the window before a photo is there.
class Welcome : public QWidget {
  Q_OBJECT
 public:
  explicit Welcome(CommandSet& commands, QWidget* parent = nullptr);
};

}  // namespace heirloom::ui
