#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>

#include "tests/ui/fixture.h"
#include "ui/dialogs/save_dialog.h"
#include "ui/document.h"
#include "ui/save.h"
#include "ui/text.h"

namespace heirloom::tests {

/// Results on their way to a file.
class SavingTest : public QObject {
  Q_OBJECT

  static QByteArray contents(const std::filesystem::path& file) {
    QFile in(ui::fromPath(file));
    return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
  }

 private Q_SLOTS:
  void savesBesideThePhotoUnderItsModelsName() {
    RestoredFixture fixture;
    const auto original = contents(fixture.folder() / "a.png");
    const auto saved = fixture.save();
    QCOMPARE(saved, fixture.folder() / "a_tiny.png");
    QCOMPARE(contents(fixture.folder() / "a.png"), original);
    const auto photo = core::readPhoto(saved);
    QCOMPARE(photo.raster->width(), 96);
    QVERIFY(core::embeddedRecipe(photo.metadata).find("tiny") != std::string::npos);
    // Saving again goes to the same file without a question.
    fixture.find<QSlider>("strengthSlider")->setValue(0);
    const auto before = contents(saved);
    fixture.trigger("file.save");
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->hasUnsavedResult(), kPatience);
    QVERIFY(contents(saved) != before);
    // Strength 0 is the source's own samples.
    const auto again = core::readPhoto(saved);
    QVERIFY(std::ranges::equal(again.raster->row(5), fixture.current()->photo()->raster->row(5)));
  }

  void resultsNameNoFolderOfThisComputer() {
    RestoredFixture fixture;
    ui::SaveTarget target = ui::suggestedTarget(*fixture.current());
    ui::SaveJob job = ui::saveJobOf(*fixture.current(), target);
    job.recipe.steps.back().model = (fixture.folder() / "models/").string();
    job.recipe.steps.back().settings["kernel"] = (fixture.folder() / "kernel.png").string();
    ui::save(job);
    const std::string recipe = core::embeddedRecipe(core::readPhoto(target.file).metadata);
    QVERIFY2(recipe.find(fixture.folder().path().string()) == std::string::npos, recipe.c_str());
    QVERIFY2(recipe.find("\"models\"") != std::string::npos, recipe.c_str());
    QVERIFY2(recipe.find("\"kernel.png\"") != std::string::npos, recipe.c_str());
  }

  void takenNameIsNeverReplacedUnasked() {
    RestoredFixture fixture;
    fixture.photo("taken.png", 10, 10);
    fixture.trigger("file.save");
    ui::SaveDialog* dialog = fixture.saveDialog();
    QVERIFY(dialog);
    auto* name = dialog->findChild<QLineEdit*>(QStringLiteral("saveName"));
    auto* accept = dialog->findChild<QPushButton*>(QStringLiteral("saveButton"));
    QVERIFY(accept->isEnabled());
    name->setText(QStringLiteral("taken.png"));
    QVERIFY(!accept->isEnabled());
    dialog->findChild<QCheckBox*>(QStringLiteral("saveReplace"))->setChecked(true);
    QVERIFY(accept->isEnabled());
    dialog->findChild<QCheckBox*>(QStringLiteral("saveReplace"))->setChecked(false);
    dialog->findChild<QPushButton*>(QStringLiteral("saveFreeName"))->click();
    QCOMPARE(name->text(), QStringLiteral("taken-2.png"));
    QVERIFY(accept->isEnabled());
    // The original cannot be chosen at all.
    name->setText(QStringLiteral("a.png"));
    dialog->findChild<QCheckBox*>(QStringLiteral("saveReplace"))->setChecked(true);
    QVERIFY(!accept->isEnabled());
    dialog->reject();
  }

  void saveDialogFollowsTheFormat() {
    RestoredFixture fixture;
    fixture.trigger("file.saveAs");
    ui::SaveDialog* dialog = fixture.saveDialog();
    auto* name = dialog->findChild<QLineEdit*>(QStringLiteral("saveName"));
    auto* format = dialog->findChild<QComboBox*>(QStringLiteral("saveFormat"));
    auto* quality = dialog->findChild<QSpinBox*>(QStringLiteral("saveQuality"));
    QVERIFY(!quality->isVisible());
    format->setCurrentIndex(format->findData(static_cast<int>(core::FileFormat::Jpeg)));
    QCOMPARE(name->text(), QStringLiteral("a_tiny.jpg"));
    QVERIFY(quality->isVisible());
    QCOMPARE(quality->value(), 95);
    name->setText(QStringLiteral("b.tif"));
    QCOMPARE(format->currentData().toInt(), static_cast<int>(core::FileFormat::Tiff));
    format->setCurrentIndex(format->findData(static_cast<int>(core::FileFormat::Jpeg)));
    quality->setValue(70);
    dialog->accept();
    QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(fixture.folder() / "b.jpg"), kPatience);
    QTRY_VERIFY(!fixture.current()->hasUnsavedResult());
    QVERIFY(qAbs(core::readPhoto(fixture.folder() / "b.jpg").jpegQuality - 70) <= 1);
  }

  void whatAFormatCannotHoldIsNotSavedInIt() {
    Fixture fixture;
    ui::SaveTarget target;
    target.file = fixture.folder() / "result.png";
    target.options.format = core::FileFormat::Png;
    ui::SaveDialog dialog(std::make_shared<const core::Photo>(core::readPhoto(fixture.photo("wide.png", 16'384, 1))),
                          target);
    auto* format = dialog.findChild<QComboBox*>(QStringLiteral("saveFormat"));
    const auto* accept = dialog.findChild<QPushButton*>(QStringLiteral("saveButton"));
    const auto* conflict = dialog.findChild<QLabel*>(QStringLiteral("conflict"));
    const auto choose = [&](core::FileFormat chosen) {
      format->setCurrentIndex(format->findData(static_cast<int>(chosen)));
    };
    QVERIFY(accept->isEnabled());
    choose(core::FileFormat::WebP);
    QVERIFY(!accept->isEnabled());
    QVERIFY2(conflict->text().contains(QStringLiteral("16384 x 1 pixels are too many for WebP")),
             qPrintable(conflict->text()));
    choose(core::FileFormat::Tiff);
    QVERIFY(accept->isEnabled());
    QVERIFY(conflict->text().isEmpty());
  }

  void failedSaveLosesNothing() {
    RestoredFixture fixture;
    fixture.trigger("file.saveAs");
    ui::SaveDialog* dialog = fixture.saveDialog();
    const auto folder = fixture.folder() / "gone";
    std::filesystem::create_directories(folder);
    dialog->findChild<QLineEdit*>(QStringLiteral("saveFolder"))->setText(ui::fromPath(folder));
    std::filesystem::remove(folder);
    dialog->accept();
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.messages().isEmpty(), kPatience);
    QVERIFY(fixture.current()->hasUnsavedResult());
  }
};

const Registered<SavingTest> kSavingTest("saving");

}  // namespace heirloom::tests

#include "saving_test.moc"
