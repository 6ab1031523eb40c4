#include <QDoubleSpinBox>
#include <QListWidget>
#include <QPushButton>
#include <QSpinBox>

#include "core/photo/photo.h"
#include "core/recipe/recipe.h"
#include "models/checkpoint/tensors.h"
#include "tests/ui/prompted_fixture.h"
#include "ui/document.h"
#include "ui/panels/prompt_field.h"
#include "ui/panels/restore_panel.h"
#include "ui/save.h"

namespace heirloom::tests {

/// What a person does with the steps of a network that listens to words: stop at one, take it, go on from it.
class PromptStepsTest : public QObject {
  Q_OBJECT

  /// The previewer of `model` gives nothing but values that are no numbers.
  static void spoilPreviewer(const std::filesystem::path& model) {
    const std::filesystem::path file = model / "models/previewer_lora_weights.bin";
    models::NamedTensors spoilt;
    // Each is a number, their products are none.
    for (const auto& [name, tensor] : models::readSafetensors(file)) spoilt.emplace_back(name, tensor.sign().mul(1e30));
    models::writeSafetensors(file, spoilt);
  }

 private Q_SLOTS:
  void aRunGoesOnFromAChosenStepToTheSameResult() {
    PromptedFixture fixture(6);
    fixture.run();
    QVERIFY2(fixture.current()->result(), qPrintable(fixture.messages()));
    const auto whole = fixture.current()->result()->raster;
    const core::Recipe recipe = fixture.current()->result()->recipe;
    auto* list = fixture.find<QListWidget>("steps");
    auto* goOn = fixture.find<QPushButton>("goOn");
    QVERIFY(goOn->isVisible());
    // After the end there is nothing to go on with.
    QVERIFY(!goOn->isEnabled());
    QVERIFY(!fixture.window().commandSet()["restore.goOn"]->isEnabled());
    list->setCurrentRow(2);
    QVERIFY(fixture.window().commandSet()["restore.goOn"]->isEnabled());
    const auto third = fixture.current()->steps().all()[2].raster;
    goOn->setFocus();
    QTest::keyClick(goOn, Qt::Key_Space);
    QVERIFY(fixture.current()->run());
    QCOMPARE(list->count(), 7);  // until it has something to show
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->run(), kPatience);
    QVERIFY(fixture.current()->result()->raster != whole);
    QCOMPARE(valuesOf(*fixture.current()->result()->raster), valuesOf(*whole));
    QCOMPARE(fixture.current()->result()->recipe, recipe);
    QVERIFY(fixture.current()->result()->earlier.empty());
    QCOMPARE(list->count(), 7);
    QCOMPARE(list->currentRow(), 6);
    QCOMPARE(fixture.current()->steps().all()[2].raster, third);
    QVERIFY(list->item(3)->text().startsWith(QStringLiteral("Step 4, ")));
    for (int row = 0; row < 7; ++row)
      QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->steps().all()[static_cast<std::size_t>(row)].thumbnail.isNull(),
                               kPatience);
    fixture.trigger("edit.undo");
    QCOMPARE(fixture.current()->result()->raster, whole);
    fixture.trigger("edit.redo");

