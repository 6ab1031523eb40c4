#include "ui/kernel/kernel_field.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QSignalSpy>
#include <QSpinBox>
#include <cmath>

#include "models/common/blur_kernel.h"
#include "tests/support/shared.h"
#include "tests/ui/fixture.h"
#include "ui/kernel/kernel_canvas.h"
#include "ui/text.h"

namespace heirloom::tests {

class KernelTest : public QObject {
  Q_OBJECT

  /// 31 x 31 different values that are no parts of 255, the highest in the middle; they sum to 1.
  static std::string largeGrid() {
    const models::Grid kernel = models::gaussianKernel(31, 60.5, 25.25, 0.4);
    std::string text = "grid:31x31:";
    for (std::size_t i = 0; i < kernel.values.size(); ++i)
      text += (i ? "," : "") + QString::number(static_cast<double>(kernel.values[i]), 'g', 8).toStdString();
    return text;
  }

 private Q_SLOTS:
  void kernelIsChosenInAllItsForms() {
    ui::Workers workers;
    ui::KernelField field(workers.files);
    field.setText("gaussian:2.5,1,30");
    QVERIFY(field.text() == "gaussian:2.5,1,30");
    QCOMPARE(field.findChild<QDoubleSpinBox*>(QStringLiteral("kernelAcross"))->value(), 1.0);
    field.findChild<QComboBox*>(QStringLiteral("kernelForm"))->setCurrentIndex(1);
    field.findChild<QDoubleSpinBox*>(QStringLiteral("kernelLength"))->setValue(9);
    QVERIFY(field.text() == "motion:9,0");
    QVERIFY(models::parseKernel(field.text()));
    field.setText("/nowhere/kernel.mat");
    QVERIFY(field.text() == "/nowhere/kernel.mat");
    const auto* note = field.findChild<QLabel*>(QStringLiteral("kernelNote"));
    QTRY_VERIFY2_WITH_TIMEOUT(note->text().contains(QStringLiteral("kernel.mat")), qPrintable(note->text()), kPatience);
  }

  void whatIsGivenStaysAsItIsUntilSomebodyEdits() {
    ui::Workers workers;
    ui::KernelField field(workers.files);
    const auto number = [&](const char* name) { return field.findChild<QDoubleSpinBox*>(QLatin1String(name)); };
    const std::string large = largeGrid();
    for (const std::string& text :
         {std::string("gaussian:1.25"), std::string("gaussian:1.25,27.5,12.75"), std::string("gaussian:1.23456789,2"),
          std::string("motion:120"), std::string("motion:254.5,-0.125"), std::string("motion:9,200"),
          std::string("grid:3x1:1,2,1"), std::string("/nowhere/kernel.mat#1"), large}) {
      field.setText(text);
      QVERIFY2(field.text() == text, text.substr(0, 60).c_str());
    }
    // An edit of one number leaves the others.
    field.setText("gaussian:1.25,27.125,12.75");
    number("kernelWidth")->setValue(30);
    QVERIFY2(field.text() == "gaussian:30,27.125,12.75", field.text().c_str());
    field.setText("motion:120,200");
    QCOMPARE(number("kernelLength")->text(), QStringLiteral("120"));
    number("kernelLength")->setValue(255);
    QVERIFY2(field.text() == "motion:255,-160", field.text().c_str());  // the same direction
    field.setText("gaussian:0.05");
    number("kernelAngle")->setValue(1);
    QVERIFY2(field.text() == "gaussian:0.05,0.05,1", field.text().c_str());
  }

  void aLargeKernelOfFractionsIsDrawnOnWithoutLoss() {
    ui::Workers workers;
    ui::KernelField field(workers.files);
    const std::string large = largeGrid();
    field.setText(large);
    auto* canvas = field.findChild<ui::KernelCanvas*>(QStringLiteral("kernelCanvas"));
    QTest::keyClick(canvas, Qt::Key_Space);  // the middle, which is the highest: painting it changes nothing
    QVERIFY(field.text() != large);
    const auto before = models::parseKernel(large);
    const auto after = models::parseKernel(field.text());
    QVERIFY(before && after);
    QCOMPARE(after->rows, 31);
    QCOMPARE(after->columns, 31);
    for (std::size_t i = 0; i < before->values.size(); ++i)
      QVERIFY(std::abs(before->values[i] - after->values[i]) <= 1e-5F * before->values[i]);
    // A drawing of one's own begins on the usual cells again.
    canvas->clear();
    QVERIFY(field.text().empty());
    QTest::keyClick(canvas, Qt::Key_Space);
    QVERIFY(field.text().starts_with("grid:25x25:"));
  }

  void aSumThatIsNotOneIsSaid() {
    ui::Workers workers;
    ui::KernelField field(workers.files);
    const auto* note = field.findChild<QLabel*>(QStringLiteral("kernelNote"));
    field.setText("grid:3x1:0.25,0.5,0.25");
    QVERIFY(note->isHidden());
    field.setText("grid:3x1:1,2,1");
    QVERIFY(!note->isHidden());
    QCOMPARE(note->text(), QStringLiteral("The blur kernel summed to 4 and was scaled to 1."));
    // What is drawn sums to 1.
    QTest::keyClick(field.findChild<ui::KernelCanvas*>(QStringLiteral("kernelCanvas")), Qt::Key_Space);
    QVERIFY(note->isHidden());
    std::optional<Message> scaled;
    const auto drawn = models::parseKernel(field.text(), &scaled);
    QVERIFY(drawn && !scaled);
    QVERIFY(std::abs(models::fitted(*drawn, 3).values[4] - 0.5F) < 1e-4F);  // kept in the middle of the canvas
  }

