#pragma once

#include <QColor>
#include <QObject>

#include "ui/app_settings.h"

namespace heirloom::ui {

/// The colours that everything is made of. Greys are neutral: nothing beside a photo may have a hue that changes how it
/// looks.
struct ThemeColours {
  QColor window;   // tool bar, status bar
  QColor panel;    // where settings stand
  QColor surface;  // fields, lists
  QColor raised;   // buttons
  QColor border;
  QColor text;
  QColor mutedText;
  QColor accent;  // the one colour: focus, selection, the main button
  QColor onAccent;
  QColor canvas;  // around the photo
  QColor error;
  QColor warning;
};
const ThemeColours& coloursOf(bool dark);

/// Applies light or dark to the whole application and follows the system where the person wants that.
class Theme : public QObject {
  Q_OBJECT
 public:
  explicit Theme(AppSettings& settings, QObject* parent = nullptr);

  bool isDark() const { return dark_; }
  const ThemeColours& colours() const { return coloursOf(dark_); }

 Q_SIGNALS:
  void changed();

 private:
  void apply();

  AppSettings& settings_;
  bool systemDark_ = false;
  bool dark_ = false;
  bool applied_ = false;
};

}  // namespace heirloom::ui
