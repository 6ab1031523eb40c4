#include "ui/theme/theme.h"

#include <QApplication>
#include <QFile>
#include <QPalette>
#include <QStyleFactory>

#include "ui/platform/system_colour_scheme.h"
#include "ui/theme/icons.h"

namespace heirloom::ui {
namespace {

const ThemeColours kLight{.window = 0xf1f1f0,
                          .panel = 0xf8f8f7,
                          .surface = 0xffffff,
                          .raised = 0xfdfdfd,
                          .border = 0xd3d3d1,
                          .text = 0x222325,
                          .mutedText = 0x62656a,
                          .accent = 0x1d6f73,
                          .onAccent = 0xffffff,
                          .canvas = 0xb9b9b9,
                          .error = 0xb3261e,
                          .warning = 0x8a5a00};

const ThemeColours kDark{.window = 0x25262a,
                         .panel = 0x2b2c30,
                         .surface = 0x1e1f22,
                         .raised = 0x36383d,
                         .border = 0x43454b,
                         .text = 0xe8e8e6,
                         .mutedText = 0xa4a7ad,
                         .accent = 0x4fb0ac,
                         .onAccent = 0x0d1a1a,
                         .canvas = 0x151617,
                         .error = 0xff8a80,
                         .warning = 0xf0c060};

QPalette paletteOf(const ThemeColours& colours) {
  QPalette palette;
  const auto faded = [&](const QColor& colour) {
    const auto mix = [](int a, int b) { return (a * 45 + b * 55) / 100; };
    return QColor(mix(colour.red(), colours.panel.red()), mix(colour.green(), colours.panel.green()),
                  mix(colour.blue(), colours.panel.blue()));
  };
  palette.setColor(QPalette::Window, colours.window);
  palette.setColor(QPalette::WindowText, colours.text);
  palette.setColor(QPalette::Base, colours.surface);
  palette.setColor(QPalette::AlternateBase, colours.panel);
  palette.setColor(QPalette::Text, colours.text);
  palette.setColor(QPalette::Button, colours.raised);
  palette.setColor(QPalette::ButtonText, colours.text);
  palette.setColor(QPalette::PlaceholderText, colours.mutedText);
  palette.setColor(QPalette::ToolTipBase, colours.raised);
  palette.setColor(QPalette::ToolTipText, colours.text);
  palette.setColor(QPalette::Highlight, colours.accent);
  palette.setColor(QPalette::HighlightedText, colours.onAccent);
  palette.setColor(QPalette::Link, colours.accent);
  palette.setColor(QPalette::Mid, colours.border);
  palette.setColor(QPalette::Dark, colours.canvas);
  palette.setColor(QPalette::BrightText, colours.text);
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    palette.setColor(QPalette::Disabled, role, faded(colours.text));
  }
  palette.setColor(QPalette::Disabled, QPalette::Highlight, faded(colours.accent));
  return palette;
}

/// The style sheet with every @name replaced by its colour, @check by the mark that is seen on the accent.
QString styleSheetOf(const ThemeColours& colours) {
  QFile file(QStringLiteral(":/heirloom/style.qss"));
  if (!file.open(QIODevice::ReadOnly)) return {};
  QString sheet = QString::fromUtf8(file.readAll());
  const std::pair<const char*, QColor> names[] = {
      {"@window", colours.window},   {"@panel", colours.panel},       {"@surface", colours.surface},
      {"@raised", colours.raised},   {"@border", colours.border},     {"@text", colours.text},
      {"@muted", colours.mutedText}, {"@onAccent", colours.onAccent}, {"@accent", colours.accent},
      {"@canvas", colours.canvas},   {"@error", colours.error},       {"@warning", colours.warning}};
  for (const auto& [name, colour] : names) sheet.replace(QLatin1String(name), colour.name());
  const bool lightOnAccent = colours.onAccent.lightness() > 128;
  sheet.replace(QLatin1String("@check"), lightOnAccent ? QLatin1String("check-white") : QLatin1String("check-black"));
  return sheet;
}

}  // namespace

const ThemeColours& coloursOf(bool dark) {
  return dark ? kDark : kLight;
}

Theme::Theme(AppSettings& settings, QObject* parent) : QObject(parent), settings_(settings) {
  // Before ours replaces it, the application's palette is the system's.
  const bool paletteDark = QApplication::palette().color(QPalette::Window).lightness() < 128;
  systemDark_ = paletteDark;
  QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
  auto* scheme = new SystemColourScheme(this);
  connect(scheme, &SystemColourScheme::changed, this, [this, paletteDark](SystemScheme wish) {
    systemDark_ = wish == SystemScheme::NoWish ? paletteDark : wish == SystemScheme::Dark;
    apply();
  });
  connect(&settings_, &AppSettings::themeChanged, this, &Theme::apply);
  apply();
}

void Theme::apply() {
  const ThemeChoice choice = settings_.theme();
  const bool dark = choice == ThemeChoice::Dark || (choice == ThemeChoice::System && systemDark_);
  if (applied_ && dark == dark_) return;
  applied_ = true;
  dark_ = dark;
  setIconColours(colours().text, colours().onAccent);
  QApplication::setPalette(paletteOf(colours()));
  qApp->setStyleSheet(styleSheetOf(colours()));
  Q_EMIT changed();
}

}  // namespace heirloom::ui
