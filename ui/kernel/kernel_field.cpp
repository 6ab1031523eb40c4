#include "ui/kernel/kernel_field.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <cmath>

#include "core/degrade/kernel_file.h"
#include "core/degrade/mat_file.h"
#include "models/common/blur_kernel.h"
#include "models/common/error.h"
#include "ui/kernel/kernel_canvas.h"
#include "ui/kernel/kernel_picture.h"
#include "ui/text.h"

namespace heirloom::ui {
namespace {

constexpr int kPictureSide = 64;

/// The same direction within the half turns that a field takes.
double shownAngle(double degrees) {
  return std::remainder(degrees, 360);
}

std::string portable(double value) {
  return QLocale::c().toString(value, 'g', 6).toStdString();
}

/// The numbers after a form's name; empty where one does not parse.
std::vector<double> numbersOf(const std::string& text) {
  std::vector<double> numbers;
  for (const QString& part : QString::fromStdString(text.substr(text.find(':') + 1)).split(u',')) {
    bool good = false;
    numbers.push_back(QLocale::c().toDouble(part, &good));
    if (!good || !std::isfinite(numbers.back())) return {};
  }
  return numbers;
}

/// What a file gave: one of its kernels, and how many there are.
struct FileContents {
  models::Grid kernel;
  std::vector<Message> notes;
  int kernels = 1;
};

FileContents read(const std::string& text) {
  FileContents contents;
  const std::filesystem::path file = core::kernelFileOf(text);
  if (file.extension() == ".mat") contents.kernels = static_cast<int>(core::readMatFile(file).size());
  contents.kernel = core::readKernel(text, contents.notes);
  return contents;
}

}  // namespace

KernelField::KernelField(core::JobQueue& files, QWidget* parent) : QWidget(parent), files_(files) {
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
    edited();
  });
  refresh();
}

void KernelField::edited() {
  given_.clear();
  refresh();
  Q_EMIT changed();
}

std::string KernelField::text() const {
  return given_.empty() ? shownText() : given_;
}

std::string KernelField::shownText() const {
  switch (form_->currentIndex()) {
    case kGaussian:
      return "gaussian:" + portable(width_->value()) + "," + portable(across_->value()) + "," +
             portable(gaussianAngle_->value());
    case kMotion:
      return "motion:" + portable(length_->value()) + "," + portable(motionAngle_->value());
    case kDrawn:
      return canvas_->text();
    default:
      return number_->value() > 1 ? file_ + "#" + std::to_string(number_->value()) : file_;
  }
}

void KernelField::setText(const std::string& text) {
  if (!text.empty()) {
    const QSignalBlocker quiet(this);
    const QSignalBlocker quietForm(form_);
    const std::vector<double> numbers = numbersOf(text);
    if (text.starts_with("gaussian:") && !numbers.empty()) {
      width_->setValue(numbers[0]);
      across_->setValue(numbers.size() > 1 ? numbers[1] : numbers[0]);
      gaussianAngle_->setValue(numbers.size() > 2 ? shownAngle(numbers[2]) : 0);
      form_->setCurrentIndex(kGaussian);
    } else if (text.starts_with("motion:") && !numbers.empty()) {
      length_->setValue(numbers[0]);
      motionAngle_->setValue(numbers.size() > 1 ? shownAngle(numbers[1]) : 0);
      form_->setCurrentIndex(kMotion);
    } else if (text.starts_with("grid:")) {
      canvas_->setText(text);
      form_->setCurrentIndex(kDrawn);
    } else {
      takeFile(text);
      form_->setCurrentIndex(kFile);
    }
    pages_->setCurrentIndex(form_->currentIndex());
    given_ = text;  // the fields were filled, which is no change of somebody's
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
  reading_.stop();
  const std::string chosen = text();
  if (form_->currentIndex() == kFile && !chosen.empty()) return readFile();
  if (chosen.empty()) {
    return showKernel({}, form_->currentIndex() == kDrawn ? tr("Nothing is drawn yet: the usual kernel is taken.")
                                                          : tr("No file is chosen yet: the usual kernel is taken."));
  }
  try {
    std::optional<Message> scaled;
    const auto written = models::parseKernel(chosen, &scaled);
    if (!written) return showKernel({}, tr("These values are no blur kernel."));
    showKernel(*written, scaled ? sentence(*scaled) : QString());
  } catch (const Error& error) {
    showKernel({}, explained(error));
  }
}

void KernelField::readFile() {
  reading_ = inBackground(
      files_, this, [chosen = text()](std::stop_token) { return read(chosen); },
      [this, chosen = text()](Result<FileContents> result) {
        if (form_->currentIndex() != kFile || text() != chosen) return;
        if (const auto* error = std::get_if<Error>(&result)) return showKernel({}, explained(*error));
        const auto& contents = std::get<FileContents>(result);
        const bool several = contents.kernels > 1;
        number_->setMaximum(contents.kernels);
        numberLabel_->setText(tr("Kernel, of %1").arg(contents.kernels));
        numberLabel_->setVisible(several);
        number_->setVisible(several);
        QStringList sentences;
        for (const Message& message : contents.notes) sentences << sentence(message);
        showKernel(contents.kernel, sentences.join(u' '));
      },
      core::JobQueue::Lane::Fast);
}

void KernelField::showKernel(const models::Grid& kernel, const QString& note) {
  note_->setText(note);
  note_->setVisible(!note.isEmpty());
  const double ratio = devicePixelRatioF();
  QPixmap picture = QPixmap::fromImage(kernelPicture(kernel).scaled(QSize(kPictureSide, kPictureSide) * ratio,
                                                                    Qt::KeepAspectRatio, Qt::FastTransformation));
  picture.setDevicePixelRatio(ratio);
  picture_->setPixmap(picture);
  picture_->setToolTip(kernel.empty() ? QString() : tr("%1 x %2 pixels").arg(kernel.columns).arg(kernel.rows));
}

}  // namespace heirloom::ui
