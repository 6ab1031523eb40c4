#pragma once

class QWidget;

namespace heirloom::ui {

/// Sliders, fields and lists below `parent` take the mouse wheel only while they have the focus; otherwise it scrolls
/// what they stand in. A setting must not change because somebody scrolls past it.
void keepFromWheel(QWidget& parent);

}  // namespace heirloom::ui
