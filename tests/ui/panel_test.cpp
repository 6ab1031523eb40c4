#include "ui/panels/parameter_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <fstream>

#include "models/common/blur_kernel.h"
#include "tests/ui/fixture.h"
#include "ui/document.h"
#include "ui/kernel/kernel_canvas.h"
#include "ui/kernel/kernel_field.h"
#include "ui/panels/restore_panel.h"

namespace heirloom::tests {

using models::Parameter;

class PanelTest : public QObject {
  Q_OBJECT

  static std::vector<Parameter> everyKind() {
    return {{"noise_level", {"t", "Noise level", {}}, {"t", "how much", {}}, "/255", models::RealRange{0, 75, 25, 0.5}},
            {"sharpness", {"t", "Sharpness", {}}, {"t", "how sharp", {}}, "", models::RealRange{-1, 1, 0, 0.25}},
            {"iterations", {"t", "Iterations", {}}, {"t", "how often", {}}, "", models::IntegerRange{1, 8, 3}},
            {"ensemble", {"t", "Ensemble", {}}, {"t", "better", {}}, "", models::Toggle{true}},
            {"mode", {"t", "Mode", {}}, {"t", "which", {}}, "", models::Choice{{"fast", "exact"}, "exact"}}};
  }

 private Q_SLOTS:
  void everyParameterGetsItsWidgetAndDefault() {
    ui::ParameterPanel panel;
    panel.setParameters(everyKind());
    using Map = std::map<std::string, std::string>;
    // The noise level starts automatic, so the engine estimates it.
    QVERIFY(
        (panel.settings() == Map{{"sharpness", "0"}, {"iterations", "3"}, {"ensemble", "true"}, {"mode", "exact"}}));
    panel.findChild<QCheckBox*>(QStringLiteral("noise_levelAutomatic"))->setChecked(false);
    QVERIFY(panel.settings().at("noise_level") == "25");
    panel.findChild<QSlider*>(QStringLiteral("noise_levelSlider"))->setValue(31);
    QVERIFY(panel.settings().at("noise_level") == "15.5");
    panel.findChild<QDoubleSpinBox*>(QStringLiteral("sharpnessField"))->setValue(-0.75);
    QVERIFY(panel.settings().at("sharpness") == "-0.75");
    QCOMPARE(panel.findChild<QSlider*>(QStringLiteral("sharpnessSlider"))->value(), 1);
    panel.findChild<QSpinBox*>(QStringLiteral("iterationsField"))->setValue(8);
    panel.findChild<QCheckBox*>(QStringLiteral("ensembleBox"))->setChecked(false);
    panel.findChild<QComboBox*>(QStringLiteral("modeList"))->setCurrentIndex(0);
    QVERIFY(panel.settings().at("iterations") == "8");
    QVERIFY(panel.settings().at("ensemble") == "false");
    QVERIFY(panel.settings().at("mode") == "fast");
  }

  void whatThePanelSaysIsWhatSettingsAccept() {
    ui::ParameterPanel panel;
    panel.setParameters(everyKind());
    panel.findChild<QCheckBox*>(QStringLiteral("noise_levelAutomatic"))->setChecked(false);
    models::Settings settings(everyKind());
    for (const auto& [name, value] : panel.settings()) settings.set(name, std::string_view(value));
    QCOMPARE(settings.real("noise_level"), 25.0);
  }

  void unitIsShownAndSpoken() {
    ui::ParameterPanel panel;
    panel.setParameters(everyKind());
    QVERIFY(panel.findChild<QSlider*>(QStringLiteral("noise_levelSlider"))
                ->accessibleName()
                .contains(QStringLiteral("/255")));
    bool shown = false;
    for (const QLabel* label : panel.findChildren<QLabel*>()) shown = shown || label->text() == QStringLiteral("/255");
    QVERIFY(shown);
  }

  void valuesSurviveAChangeOfModelWhereTheyFit() {
    ui::ParameterPanel panel;
    panel.setParameters(everyKind());
    panel.setSettings({{"noise_level", "60"}, {"iterations", "7"}});
    auto other = everyKind();
    std::get<models::RealRange>(other[0].range).maximum = 50;
    panel.setParameters(other);
    // 60 is outside the new range: automatic again.
    QVERIFY(!panel.settings().contains("noise_level"));
    QVERIFY(panel.settings().at("iterations") == "7");
  }

