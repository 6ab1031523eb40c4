#include "ui/panels/change_plot.h"

#include <QLocale>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <numeric>

namespace heirloom::ui {
namespace {

constexpr QSize kSize(120, 32);
constexpr double kMargin = 4;

}  // namespace

ChangePlot::ChangePlot(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("changePlot"));
  setFixedSize(kSize);
  hide();
}

void ChangePlot::setValues(std::vector<double> values) {
  if (values == values_) return;
  values_ = std::move(values);
  setVisible(values_.size() > 1);
  if (values_.empty()) return;
  const double mean = std::accumulate(values_.begin(), values_.end(), 0.0) / static_cast<double>(values_.size());
  const QString text =
      tr("Change of the previews: %1 on average, %2 at last. The more a photo is damaged, the larger it is.")
          .arg(QLocale().toString(mean, 'g', 2), QLocale().toString(values_.back(), 'g', 2));
  setToolTip(text);
  setAccessibleName(text);
  update();
}

void ChangePlot::paintEvent(QPaintEvent*) {
  if (values_.size() < 2) return;
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const QRectF area = QRectF(rect()).adjusted(kMargin, kMargin, -kMargin, -kMargin);
  const double highest = std::max(*std::ranges::max_element(values_), 1e-12);
  const auto pointAt = [&](std::size_t i) {
    return QPointF(area.left() + area.width() * static_cast<double>(i) / static_cast<double>(values_.size() - 1),
                   area.bottom() - area.height() * values_[i] / highest);
  };
  QPainterPath curve(pointAt(0));
  for (std::size_t i = 1; i < values_.size(); ++i) curve.lineTo(pointAt(i));
  QPainterPath filled = curve;
  filled.lineTo(area.bottomRight());
  filled.lineTo(area.bottomLeft());
  QColor colour = palette().color(QPalette::Highlight);
  painter.setPen(QPen(colour, 1.5));
  painter.drawPath(curve);
  colour.setAlphaF(0.2F);
  painter.fillPath(filled, colour);
}

}  // namespace heirloom::ui
