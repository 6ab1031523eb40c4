#include "ui/theme/icons.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>

namespace heirloom::ui {
namespace {

struct IconColours {
  QColor text{Qt::black};
  QColor onAccent{Qt::white};
};

IconColours& currentColours() {
  static IconColours colours;
  return colours;
}

/// Draws an SVG whose lines are black in the colour of the theme instead.
class ThemedIconEngine : public QIconEngine {
 public:
  ThemedIconEngine(QByteArray svg, QColor colour) : svg_(std::move(svg)), colour_(std::move(colour)) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
    QSvgRenderer renderer(QByteArray(svg_).replace("#000000", colour_.name().toLatin1()));
    painter->save();
    if (mode == QIcon::Disabled) painter->setOpacity(0.35);
    renderer.render(painter, rect);
    painter->restore();
  }
  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    QPixmap pixmap(size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    paint(&painter, pixmap.rect(), mode, state);
    return pixmap;
  }
  QIconEngine* clone() const override { return new ThemedIconEngine(svg_, colour_); }

 private:
  QByteArray svg_;
  QColor colour_;
};

QIcon make(const QString& name, const QColor& colour) {
  QFile file(QStringLiteral(":/heirloom/icons/%1.svg").arg(name));
  if (!file.open(QIODevice::ReadOnly)) return {};
  return QIcon(new ThemedIconEngine(file.readAll(), colour));
}

}  // namespace

void setIconColours(const QColor& colour, const QColor& onAccent) {
  currentColours() = {colour, onAccent};
}

QIcon themedIcon(const QString& name) {
  return make(name, currentColours().text);
}
QIcon themedIconOnAccent(const QString& name) {
  return make(name, currentColours().onAccent);
}

}  // namespace heirloom::ui
