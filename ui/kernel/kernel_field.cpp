#include "ui/kernel/kernel_field.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "core/degrade/kernel_file.h"
#include "models/common/blur_kernel.h"
#include "models/common/error.h"
#include "ui/kernel/kernel_canvas.h"
#include "ui/kernel/kernel_picture.h"
#include "ui/text.h"

namespace heirloom::ui {
namespace {

constexpr int kPictureSide = 64;

std::string portable(double value) {
  return QLocale::c().toString(value, 'g', 6).toStdString();
}

/// The numbers after a form's name; empty where one does not parse.
std::vector<double> numbersOf(const std::string& text) {
  std::vector<double> numbers;
  for (const QString& part : QString::fromStdString(text.substr(text.find(':') + 1)).split(u',')) {
    bool good = false;
    numbers.push_back(QLocale::c().toDouble(part, &good));
    if (!good) return {};
  }
  return numbers;
}

}  // namespace

KernelField::KernelField(QWidget* parent) : QWidget(parent) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  auto* head = new QHBoxLayout;
  column->addLayout(head);
  form_ = new QComboBox(this);
  form_->setObjectName(QStringLiteral("kernelForm"));
  form_->setAccessibleName(tr("Form of the blur kernel"));
  form_->addItems({tr("Gaussian"), tr("Motion"), tr("Drawn"), tr("From a file")});
  head->addWidget(form_, 1);
  picture_ = new QLabel(this);
  picture_->setObjectName(QStringLiteral("kernelPicture"));
  picture_->setFixedSize(kPictureSide, kPictureSide);
  picture_->setAccessibleName(tr("The blur kernel"));
  head->addWidget(picture_);
  pages_ = new QStackedWidget(this);
  pages_->addWidget(gaussianPage());
  pages_->addWidget(motionPage());
  pages_->addWidget(drawnPage());
  pages_->addWidget(filePage());
  column->addWidget(pages_);
  note_ = new QLabel(this);
  note_->setWordWrap(true);
  note_->setObjectName(QStringLiteral("kernelNote"));
  column->addWidget(note_);
  connect(form_, &QComboBox::currentIndexChanged, this, [this](int form) {
    pages_->setCurrentIndex(form);
    refresh();
    Q_EMIT changed();
  });
  refresh();
}

QDoubleSpinBox* KernelField::addNumber(QWidget* page, const QString& label, const QString& help, double minimum,
                                       double maximum, double step, const char* name) {
  auto* field = new QDoubleSpinBox(page);
  field->setRange(minimum, maximum);
  field->setSingleStep(step);
  field->setDecimals(step < 1 ? 1 : 0);
  field->setObjectName(QString::fromLatin1(name));
  field->setAccessibleName(label);
  field->setToolTip(help);
  static_cast<QFormLayout*>(page->layout())->addRow(label, field);
  connect(field, &QDoubleSpinBox::valueChanged, this, [this] {
    refresh();
    Q_EMIT changed();
  });
  return field;
}

QWidget* KernelField::gaussianPage() {
  auto* page = new QWidget(this);
  (new QFormLayout(page))->setContentsMargins(0, 0, 0, 0);
  width_ = addNumber(page, tr("Width"), tr("Standard deviation in pixels of the restored photo"), 0.1, 20, 0.1,
                     "kernelWidth");
  across_ = addNumber(page, tr("Width across"), tr("The same at right angles; equal for a round blur"), 0.1, 20, 0.1,
                      "kernelAcross");
  gaussianAngle_ =
      addNumber(page, tr("Angle"), tr("Degrees counterclockwise from the horizontal"), -180, 180, 1, "kernelAngle");
  const QSignalBlocker quietWidth(width_);
  const QSignalBlocker quietAcross(across_);
  width_->setValue(1.6);
  across_->setValue(1.6);
  return page;
}

