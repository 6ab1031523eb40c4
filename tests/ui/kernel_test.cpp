#include "ui/kernel/kernel_field.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QSignalSpy>
#include <QSpinBox>

#include "models/common/blur_kernel.h"
#include "tests/support/shared.h"
#include "tests/ui/fixture.h"
#include "ui/kernel/kernel_canvas.h"
#include "ui/text.h"

namespace heirloom::tests {

class KernelTest : public QObject {
  Q_OBJECT

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
    field.setText("grid:3x3:0,0,0,255,255,255,0,0,0");
    std::optional<Message> scaled;
    const auto drawn = models::parseKernel(field.text(), &scaled);
    QVERIFY(drawn);
    QVERIFY(!scaled);                                     // what is drawn sums to 1
    QVERIFY(models::fitted(*drawn, 3).values[3] > 0.3F);  // a line of three, kept in the middle of the canvas
    field.setText("/nowhere/kernel.mat");
    QVERIFY(field.text() == "/nowhere/kernel.mat");
    const auto* note = field.findChild<QLabel*>(QStringLiteral("kernelNote"));
    QTRY_VERIFY2_WITH_TIMEOUT(note->text().contains(QStringLiteral("kernel.mat")), qPrintable(note->text()), kPatience);
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
