#include "ui/dialogs/save_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QVBoxLayout>

#include "ui/dialogs/file_dialog.h"
#include "ui/text.h"

namespace heirloom::ui {
namespace {

constexpr int kUsualQuality = 95;

QString usualExtension(core::FileFormat format) {
  const auto name = core::traits(format).extensions.front();
  return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
}

}  // namespace

SaveDialog::SaveDialog(std::shared_ptr<const core::Photo> photo, const SaveTarget& suggested, QWidget* parent)
    : QDialog(parent), photo_(std::move(photo)) {
  setWindowTitle(tr("Save As"));
  build();
  fillFormats(suggested.options.format);
  name_->setText(fromPath(suggested.file.filename()));
  folder_->setText(fromPath(suggested.file.parent_path()));
  const int known = photo_->format == core::FileFormat::Jpeg ? photo_->jpegQuality : 0;
  qualityField_->setValue(suggested.options.quality.value_or(known > 0 ? known : kUsualQuality));
  qualityTouched_ = suggested.options.quality.has_value();
  lossless_->setChecked(suggested.options.lossless);
  metadata_->setCurrentIndex(metadata_->findData(static_cast<int>(suggested.options.strip)));
  formatChosen();
  if (suggested.options.depth)
    depth_->setCurrentIndex(std::max(0, depth_->findData(static_cast<int>(*suggested.options.depth))));
  name_->setFocus();
  name_->setSelection(0, static_cast<int>(name_->text().lastIndexOf(u'.')));
}

void SaveDialog::build() {
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(20, 18, 20, 16);
  all->setSpacing(12);
  auto* form = new QFormLayout;
  form->setSpacing(9);
  form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  const auto row = [&](const QString& label, QWidget* field, const char* name) {
    field->setObjectName(QLatin1String(name));
    auto* text = new QLabel(label, this);
    text->setBuddy(field);
    field->setAccessibleName(QString(label).remove(u'&').remove(u':'));
    form->addRow(text, field);
  };
  name_ = new QLineEdit(this);
  name_->setMinimumWidth(460);
  row(tr("&Name:"), name_, "saveName");
  folder_ = new QLineEdit(this);
  folder_->setObjectName(QStringLiteral("saveFolder"));
  folder_->setAccessibleName(tr("Folder"));
  auto* browse = new QPushButton(tr("&Browse..."), this);
  browse->setAutoDefault(false);
  browse->setAccessibleName(tr("Choose a folder"));
  auto* place = new QHBoxLayout;
  place->addWidget(folder_, 1);
  place->addWidget(browse);
  auto* folderLabel = new QLabel(tr("F&older:"), this);
  folderLabel->setBuddy(folder_);
  form->addRow(folderLabel, place);
  format_ = new QComboBox(this);
  row(tr("&Format:"), format_, "saveFormat");
  lossless_ = new QCheckBox(tr("&Without loss"), this);
  lossless_->setObjectName(QStringLiteral("saveLossless"));
  lossless_->setAccessibleName(tr("Without loss"));
  form->addRow(QString(), lossless_);

  qualityRow_ = new QWidget(this);
  auto* line = new QHBoxLayout(qualityRow_);
  line->setContentsMargins(0, 0, 0, 0);
  quality_ = new QSlider(Qt::Horizontal, qualityRow_);
  quality_->setRange(1, 100);
  quality_->setAccessibleName(tr("Quality"));
  qualityField_ = new QSpinBox(qualityRow_);
  qualityField_->setObjectName(QStringLiteral("saveQuality"));
  qualityField_->setRange(1, 100);
  qualityField_->setAccessibleName(tr("Quality"));
  qualityField_->setFixedWidth(62);
  line->addWidget(quality_, 1);
  line->addWidget(qualityField_);
  auto* qualityLabel = new QLabel(tr("&Quality:"), this);
  qualityLabel->setBuddy(qualityField_);
  form->addRow(qualityLabel, qualityRow_);
  depth_ = new QComboBox(this);
  row(tr("&Depth:"), depth_, "saveDepth");
  metadata_ = new QComboBox(this);
  metadata_->addItem(tr("Keep everything"), static_cast<int>(core::Strip::Nothing));
  metadata_->addItem(tr("Remove the place"), static_cast<int>(core::Strip::Gps));
  metadata_->addItem(tr("Remove the recipe"), static_cast<int>(core::Strip::Recipe));
  metadata_->addItem(tr("Remove everything"), static_cast<int>(core::Strip::All));
  row(tr("&Metadata:"), metadata_, "saveMetadata");
  all->addLayout(form);

  collision_ = new QWidget(this);
  auto* taken = new QHBoxLayout(collision_);
  taken->setContentsMargins(0, 0, 0, 0);
  taken->addWidget(new QLabel(tr("A file of this name is there already."), collision_));
  replace_ = new QCheckBox(tr("&Replace it"), collision_);
  replace_->setObjectName(QStringLiteral("saveReplace"));
  replace_->setAccessibleName(tr("Replace the file that is there"));
  taken->addWidget(replace_);
  auto* other = new QPushButton(tr("&Use a Free Name"), collision_);
  other->setObjectName(QStringLiteral("saveFreeName"));
  other->setAccessibleName(tr("Use a free name"));
  other->setAutoDefault(false);
  taken->addWidget(other);
  taken->addStretch();
  all->addWidget(collision_);
  warnings_ = new QLabel(this);
  warnings_->setObjectName(QStringLiteral("warningText"));
  warnings_->setWordWrap(true);
  all->addWidget(warnings_);
  obstacle_ = new QLabel(this);
  obstacle_->setObjectName(QStringLiteral("conflict"));
  obstacle_->setWordWrap(true);
  all->addWidget(obstacle_);
  all->addStretch();

  auto* buttons = new QDialogButtonBox(this);
  save_ = new QPushButton(tr("&Save"), this);
  save_->setObjectName(QStringLiteral("saveButton"));
  save_->setProperty("primary", true);  // before the box polishes it
  buttons->addButton(save_, QDialogButtonBox::AcceptRole);
  save_->setDefault(true);
  save_->setAccessibleName(tr("Save"));
  buttons->addButton(tr("Cancel"), QDialogButtonBox::RejectRole)->setAccessibleName(tr("Cancel"));
  all->addWidget(buttons);

  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(browse, &QPushButton::clicked, this, &SaveDialog::browse);
  connect(other, &QPushButton::clicked, this,
          [this] { name_->setText(fromPath(unusedName(target().file).filename())); });
  connect(name_, &QLineEdit::textChanged, this, &SaveDialog::nameEdited);
  connect(folder_, &QLineEdit::textChanged, this, &SaveDialog::update);
  connect(format_, &QComboBox::currentIndexChanged, this, &SaveDialog::formatChosen);
  connect(quality_, &QSlider::valueChanged, qualityField_, &QSpinBox::setValue);
  connect(qualityField_, &QSpinBox::valueChanged, this, [this](int value) {
    quality_->setValue(value);
    qualityTouched_ = true;
  });
  connect(lossless_, &QCheckBox::toggled, this, &SaveDialog::update);
  connect(depth_, &QComboBox::currentIndexChanged, this, &SaveDialog::update);
  connect(metadata_, &QComboBox::currentIndexChanged, this, &SaveDialog::update);
  connect(replace_, &QCheckBox::toggled, this, &SaveDialog::update);
}

void SaveDialog::fillFormats(core::FileFormat chosen) {
  const QSignalBlocker quiet(format_);
  for (const core::FormatTraits& traits : core::formats()) {
    if (!traits.writable || traits.format == core::FileFormat::Jpeg2000) continue;
    format_->addItem(QString::fromUtf8(traits.name.data(), static_cast<qsizetype>(traits.name.size())),
                     static_cast<int>(traits.format));
  }
  format_->setCurrentIndex(std::max(0, format_->findData(static_cast<int>(chosen))));
}

core::FileFormat SaveDialog::format() const {
  return static_cast<core::FileFormat>(format_->currentData().toInt());
}

void SaveDialog::formatChosen() {
  const core::FormatTraits& traits = core::traits(format());
  {
    // A name that says another format gets this one's ending.
    const QSignalBlocker quiet(name_);
    const std::filesystem::path file = toPath(name_->text());
    if (core::formatOf(file) != format()) {
      const QString stem = core::formatOf(file) ? fromPath(file.stem()) : name_->text();
      name_->setText(stem + u'.' + usualExtension(format()));
    }
  }
  const QSignalBlocker quiet(depth_);
  depth_->clear();
  depth_->addItem(tr("As in the photo"), -1);
  depth_->addItem(tr("8 bits"), static_cast<int>(core::SampleType::UInt8));
  if (traits.sixteenBit) depth_->addItem(tr("16 bits"), static_cast<int>(core::SampleType::UInt16));
  if (traits.floatingPoint) depth_->addItem(tr("32 bits, floating point"), static_cast<int>(core::SampleType::Float32));
  update();
}

void SaveDialog::nameEdited() {
  // Typing another ending chooses its format.
  if (const auto typed = core::formatOf(toPath(name_->text())); typed && *typed != format()) {
    const int index = format_->findData(static_cast<int>(*typed));
    if (index >= 0) return format_->setCurrentIndex(index);
  }
  update();
}

void SaveDialog::browse() {
  auto* dialog = fileDialog(this, tr("Choose a Folder"), QFileDialog::Directory, folder_->text());
  connect(dialog, &QFileDialog::fileSelected, folder_, &QLineEdit::setText);
  dialog->open();
}

SaveTarget SaveDialog::target() const {
  const core::FormatTraits& traits = core::traits(format());
  SaveTarget target;
  target.file = toPath(folder_->text()) / toPath(name_->text());
  target.options.format = format();
  target.options.lossless = traits.lossless && (!traits.lossy || lossless_->isChecked());
  // Untouched, a JPEG keeps the quality and subsampling of its source.
  const bool fromSource =
      !qualityTouched_ && photo_->format == core::FileFormat::Jpeg && format() == core::FileFormat::Jpeg;
  if (traits.lossy && !target.options.lossless && !fromSource) target.options.quality = qualityField_->value();
  if (depth_->currentData().toInt() >= 0)
    target.options.depth = static_cast<core::SampleType>(depth_->currentData().toInt());
  target.options.strip = static_cast<core::Strip>(metadata_->currentData().toInt());
  target.options.overwrite = replace_->isChecked();
  return target;
}

QString SaveDialog::obstacle(const SaveTarget& target) const {
  std::error_code none;
  if (name_->text().trimmed().isEmpty()) return tr("A name is missing.");
  if (name_->text().contains(u'/')) return tr("A name cannot hold a slash; choose the folder below it.");
  if (!std::filesystem::is_directory(target.file.parent_path(), none)) return tr("There is no such folder.");
  if (!photo_->file.empty() && std::filesystem::equivalent(target.file, photo_->file, none)) {
    return tr("This is the original, which is never replaced. Choose another name.");
  }
  try {
    core::requireFits(photo_->raster->width(), photo_->raster->height(), target.options.format, target.file);
  } catch (const Error& error) {
    return explained(error);
  }
  return {};
}

void SaveDialog::update() {
  const core::FormatTraits& traits = core::traits(format());
  lossless_->setVisible(traits.lossless && traits.lossy);
  const bool lossy = traits.lossy && !(traits.lossless && lossless_->isChecked());
  qualityRow_->setVisible(lossy);
  if (auto* form = qobject_cast<QFormLayout*>(layout()->itemAt(0)->layout()))
    form->labelForField(qualityRow_)->setVisible(lossy);
  const SaveTarget now = target();
  const QString reason = obstacle(now);
  obstacle_->setText(reason);
  obstacle_->setVisible(!reason.isEmpty());
  std::error_code none;
  const bool taken = reason.isEmpty() && std::filesystem::exists(now.file, none);
  collision_->setVisible(taken);
  QStringList sentences;
  if (reason.isEmpty()) {
    for (const Message& loss : core::losses(*photo_, now.options)) sentences << sentence(loss);
  }
  warnings_->setText(sentences.join(u'\n'));
  warnings_->setVisible(!sentences.isEmpty());
  save_->setEnabled(reason.isEmpty() && (!taken || replace_->isChecked()));
}

}  // namespace heirloom::ui
