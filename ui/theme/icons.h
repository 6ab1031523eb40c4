#pragma once

#include <QColor>
#include <QIcon>
#include <QString>

namespace heirloom::ui {

/// The colours that `themedIcon` draws with from now on.
void setIconColours(const QColor& colour, const QColor& onAccent);

/// The icon `name` of the resources, drawn in the theme's colour, sharp at every size and pixel density. Icons made
/// before a change of theme keep their colour.
QIcon themedIcon(const QString& name);
/// The same for a button in the accent colour.
QIcon themedIconOnAccent(const QString& name);

}  // namespace heirloom::ui
