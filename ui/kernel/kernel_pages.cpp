// What each form of a blur kernel is on the screen.

#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "core/degrade/kernel_file.h"
#include "models/common/blur_kernel.h"
#include "ui/dialogs/file_dialog.h"
#include "ui/kernel/kernel_canvas.h"
#include "ui/kernel/kernel_field.h"
#include "ui/text.h"

namespace heirloom::ui {
namespace {

constexpr int kDecimals = 3;
constexpr double kSmallest = 0.001;  // with as many

/// Shows no zeros behind the last digit that says something.
class NumberField : public QDoubleSpinBox {
 public:
  using QDoubleSpinBox::QDoubleSpinBox;
  QString textFromValue(double value) const override { return locale().toString(value, 'g', 6); }
};

}  // namespace

QDoubleSpinBox* KernelField::addNumber(QWidget* page, const QString& label, const QString& help, double minimum,
                                       double maximum, double step, const char* name) {
  auto* field = new NumberField(page);
  field->setDecimals(kDecimals);  // first: the range is rounded to them
  field->setRange(minimum, maximum);
  field->setSingleStep(step);
  field->setObjectName(QString::fromLatin1(name));
  field->setAccessibleName(label);
  field->setToolTip(help);
  static_cast<QFormLayout*>(page->layout())->addRow(label, field);
  connect(field, &QDoubleSpinBox::valueChanged, this, &KernelField::edited);
  return field;
}

QWidget* KernelField::gaussianPage() {
  auto* page = new QWidget(this);
  (new QFormLayout(page))->setContentsMargins(0, 0, 0, 0);
  width_ = addNumber(page, tr("Width"), tr("Standard deviation in pixels of the restored photo"), kSmallest,
                     models::kLargestWidth, 0.1, "kernelWidth");
  across_ = addNumber(page, tr("Width across"), tr("The same at right angles; equal for a round blur"), kSmallest,
                      models::kLargestWidth, 0.1, "kernelAcross");
  gaussianAngle_ =
      addNumber(page, tr("Angle"), tr("Degrees counterclockwise from the horizontal"), -180, 180, 1, "kernelAngle");
  {
    const QSignalBlocker quietWidth(width_);
    const QSignalBlocker quietAcross(across_);
    width_->setValue(1.6);
    across_->setValue(1.6);
  }
  // A round blur stays round when its width is changed.
  connect(width_, &QDoubleSpinBox::valueChanged, this, [this, before = width_->value()](double width) mutable {
    if (across_->value() == std::exchange(before, width)) across_->setValue(width);
  });
  return page;
}

QWidget* KernelField::motionPage() {
  auto* page = new QWidget(this);
  (new QFormLayout(page))->setContentsMargins(0, 0, 0, 0);
  length_ = addNumber(page, tr("Length"), tr("How far the camera or the subject moved, in pixels"), 1,
                      models::kLargestKernel, 1, "kernelLength");
  motionAngle_ = addNumber(page, tr("Angle"), tr("Degrees counterclockwise from the horizontal"), -180, 180, 1,
                           "kernelMotionAngle");
  const QSignalBlocker quiet(length_);
  length_->setValue(15);
  return page;
}

QWidget* KernelField::drawnPage() {
  auto* page = new QWidget(this);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 0, 0, 0);
  canvas_ = new KernelCanvas(page);
  canvas_->setObjectName(QStringLiteral("kernelCanvas"));
  column->addWidget(canvas_, 0, Qt::AlignHCenter);
  auto* clear = new QPushButton(tr("Clear"), page);
  clear->setAccessibleName(tr("Clear the drawing"));
  column->addWidget(clear);
  connect(clear, &QPushButton::clicked, canvas_, &KernelCanvas::clear);
  connect(canvas_, &KernelCanvas::changed, this, &KernelField::edited);
  return page;
}

QWidget* KernelField::filePage() {
  auto* page = new QWidget(this);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 0, 0, 0);
  choose_ = new QPushButton(tr("Choose a file..."), page);
  choose_->setObjectName(QStringLiteral("kernelFile"));
  choose_->setToolTip(tr("A picture of the kernel, white on black, or a MATLAB file"));
  column->addWidget(choose_);
  connect(choose_, &QPushButton::clicked, this, &KernelField::chooseFile);
  auto* line = new QHBoxLayout;
  numberLabel_ = new QLabel(page);
  number_ = new QSpinBox(page);
  number_->setObjectName(QStringLiteral("kernelNumber"));
  number_->setAccessibleName(tr("Which kernel of the file"));
  number_->setRange(1, 1);
  line->addWidget(numberLabel_, 1);
  line->addWidget(number_);
  column->addLayout(line);
  numberLabel_->hide();
  number_->hide();
  connect(number_, &QSpinBox::valueChanged, this, &KernelField::edited);
  return page;
}

void KernelField::chooseFile() {
  const QString pictures = QStringLiteral("*.png *.tif *.tiff *.jpg *.jpeg *.webp");
  const QString patterns = pictures + u' ' + pictures.toUpper() + QStringLiteral(" *.mat");
  const QString folder = file_.empty() ? QString() : fromPath(core::kernelFileOf(file_).parent_path());
  auto* dialog = fileDialog(window(), tr("Blur Kernel"), QFileDialog::ExistingFile, folder,
                            tr("Pictures and MATLAB files (%1)").arg(patterns));
  connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
    takeFile(toPath(file).string());
    edited();
  });
  dialog->open();
}

void KernelField::takeFile(const std::string& text) {
  const std::filesystem::path file = core::kernelFileOf(text);
  file_ = file.string();
  const QString name = fromPath(file.filename());
  choose_->setText(choose_->fontMetrics().elidedText(name, Qt::ElideMiddle, 200).replace(u'&', QStringLiteral("&&")));
  choose_->setAccessibleName(tr("Kernel file %1").arg(name));
  {
    const QSignalBlocker quiet(number_);
    // How many there are is not known before it is read.
    const QString number = QString::fromStdString(text.substr(std::min(text.size(), file_.size() + 1)));
    number_->setMaximum(std::max(1, number.toInt()));
    number_->setValue(std::max(1, number.toInt()));
  }
}

}  // namespace heirloom::ui