  void estimatedValueIsShown() {
    ui::ParameterPanel panel;
    panel.setParameters(everyKind());
    panel.showChosen({{"noise_level", "12.5"}});
    QCOMPARE(panel.findChild<QDoubleSpinBox*>(QStringLiteral("noise_levelField"))->value(), 12.5);
    QVERIFY(!panel.settings().contains("noise_level"));
  }

  void chooserListsTheRegistrysModels() {
    Fixture fixture;
    auto* models = fixture.find<QComboBox>("models");
    QCOMPARE(models->itemText(0), QStringLiteral("Tiny"));
    QCOMPARE(models->itemText(models->count() - 1), QStringLiteral("Open checkpoint..."));
    QVERIFY(fixture.find<QSlider>("noise_levelSlider"));
    QVERIFY(fixture.find<ui::RestorePanel>("restorePanel")->model() == "tiny");
  }

  void openedCheckpointIsChosenAndRuns() {
    Fixture fixture(false);
    QVERIFY(!fixture.window().commandSet()["restore.run"]->isEnabled());
    const auto file = fixture.folder() / "mine.safetensors";
    writeTinyNetwork(file, 5);
    fixture.session().models().openCheckpoint(file);
    QTRY_VERIFY_WITH_TIMEOUT(fixture.find<ui::RestorePanel>("restorePanel")->model() == file.string(), kPatience);
    fixture.open(fixture.photo("a.png"));
    fixture.run();
    QVERIFY(fixture.current()->result());
    QVERIFY(fixture.current()->result()->chosen.contains("noise_level"));
  }

  void kernelIsChosenInAllItsForms() {
    ui::KernelField field;
    field.setText("gaussian:2.5,1,30");
    QVERIFY(field.text() == "gaussian:2.5,1,30");
    QCOMPARE(field.findChild<QDoubleSpinBox*>(QStringLiteral("kernelAcross"))->value(), 1.0);
    field.findChild<QComboBox*>(QStringLiteral("kernelForm"))->setCurrentIndex(1);
    field.findChild<QDoubleSpinBox*>(QStringLiteral("kernelLength"))->setValue(9);
    QVERIFY(field.text() == "motion:9,0");
    QVERIFY(models::parseKernel(field.text()));
    field.setText("grid:3x3:0,0,0,255,255,255,0,0,0");
    const auto drawn = models::parseKernel(field.text());
    QVERIFY(drawn);
    QVERIFY(models::fitted(*drawn, 3).values[3] > 0.3F);  // a line of three, kept in the middle of the canvas
    field.setText("/nowhere/kernel.mat");
    QVERIFY(field.text() == "/nowhere/kernel.mat");
    const auto* note = field.findChild<QLabel*>(QStringLiteral("kernelNote"));
    QVERIFY2(note->text().contains(QStringLiteral("kernel.mat")), qPrintable(note->text()));
  }

  void kernelIsDrawnByMouseAndKeys() {
    ui::KernelField field;
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

  void algorithmsShowKernelDenoiserAndDefaultsForPhotos() {
    Fixture fixture;
    auto* panel = fixture.find<ui::RestorePanel>("restorePanel");
    QTRY_VERIFY(fixture.session().models().find("dpir-deblur"));
    panel->chooseModel("dpir-deblur");
    const auto settings = panel->recipe().steps.front().settings;
    QVERIFY(settings.at("kernel").starts_with("gaussian:"));
    QVERIFY(settings.at("surroundings") == "mirrored");
    QVERIFY(!settings.at("denoiser").empty());
  }

  void strangeCheckpointIsExplained() {
    Fixture fixture;
    const auto file = fixture.folder() / "strange.pth";
    std::ofstream(file) << "these are no weights";
    fixture.session().models().openCheckpoint(file);
    QTRY_VERIFY_WITH_TIMEOUT(fixture.messages().contains(QStringLiteral("strange.pth")), kPatience);
    QVERIFY(fixture.find<ui::RestorePanel>("restorePanel")->model() == "tiny");
  }

  void modelOfTheLastSessionIsChosenAgain() {
    Fixture fixture;
    writeTinyNetwork(fixture.folder() / "models" / "zebra.safetensors", 3);
    fixture.restart();
    QTRY_VERIFY(fixture.session().models().find("zebra"));
    fixture.find<ui::RestorePanel>("restorePanel")->chooseModel("zebra");
    fixture.restart();
    QTRY_VERIFY(fixture.find<ui::RestorePanel>("restorePanel")->model() == "zebra");
  }
};

const Registered<PanelTest> kPanelTest("panel");

}  // namespace heirloom::tests

#include "panel_test.moc"