    // Other words from here on; what the steps before stand on stays.
    fixture.find<ui::PromptField>("promptText")->setText(QStringLiteral("a lake at dusk"));
    fixture.find<QSpinBox>("stepsField")->setValue(9);
    list->setCurrentRow(3);
    fixture.trigger("restore.goOn");
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->run(), kPatience);
    const ui::RestoredResult result = *fixture.current()->result();
    QVERIFY(valuesOf(*result.raster) != valuesOf(*whole));
    QCOMPARE(result.recipe.steps.back().settings.at("prompt"), std::string("a lake at dusk"));
    QCOMPARE(result.recipe.steps.back().settings.at("steps"), std::string("6"));
    QCOMPARE(result.earlier, (std::vector<core::EarlierPart>{{4, recipe.steps.back().settings}}));
    const auto file = fixture.folder() / "went on.png";
    ui::SaveTarget target = ui::suggestedTarget(*fixture.current());
    target.file = file;
    ui::save(ui::saveJobOf(*fixture.current(), target));
    const std::string embedded = core::embeddedRecipe(core::readPhoto(file).metadata);
    QVERIFY2(
        embedded.starts_with("# up to step 4 it ran with other settings:\n#   prompt: \"a photo\"\n# computed in "),
        embedded.c_str());

    // Only the model that made a step knows what to do with it.
    list->setCurrentRow(1);
    fixture.find<ui::RestorePanel>("restorePanel")->chooseModel("tiny");
    fixture.trigger("restore.goOn");
    QVERIFY(!fixture.current()->run());
    QVERIFY2(fixture.messages().contains(QStringLiteral("Another model made this step")),
             qPrintable(fixture.messages()));
  }

  void aStepIsTakenWithTheRecipeOfItsOwnRun() {
    PromptedFixture fixture(6);
    fixture.run();
    QVERIFY2(fixture.current()->result(), qPrintable(fixture.messages()));
    const core::Recipe first = fixture.current()->result()->recipe;
    auto* list = fixture.find<QListWidget>("steps");
    auto* field = fixture.find<ui::PromptField>("promptText");
    const auto goOnFrom = [&](int row) {
      list->setCurrentRow(row);
      fixture.trigger("restore.goOn");
      QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->run(), kPatience);
    };
    // As after a stop: a step is the result, and stays one of the steps when the run goes on from it.
    fixture.takeStep(2);
    const auto third = fixture.current()->result()->raster;
    field->setText(QStringLiteral("a lake at dusk"));
    goOnFrom(2);
    const core::Recipe second = fixture.current()->result()->recipe;
    const auto end = fixture.current()->result()->raster;
    QVERIFY(second != first);
    QCOMPARE(fixture.current()->result()->earlier.back().step, 3);

    fixture.takeStep(1);
    QCOMPARE(fixture.current()->result()->step, std::optional(2));
    QCOMPARE(fixture.current()->result()->recipe, first);
    QVERIFY(fixture.current()->result()->earlier.empty());
    fixture.trigger("edit.undo");
    QCOMPARE(fixture.current()->result()->raster, end);
    fixture.trigger("edit.undo");
    QCOMPARE(fixture.current()->result()->raster, third);
    QCOMPARE(fixture.current()->result()->recipe, first);
    fixture.takeStep(4);
    QCOMPARE(fixture.current()->result()->step, std::optional(5));
    QCOMPARE(fixture.current()->result()->recipe, second);
    QCOMPARE(fixture.current()->result()->earlier.back().step, 3);

    // The first run's words again, from a step that had no others.
    field->setText(QStringLiteral("a photo"));
    goOnFrom(1);
    QCOMPARE(fixture.current()->result()->recipe, first);
    QVERIFY(fixture.current()->result()->earlier.empty());
  }

  void aStoppedRunGoesOnFromWhereItWas() {
    PromptedFixture fixture(500);
    const auto stopAfter = [&](std::size_t count) {
      QTRY_VERIFY_WITH_TIMEOUT(fixture.current()->steps().all().size() >= count, kPatience);
      fixture.trigger("restore.cancel");
      QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->run(), kPatience);
    };
    fixture.trigger("restore.run");
    stopAfter(3);
    const std::size_t before = fixture.current()->steps().all().size();
    QVERIFY(fixture.find<QPushButton>("goOn")->isEnabled());
    fixture.trigger("restore.goOn");
    stopAfter(before + 2);
    const auto& steps = fixture.current()->steps().all();
    for (std::size_t row = 0; row < steps.size(); ++row) QCOMPARE(steps[row].number, static_cast<int>(row) + 1);
    QCOMPARE(fixture.current()->result()->step, std::optional(steps.back().number));
  }

  void stopKeepsTheBestSoFar() {
    PromptedFixture fixture(500);
    fixture.trigger("restore.run");
    QTRY_VERIFY_WITH_TIMEOUT(fixture.current()->steps().all().size() >= 3, kPatience);
    fixture.trigger("restore.cancel");
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->run(), kPatience);
    QVERIFY(fixture.current()->hasUnsavedResult());
    const ui::RunStep& last = fixture.current()->steps().all().back();
    QVERIFY2(
        fixture.messages().contains(QStringLiteral("Stopped after step %1. Its picture is kept.").arg(last.number)),
        qPrintable(fixture.messages()));
    // In full, and one thing to undo.
    QCOMPARE(fixture.current()->result()->raster, last.picture());
    QCOMPARE(fixture.current()->result()->step, std::optional(last.number));
    QVERIFY(!fixture.find<QPushButton>("takeStep")->isEnabled());
    fixture.trigger("edit.undo");
    QVERIFY(!fixture.current()->result());
  }

  void aSecondStopLeavesThePreviewWhosePictureCanBeMadeLater() {
    PromptedFixture fixture(500);
    fixture.trigger("restore.run");
    QTRY_VERIFY_WITH_TIMEOUT(fixture.current()->steps().all().size() >= 3, kPatience);
    std::shared_ptr<const core::Raster> preview;
    connect(fixture.current(), &ui::Document::runEnded, this, [&] {
      if (!fixture.current()->run()) return;
      // What was shown last is the result while its picture is made.
      preview = fixture.current()->result()->raster;
      QVERIFY2(fixture.messages().contains(QStringLiteral("is being made in full")), qPrintable(fixture.messages()));
      fixture.trigger("restore.cancel");
    });
    fixture.trigger("restore.cancel");
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->run(), kPatience);
    QVERIFY(preview);
    QCOMPARE(fixture.current()->result()->raster, preview);
    QVERIFY2(fixture.messages().contains(QStringLiteral("Its preview is kept")), qPrintable(fixture.messages()));
    const int last = static_cast<int>(fixture.current()->steps().all().size()) - 1;
    fixture.takeStep(last);
    QCOMPARE(fixture.current()->result()->raster, fixture.current()->steps().all().back().picture());
    QVERIFY(valuesOf(*fixture.current()->result()->raster) != valuesOf(*preview));
    QVERIFY(fixture.find<QWidget>("stepStrip")->isVisible());
    fixture.trigger("edit.undo");
    QVERIFY(!fixture.current()->result());
  }

  void valuesThatAreNoNumbersKeepTheStepBefore() {
    PromptedFixture fixture(5, spoilPreviewer);
    auto* begin = fixture.find<QDoubleSpinBox>("preview_startField");
    begin->setValue(0.4);  // of five steps from the third one on
    fixture.run();
    QVERIFY2(fixture.messages().contains(QStringLiteral("tep 3 of 5 gave values that are no numbers")),
             qPrintable(fixture.messages()));
    QVERIFY2(fixture.messages().contains(QStringLiteral("Stopped after step 2. Its preview is kept")),
             qPrintable(fixture.messages()));
    QCOMPARE(fixture.current()->steps().all().size(), std::size_t{2});
    QVERIFY(fixture.current()->hasUnsavedResult());
    QCOMPARE(fixture.current()->result()->step, std::optional(2));
    const auto preview = fixture.current()->result()->raster;
    fixture.takeStep(1);
    QCOMPARE(fixture.current()->result()->raster, fixture.current()->steps().all()[1].picture());
    QVERIFY(valuesOf(*fixture.current()->result()->raster) != valuesOf(*preview));

    // And the run goes on from there once nobody asks the previewer.
    begin->setValue(1);
    fixture.trigger("restore.goOn");
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->run(), kPatience);
    QVERIFY(!fixture.current()->result()->step);
    QCOMPARE(fixture.current()->steps().all().size(), std::size_t{6});
  }
};

const Registered<PromptStepsTest> kPromptStepsTest("prompt_steps");

}  // namespace heirloom::tests

#include "prompt_steps_test.moc"
