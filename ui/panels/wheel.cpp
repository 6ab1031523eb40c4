#include "ui/panels/wheel.h"

#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QEvent>
#include <QScrollBar>

namespace heirloom::ui {
namespace {

class WheelFilter : public QObject {
 public:
  using QObject::QObject;
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (event->type() != QEvent::Wheel || static_cast<QWidget*>(watched)->hasFocus()) return false;
    event->ignore();
    return true;
  }
};

}  // namespace

void keepFromWheel(QWidget& parent) {
  auto* filter = new WheelFilter(&parent);
  for (QWidget* widget : parent.findChildren<QWidget*>()) {
    const bool turns = qobject_cast<QAbstractSpinBox*>(widget) || qobject_cast<QComboBox*>(widget) ||
                       (qobject_cast<QAbstractSlider*>(widget) && !qobject_cast<QScrollBar*>(widget));
    if (!turns) continue;
    // Not by the wheel itself.
    widget->setFocusPolicy(Qt::StrongFocus);
    widget->installEventFilter(filter);
  }
}

}  // namespace heirloom::ui
