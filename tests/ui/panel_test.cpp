#include "ui/panels/parameter_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <fstream>

#include "tests/models/support/public_files.h"
#include "tests/models/support/swinir_files.h"
#include "tests/models/support/tiny_drunet.h"
#include "tests/models/swinir/tiny.h"
#include "tests/ui/fixture.h"
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
    ui::Workers workers;
    ui::ParameterPanel panel(workers.files);
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
    ui::Workers workers;
    ui::ParameterPanel panel(workers.files);
    panel.setParameters(everyKind());
    panel.findChild<QCheckBox*>(QStringLiteral("noise_levelAutomatic"))->setChecked(false);
    models::Settings settings(everyKind());
    for (const auto& [name, value] : panel.settings()) settings.set(name, std::string_view(value));
    QCOMPARE(settings.real("noise_level"), 25.0);
  }

  void wheelChangesOnlyWhatHasTheFocus() {
    ui::Workers workers;
    ui::ParameterPanel panel(workers.files);
    panel.setParameters(everyKind());
    panel.show();
    panel.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&panel));
    auto* field = panel.findChild<QSpinBox*>(QStringLiteral("iterationsField"));
    panel.findChild<QSlider*>(QStringLiteral("sharpnessSlider"))->setFocus();
    const auto turn = [&] {
      QWheelEvent wheel({5, 5}, field->mapToGlobal(QPointF(5, 5)), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                        Qt::NoScrollPhase, false);
      QCoreApplication::sendEvent(field, &wheel);
    };
    turn();
    QCOMPARE(field->value(), 3);
    field->setFocus();
    turn();
    QCOMPARE(field->value(), 4);
  }

  void unitIsShownAndSpoken() {
    ui::Workers workers;
    ui::ParameterPanel panel(workers.files);
    panel.setParameters(everyKind());
    QVERIFY(panel.findChild<QSlider*>(QStringLiteral("noise_levelSlider"))
                ->accessibleName()
                .contains(QStringLiteral("/255")));
    bool shown = false;
    for (const QLabel* label : panel.findChildren<QLabel*>()) shown = shown || label->text() == QStringLiteral("/255");
    QVERIFY(shown);
  }

  void valuesSurviveAChangeOfModelWhereTheyFit() {
    ui::Workers workers;
    ui::ParameterPanel panel(workers.files);
    panel.setParameters(everyKind());
    panel.setSettings({{"noise_level", "60"}, {"iterations", "7"}});
    auto other = everyKind();
    std::get<models::RealRange>(other[0].range).maximum = 50;
    panel.setParameters(other);
    // 60 is outside the new range: automatic again.
    QVERIFY(!panel.settings().contains("noise_level"));
    QVERIFY(panel.settings().at("iterations") == "7");
  }

  void whatNobodyTouchedIsTheNextModelsOwn() {
    ui::Workers workers;
    ui::ParameterPanel panel(workers.files);
    panel.setParameters(everyKind());
    auto other = everyKind();
    std::get<models::IntegerRange>(other[2].range).byDefault = 6;
    panel.setParameters(other);
    QVERIFY(panel.settings().at("iterations") == "6");
    panel.findChild<QSpinBox*>(QStringLiteral("iterationsField"))->setValue(2);
    panel.setParameters(everyKind());
    QVERIFY(panel.settings().at("iterations") == "2");
  }

  void estimatedValueIsShown() {
    ui::Workers workers;
    ui::ParameterPanel panel(workers.files);
    panel.setParameters(everyKind());
    panel.showChosen({{"noise_level", "12.5"}});
    QCOMPARE(panel.findChild<QDoubleSpinBox*>(QStringLiteral("noise_levelField"))->value(), 12.5);
    QVERIFY(!panel.settings().contains("noise_level"));
  }

  void everyFamilysParametersHaveARowEachThatStartsAtItsDefault() {
    ui::Workers workers;
    for (const NetworkFacts& facts : factsOfEveryFamily()) {
      const std::vector<Parameter>& parameters = facts.parameters;
      ui::ParameterPanel panel(workers.files);
      panel.setParameters(parameters);
      const auto settings = panel.settings();
      models::Settings shown(parameters);
      models::Settings usual(parameters);
      try {
        for (const auto& [name, value] : settings) shown.set(name, std::string_view(value));
      } catch (const Error& error) {
        QFAIL(qPrintable(QString::fromStdString(facts.network + ": " + error.what())));
      }
      for (const Parameter& parameter : parameters) {
        const std::string which = facts.network + ", " + parameter.name;
        const QString name = QString::fromStdString(parameter.name);
        qsizetype controls = 0;
        for (const char* kind : {"Field", "Box", "List", "Button", "Text"})
          controls += panel.findChildren<QWidget*>(name + QLatin1String(kind)).size();
        QVERIFY2(controls == 1, which.c_str());
        // Estimated from the photo, without effect, or from a file or a model that is not there.
        const bool open = parameter.name == "noise_level" || !usual.counts(parameter.name) ||
                          std::holds_alternative<models::MatrixInput>(parameter.range) ||
                          std::holds_alternative<models::DenoiserInput>(parameter.range);
        QVERIFY2(settings.contains(parameter.name) != open, which.c_str());
        if (open) continue;
        if (!parameter.onPhotos.empty()) usual.set(parameter.name, std::string_view(parameter.onPhotos));
        if (std::holds_alternative<models::KernelInput>(parameter.range))
          QVERIFY2(shown.grid(parameter.name).values == usual.grid(parameter.name).values, which.c_str());
        else
          QVERIFY2(shown.text(parameter.name) == usual.text(parameter.name), which.c_str());
      }
    }
  }

  void whatDoesNotCountIsHiddenAndNotSaid() {
    auto parameters = everyKind();
    parameters[0].onlyWith = models::Condition{"mode", "fast"};
    parameters[2].onlyWith = models::Condition{"mode", "exact"};
    ui::Workers workers;
    ui::ParameterPanel panel(workers.files);
    panel.setParameters(parameters);
    panel.show();
    const auto* noise = panel.findChild<QSlider*>(QStringLiteral("noise_levelSlider"));
    auto* iterations = panel.findChild<QSpinBox*>(QStringLiteral("iterationsField"));
    panel.findChild<QCheckBox*>(QStringLiteral("noise_levelAutomatic"))->setChecked(false);
    QVERIFY(!noise->isVisible());
    QVERIFY(iterations->isVisible());
    QVERIFY(!panel.settings().contains("noise_level"));
    iterations->setValue(5);
    auto* mode = panel.findChild<QComboBox*>(QStringLiteral("modeList"));
    mode->setCurrentIndex(mode->findData(QStringLiteral("fast")));
    QVERIFY(noise->isVisible());
    QVERIFY(!iterations->isVisible());
    QVERIFY(panel.settings().at("noise_level") == "25");
    QVERIFY(!panel.settings().contains("iterations"));
    mode->setCurrentIndex(mode->findData(QStringLiteral("exact")));
    QVERIFY(panel.settings().at("iterations") == "5");
  }

  void chosenFilesShowTheirOwnControls() {
    Fixture fixture;
    for (const auto& [file, network] :
         {std::pair("srmd_x2", "srmd_x2"), std::pair("srmd_x2_mine", "srmd_x2"),
          std::pair("usrgan_tiny", "usrnet_tiny"), std::pair("swinir", "SwinIR_lightweight_x2")}) {
      writePublicNetwork(fixture.folder() / "models" / (std::string(file) + ".safetensors"), network);
    }
    fixture.session().models().refresh();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().models().find("swinir"), kPatience);
    auto* panel = fixture.find<ui::RestorePanel>("restorePanel");
    const auto settings = [&] { return panel->recipe().steps.front().settings; };

    panel->chooseModel("srmd_x2");
    QVERIFY(fixture.find<ui::KernelField>("kernelField"));
    QVERIFY(fixture.find<QPushButton>("pcaButton"));
    QVERIFY(fixture.find<QSlider>("noise_levelSlider"));
    QVERIFY(!fixture.find<QComboBox>("colour_fixList"));
    auto* blends = fixture.find<QComboBox>("blendList");
    QVERIFY(blends);
    QCOMPARE(blends->count(), 2);  // nothing, and the other file of this network
    QVERIFY(!settings().contains("blend"));
    blends->setCurrentIndex(blends->findData(QStringLiteral("srmd_x2_mine")));
    fixture.find<QSpinBox>("blendShare")->setValue(30);
    QVERIFY(settings().at("blend") == "srmd_x2_mine:0.3");

    panel->chooseModel("usrgan_tiny");
    QVERIFY(fixture.find<ui::KernelField>("kernelField"));
    QVERIFY(!fixture.find<QPushButton>("pcaButton"));
    QVERIFY(!fixture.find<QComboBox>("blendList"));
    QCOMPARE(fixture.find<QSpinBox>("scaleField")->maximum(), 4);
    auto* colours = fixture.find<QComboBox>("colour_fixList");
    QVERIFY(colours);
    QVERIFY(settings().at("colour_fix") == "off");
    colours->setCurrentIndex(colours->findData(QStringLiteral("wavelet")));
    QVERIFY(settings().at("colour_fix") == "wavelet");

    panel->chooseModel("swinir");
    QVERIFY(!fixture.find<ui::KernelField>("kernelField"));
    QVERIFY(!fixture.find<QComboBox>("colour_fixList"));
    QVERIFY(fixture.find<QCheckBox>("ensembleBox"));
  }

  void onlyWhatCanBeBlendedIsOffered() {
    using models::SwinIrHead;
    Fixture fixture;
    // The bodies are alike; heads and colours are not.
    for (const auto& [file, config] :
         {std::pair("classical", tinySwinIr(SwinIrHead::PixelShuffle, 4)),
          std::pair("classical_mine", tinySwinIr(SwinIrHead::PixelShuffle, 4)),
          std::pair("grey", tinySwinIr(SwinIrHead::PixelShuffle, 4, false, 1)),
          std::pair("real", tinySwinIr(SwinIrHead::NearestConvolution, 4)),
          std::pair("three_convolutions", tinySwinIr(SwinIrHead::PixelShuffle, 4, true))}) {
      writeSwinIr(fixture.folder() / "models" / (std::string(file) + ".safetensors"), config);
    }
    fixture.session().models().refresh();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().models().find("three_convolutions"), kPatience);
    auto* panel = fixture.find<ui::RestorePanel>("restorePanel");
    panel->chooseModel("classical");
    const auto* blends = fixture.find<QComboBox>("blendList");
    QVERIFY(blends);
    QCOMPARE(blends->count(), 2);  // nothing, and the other file of this network
    QVERIFY(blends->findData(QStringLiteral("classical_mine")) >= 0);
    for (const char* alone : {"grey", "real", "three_convolutions"}) {
      panel->chooseModel(alone);
      QVERIFY2(!fixture.find<QComboBox>("blendList"), alone);
    }
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
    panel->chooseModel("dpsr");
    QVERIFY(!panel->recipe().steps.front().settings.contains("denoiser"));  // none here enlarges
  }

  void onlyDenoisersAreOfferedToAlgorithms() {
    Fixture fixture;
    // Both take a noise level.
    for (const char* name : {"drunet_gray", "drunet_deblocking_gray"}) {
      writeTinyDrunet(fixture.folder() / "models" / (std::string(name) + ".safetensors"));
    }
    fixture.session().models().refresh();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().models().find("drunet_deblocking_gray"), kPatience);
    fixture.find<ui::RestorePanel>("restorePanel")->chooseModel("dpir-deblur");
    const auto* denoisers = fixture.find<QComboBox>("denoiserList");
    QVERIFY(denoisers->findData(QStringLiteral("tiny")) >= 0);
    QVERIFY(denoisers->findData(QStringLiteral("drunet_gray")) >= 0);
    QCOMPARE(denoisers->findData(QStringLiteral("drunet_deblocking_gray")), -1);
    QCOMPARE(denoisers->count(), 2);
  }

  void publishedMatrixIsFoundOrAskedForOnce() {
    const Parameter matrix{
        "pca", {"t", "Matrix", {}}, {"t", "of kernels", {}}, "", models::MatrixInput{"p.mat", "P", 15, 225}};
    ui::Workers workers;
    ui::ParameterPanel panel(workers.files);
    panel.show();
    const auto button = [&] { return panel.findChild<QPushButton*>(QStringLiteral("pcaButton")); };
    const auto missing = [&] { return panel.findChild<QLabel*>(QStringLiteral("warningText")); };
    panel.setParameters({matrix});
    QVERIFY(!missing()->isHidden() && missing()->text().startsWith(QStringLiteral("p.mat ")));
    QVERIFY(panel.settings().empty());
    panel.setCompanions({{"pca", {"/models/p.mat", true}}});
    panel.setParameters({matrix});
    QVERIFY(missing()->isHidden());
    QCOMPARE(button()->text(), QStringLiteral("p.mat"));
    QVERIFY(panel.settings().empty());
    panel.setCompanions({{"pca", {"/elsewhere/PCA_P.mat", false}}});
    panel.setParameters({matrix});
    QVERIFY(panel.settings().at("pca") == "/elsewhere/PCA_P.mat");
    // What is chosen by hand is told, so that it can be remembered.
    QSignalSpy chosen(&panel, &ui::ParameterPanel::companionChosen);
    button()->click();
    auto* dialog = panel.window()->findChild<QFileDialog*>();
    QVERIFY(dialog);
    Q_EMIT dialog->fileSelected(QStringLiteral("/third/P.mat"));
    dialog->close();
    QCOMPARE(chosen.count(), 1);
    QCOMPARE(chosen[0][0].toString(), QStringLiteral("p.mat"));
    QVERIFY(panel.settings().at("pca") == "/third/P.mat");
  }

  void matrixThatWasChosenIsFoundInTheNextSession() {
    Fixture fixture;
    writePublicNetwork(fixture.folder() / "models" / "srmd_x2.safetensors", "srmd_x2");
    const auto button = [&] { return fixture.find<QPushButton>("pcaButton"); };
    const auto settings = [&] {
      return fixture.find<ui::RestorePanel>("restorePanel")->recipe().steps.front().settings;
    };
    const auto chooseSrmd = [&] {
      fixture.session().models().refresh();
      QTRY_VERIFY_WITH_TIMEOUT(fixture.session().models().find("srmd_x2"), kPatience);
      fixture.find<ui::RestorePanel>("restorePanel")->chooseModel("srmd_x2");
      QVERIFY(button());
    };
    chooseSrmd();
    QVERIFY(!settings().contains("pca"));
    button()->click();
    auto* dialog = fixture.window().findChild<QFileDialog*>();
    QVERIFY(dialog);
    Q_EMIT dialog->fileSelected(QStringLiteral("/elsewhere/P.mat"));
    dialog->close();
    QVERIFY(settings().at("pca") == "/elsewhere/P.mat");
    fixture.restart();
    chooseSrmd();
    QCOMPARE(button()->text(), QStringLiteral("P.mat"));
    QVERIFY(settings().contains("pca"));
    QVERIFY(settings().at("pca") == "/elsewhere/P.mat");
    // One beside the model goes first, and needs no words in a recipe.
    std::ofstream(fixture.folder() / "models" / "srmd_pca_matlab.mat") << "a matrix";
    fixture.restart();
    chooseSrmd();
    QCOMPARE(button()->text(), QStringLiteral("srmd_pca_matlab.mat"));
    QVERIFY(!settings().contains("pca"));
  }
};

const Registered<PanelTest> kPanelTest("panel");

}  // namespace heirloom::tests

#include "panel_test.moc"