QWidget* KernelField::motionPage() {
  auto* page = new QWidget(this);
  (new QFormLayout(page))->setContentsMargins(0, 0, 0, 0);
  length_ =
      addNumber(page, tr("Length"), tr("How far the camera or the subject moved, in pixels"), 1, 99, 1, "kernelLength");
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
  column->addWidget(clear);
  connect(clear, &QPushButton::clicked, canvas_, &KernelCanvas::clear);
  connect(canvas_, &KernelCanvas::changed, this, [this] {
    refresh();
    Q_EMIT changed();
  });
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
  return page;
}

void KernelField::chooseFile() {
  const QString chosen = QFileDialog::getOpenFileName(this, tr("Blur kernel"), {},
                                                      tr("Pictures and MATLAB files (*.png *.tif *.jpg *.mat)"));
  if (!chosen.isEmpty()) takeFile(chosen.toStdString());
}

void KernelField::takeFile(const std::string& text) {
  file_ = text;
  const QString name = QString::fromStdString(core::kernelFileOf(text).filename().string());
  choose_->setText(choose_->fontMetrics().elidedText(name, Qt::ElideMiddle, 200));
  refresh();
  Q_EMIT changed();
}

std::string KernelField::text() const {
  switch (form_->currentIndex()) {
    case kGaussian:
      return "gaussian:" + portable(width_->value()) + "," + portable(across_->value()) + "," +
             portable(gaussianAngle_->value());
    case kMotion:
      return "motion:" + portable(length_->value()) + "," + portable(motionAngle_->value());
    case kDrawn:
      return canvas_->text();
    default:
      return file_;
  }
}

void KernelField::setText(const std::string& text) {
  {
    const QSignalBlocker quiet(this);
    const std::vector<double> numbers = numbersOf(text);
    if (text.starts_with("gaussian:") && !numbers.empty()) {
      width_->setValue(numbers[0]);
      across_->setValue(numbers.size() > 1 ? numbers[1] : numbers[0]);
      gaussianAngle_->setValue(numbers.size() > 2 ? numbers[2] : 0);
      form_->setCurrentIndex(kGaussian);
    } else if (text.starts_with("motion:") && !numbers.empty()) {
      length_->setValue(numbers[0]);
      motionAngle_->setValue(numbers.size() > 1 ? numbers[1] : 0);
      form_->setCurrentIndex(kMotion);
    } else if (text.starts_with("grid:")) {
      canvas_->setText(text);
      form_->setCurrentIndex(kDrawn);
    } else if (!text.empty()) {
      form_->setCurrentIndex(kFile);
      takeFile(text);
    }
    pages_->setCurrentIndex(form_->currentIndex());
    refresh();
  }
  Q_EMIT changed();
}

void KernelField::refresh() {
  // The stack is as high as its open page, not as its highest.
  for (int i = 0; i < pages_->count(); ++i) {
    const bool open = i == pages_->currentIndex();
    pages_->widget(i)->setSizePolicy(QSizePolicy::Preferred, open ? QSizePolicy::Preferred : QSizePolicy::Ignored);
  }
  pages_->adjustSize();
  models::Grid kernel;
  QString note;
  const std::string chosen = text();
  try {
    if (form_->currentIndex() == kFile && !chosen.empty()) {
      std::vector<Message> notes;
      kernel = core::readKernel(chosen, notes);
      for (const Message& message : notes) note += sentence(message);
    } else if (const auto written = models::parseKernel(chosen)) {
      kernel = *written;
    }
  } catch (const Error& error) {
    note = explained(error);
  }
  note_->setText(note);
  note_->setVisible(!note.isEmpty());
  picture_->setPixmap(QPixmap::fromImage(
      kernelPicture(kernel).scaled(kPictureSide, kPictureSide, Qt::KeepAspectRatio, Qt::FastTransformation)));
  if (kernel.empty()) return;
  picture_->setToolTip(tr("%1 x %2 pixels").arg(kernel.columns).arg(kernel.rows));
}

}  // namespace heirloom::ui