  void whatIsNoKernelIsSaid() {
    ui::Workers workers;
    ui::KernelField field(workers.files);
    const auto* note = field.findChild<QLabel*>(QStringLiteral("kernelNote"));
    for (const char* text : {"gaussian:31", "motion:256", "grid:3x1:1,2"}) {
      field.setText(text);
      QVERIFY(field.text() == text);
      QCOMPARE(note->text(), QStringLiteral("These values are no blur kernel."));
    }
    field.setText("grid:2x1:0,0");
    QVERIFY2(note->text().startsWith(QStringLiteral("The values of the blur kernel sum to 0")),
             qPrintable(note->text()));
  }

  void kernelFilesAreReadInTheBackground() {
    ui::Workers workers;
    const TemporaryFolder folder;
    const auto picture = folder / "kern & punkt.png";
    QImage image(5, 3, QImage::Format_Grayscale8);
    image.fill(0);
    image.setPixel(2, 1, qRgb(255, 255, 255));
    QVERIFY(image.save(ui::fromPath(picture)));
    ui::KernelField field(workers.files);
    field.show();
    auto* shown = field.findChild<QLabel*>(QStringLiteral("kernelPicture"));
    auto* note = field.findChild<QLabel*>(QStringLiteral("kernelNote"));
    field.setText(picture.string());
    QVERIFY(field.text() == picture.string());
    QTRY_COMPARE_WITH_TIMEOUT(shown->toolTip(), QStringLiteral("5 x 3 pixels"), kPatience);
    QVERIFY(!note->isVisible());
    const auto black = folder / "black.png";
    image.fill(0);
    QVERIFY(image.save(ui::fromPath(black)));
    field.setText(black.string());
    QTRY_VERIFY_WITH_TIMEOUT(note->text().startsWith(QStringLiteral("black.png: ")), kPatience);
    QCOMPARE(shown->toolTip(), QString());
    // What is read for one form never shows in another.
    field.setText(picture.string());
    field.setText("motion:9,0");
    QTest::qWait(200);
    QVERIFY(!note->isVisible());
    QCOMPARE(shown->toolTip(), QStringLiteral("9 x 9 pixels"));
  }

  void kernelsOfAMatlabFileAreChosenByNumber() {
    if (!sharedFolder()) QSKIP("no reference material: set HEIRLOOM_SHARED");
    const auto kernels = *sharedFolder() / "testsets" / "kernels";
    ui::Workers workers;
    ui::KernelField field(workers.files);
    field.show();
    auto* number = field.findChild<QSpinBox*>(QStringLiteral("kernelNumber"));
    field.setText((kernels / "kernels_12.mat").string());
    QTRY_VERIFY_WITH_TIMEOUT(number->isVisible(), kPatience);
    QCOMPARE(number->maximum(), 12);
    const QPixmap first = field.findChild<QLabel*>(QStringLiteral("kernelPicture"))->pixmap();
    number->setValue(4);
    QVERIFY(field.text() == (kernels / "kernels_12.mat#4").string());
    QTRY_VERIFY_WITH_TIMEOUT(
        field.findChild<QLabel*>(QStringLiteral("kernelPicture"))->pixmap().toImage() != first.toImage(), kPatience);
    // Version 7.3, which is HDF5, and a number from a recipe.
    field.setText((kernels / "Levin09.mat#8").string());
    QTRY_COMPARE_WITH_TIMEOUT(number->maximum(), 8, kPatience);
    QCOMPARE(number->value(), 8);
    QVERIFY(field.text() == (kernels / "Levin09.mat#8").string());
  }

  void kernelIsDrawnByMouseAndKeys() {
    ui::Workers workers;
    ui::KernelField field(workers.files);
    field.resize(300, 400);
    field.show();
    QVERIFY(QTest::qWaitForWindowExposed(&field));
    field.findChild<QComboBox*>(QStringLiteral("kernelForm"))->setCurrentIndex(2);
    auto* canvas = field.findChild<ui::KernelCanvas*>(QStringLiteral("kernelCanvas"));
    QVERIFY(field.text().empty());
    QSignalSpy changes(&field, &ui::KernelField::changed);
    const int middle = canvas->height() / 2;
    QTest::mousePress(canvas, Qt::LeftButton, {}, {middle - 20, middle});
    QTest::mouseMove(canvas, {middle + 20, middle});
    QTest::mouseRelease(canvas, Qt::LeftButton, {}, {middle + 20, middle});
    QCOMPARE(changes.count(), 1);
    const auto row = models::fitted(*models::parseKernel(field.text()), 25);
    QVERIFY(row.values[12 * 25 + 12] > 0 && row.values[11 * 25 + 12] == 0);
    QTest::keyClick(canvas, Qt::Key_Up);
    QTest::keyClick(canvas, Qt::Key_Space);
    QVERIFY(models::fitted(*models::parseKernel(field.text()), 25).values[11 * 25 + 12] > 0);
  }
};

const Registered<KernelTest> kKernelTest("kernel");

}  // namespace heirloom::tests

#include "kernel_test.moc"
