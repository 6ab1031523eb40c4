#include "ui/panels/prompt_field.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QToolButton>

#include "core/engine/damage_estimate.h"
#include "core/photo/photo.h"
#include "core/recipe/recipe.h"
#include "tests/models/instantir/tiny_folder.h"
#include "tests/ui/fixture.h"
#include "ui/document.h"
#include "ui/panels/change_plot.h"
#include "ui/panels/restore_panel.h"
#include "ui/save.h"

namespace heirloom::tests {

/// What a person writes for a network that listens to words, and what such a network shows.
class PromptTest : public QObject {
  Q_OBJECT

  /// A photo is open and a tiny InstantIR chosen, made to be quick.
  static void prepare(Fixture& fixture, int steps) {
    const std::filesystem::path model = fixture.folder() / "tiny-instantir";
    writeTinyInstantIr(model);
    fixture.session().models().openCheckpoint(model);
    QTRY_VERIFY2_WITH_TIMEOUT(fixture.find<ui::RestorePanel>("restorePanel")->model() == model.string(),
                              qPrintable(fixture.messages()), kPatience);
    fixture.open(fixture.photo("a.png", 96, 64));
    fixture.find<QSpinBox>("stepsField")->setValue(steps);
    // Its tokens are single bytes, so that the standard text is too long for it.
    fixture.find<ui::PromptField>("promptText")->setText(QStringLiteral("a photo"));
    fixture.find<ui::PromptField>("negative_promptText")->setText(QStringLiteral("blurry"));
    fixture.find<QSpinBox>("min_sideField")->setValue(64);
    fixture.find<QSpinBox>("max_sideField")->setValue(128);
  }
  static QPlainTextEdit* editorOf(ui::PromptField& field) { return field.findChild<QPlainTextEdit*>(); }
  /// The texts that the field's menu offers.
  static QStringList offered(ui::PromptField& field) {
    QMenu* menu = field.findChild<QToolButton*>(QStringLiteral("suggestions"))->menu();
    Q_EMIT menu->aboutToShow();
    QStringList texts;
    for (const QAction* action : menu->actions()) {
      if (!action->isSeparator()) texts << action->text();
    }
    return texts;
  }

  /// Takes the step in `row` and waits until its picture is there.
  static void takeStep(Fixture& fixture, int row) {
    fixture.find<QListWidget>("steps")->setCurrentRow(row);
    fixture.find<QPushButton>("takeStep")->click();
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->run(), kPatience);
  }
  static std::vector<float> samplesOf(const core::Raster& raster) {
    std::vector<float> samples(static_cast<std::size_t>(raster.width() * raster.height() * raster.layout().bands()));
    core::toFloat(raster, {0, 0, raster.width(), raster.height()}, samples);
    return samples;
  }

 private Q_SLOTS:
  void suggestionsAndHistoryFillTheField() {
    ui::PromptField field;
    field.setPresets({{QStringLiteral("Standard"), QStringLiteral("a sharp photo")}});
    QCOMPARE(offered(field), QStringList{QStringLiteral("Standard")});
    field.setHistory({QStringLiteral("oak & birch"), QStringLiteral("a portrait")});
    QCOMPARE(offered(field),
             QStringList({QStringLiteral("Standard"), QStringLiteral("oak && birch"), QStringLiteral("a portrait")}));
    QSignalSpy changed(&field, &ui::PromptField::changed);
    field.findChild<QMenu*>()->actions().first()->trigger();
    QCOMPARE(field.text(), QStringLiteral("a sharp photo"));
    QVERIFY(!changed.isEmpty());

    QPlainTextEdit* editor = editorOf(field);
    QTest::keyClick(editor, Qt::Key_Up, Qt::AltModifier);
    QCOMPARE(field.text(), QStringLiteral("oak & birch"));
    QTest::keyClick(editor, Qt::Key_Up, Qt::AltModifier);
    QTest::keyClick(editor, Qt::Key_Up, Qt::AltModifier);
    QCOMPARE(field.text(), QStringLiteral("a portrait"));
    QTest::keyClick(editor, Qt::Key_Down, Qt::AltModifier);
    QTest::keyClick(editor, Qt::Key_Down, Qt::AltModifier);
    QCOMPARE(field.text(), QStringLiteral("a sharp photo"));
    editor->undo();
    QCOMPARE(field.text(), QStringLiteral("oak & birch"));

    QSignalSpy submitted(&field, &ui::PromptField::submitted);
    QTest::keyClick(editor, Qt::Key_Return, Qt::ShiftModifier);
    QCOMPARE(submitted.count(), 1);
    QTest::keyClick(editor, Qt::Key_Return);
    QCOMPARE(submitted.count(), 1);
  }

  void aPromptIsTypedRunWatchedTakenAndUndone() {
    Fixture fixture;
    prepare(fixture, 4);
    // As photos are restored, not as the published protocol has it.
    QVERIFY(fixture.find<QCheckBox>("emphasisBox")->isChecked());
    auto* field = fixture.find<ui::PromptField>("promptText");
    QCOMPARE(field->text(), QStringLiteral("a photo"));
    field->setText(QStringLiteral("a lake at dusk"));
    QTest::keyClick(editorOf(*field), Qt::Key_Return, Qt::ShiftModifier);
    QVERIFY(fixture.current()->run());
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->run(), kPatience);
    QVERIFY2(fixture.current()->result(), qPrintable(fixture.messages()));
    const core::Recipe recipe = fixture.current()->result()->recipe;
    QCOMPARE(recipe.steps.front().settings.at("prompt"), std::string("a lake at dusk"));

    auto* list = fixture.find<QListWidget>("steps");
    QCOMPARE(list->count(), 5);
    auto* plot = fixture.find<ui::ChangePlot>("changePlot");
    QCOMPARE(plot->values().size(), std::size_t{3});
    QVERIFY(plot->isVisible());
    QLabel* damage = nullptr;
    for (QLabel* label : fixture.find<QWidget>("stepStrip")->findChildren<QLabel*>()) {
      if (label->text().startsWith(QStringLiteral("Estimated damage: "))) damage = label;
    }
    QVERIFY(damage && damage->isVisible());
    const auto estimate = core::estimateDamage(plot->values());
    QVERIFY(estimate);
    QVERIFY2(damage->text().endsWith(QStringLiteral("(%1)").arg(QLocale().toString(estimate->value, 'f', 2))),
             qPrintable(damage->text()));
    // Nothing is squeezed out of the strip by it.
    for (const char* name : {"takeStep", "goOn"}) {
      auto* button = fixture.find<QPushButton>(name);
      QVERIFY(button->height() >= button->minimumSizeHint().height());
      QVERIFY(fixture.find<QWidget>("stepStrip")->rect().contains(button->geometry()));
      QVERIFY(!button->geometry().intersects(damage->geometry()));
    }
    const auto end = fixture.current()->result()->raster;
    const auto preview = fixture.current()->steps().all()[1].raster;
    takeStep(fixture, 1);
    QCOMPARE(fixture.current()->result()->step, std::optional(2));
    QVERIFY(fixture.current()->result()->raster != end);
    // Not the preview, enlarged, but what the autoencoder makes of the step.
    QCOMPARE(fixture.current()->result()->raster->layout(), end->layout());
    QVERIFY(samplesOf(*fixture.current()->result()->raster) != samplesOf(*preview));
    QVERIFY(plot->isVisible());
    QVERIFY(!fixture.find<QPushButton>("takeStep")->isEnabled());
    fixture.trigger("edit.undo");
    QCOMPARE(fixture.current()->result()->raster, end);
    // That of the last one is the result; once made, a picture is taken at once.
    takeStep(fixture, 3);
    QVERIFY(fixture.current()->result()->raster != end);
    QCOMPARE(samplesOf(*fixture.current()->result()->raster), samplesOf(*end));
    list->setCurrentRow(1);
    fixture.find<QPushButton>("takeStep")->click();
    QVERIFY(!fixture.current()->run());
    QCOMPARE(fixture.current()->result()->step, std::optional(2));
    fixture.trigger("edit.undo");
    fixture.trigger("edit.undo");
    QCOMPARE(fixture.current()->result()->raster, end);
    QCOMPARE(offered(*field), QStringList({QStringLiteral("Fine detail (the model's own)"), QStringLiteral("Portrait"),
                                           QStringLiteral("Landscape"), QStringLiteral("Street and buildings"),
                                           QStringLiteral("a lake at dusk")}));
  }

  void wordsThatAPhotoWasMadeByAreOfferedWhereItIsOpenedAgain() {
    Fixture fixture;
    prepare(fixture, 1);
    auto* prompt = fixture.find<ui::PromptField>("promptText");
    auto* negative = fixture.find<ui::PromptField>("negative_promptText");
    const QString lake = QStringLiteral("a lake at dusk");
    prompt->setText(lake);
    fixture.run();
    QVERIFY2(fixture.current()->result(), qPrintable(fixture.messages()));
    const std::filesystem::path saved = fixture.save();

    fixture.open(fixture.photo("b.png", 96, 64));
    QVERIFY(!offered(*prompt).contains(lake));
    fixture.open(saved);
    QVERIFY(!fixture.current()->result());
    QCOMPARE(offered(*prompt).last(), lake);
    QCOMPARE(offered(*negative).last(), QStringLiteral("blurry"));
    // What is run now stands before it.
    prompt->setText(QStringLiteral("a wood"));
    fixture.run();
    const QStringList all = offered(*prompt);
    QCOMPARE(all.mid(all.size() - 2), QStringList({QStringLiteral("a wood"), lake}));

    // What nobody can read is nothing to complain about, nor are recipes without words to offer.
    for (const char* recipe :
         {"steps: [", "version: 2\nsteps: [{model: painter, settings: {prompt: a lake at dusk}}]\n",
          "version: 1\nsteps: [{model: half}]\n"}) {
      const auto other = fixture.folder() / "other.png";
      core::writePhoto(core::readPhoto(fixture.folder() / "b.png"), other, {.overwrite = true, .recipe = recipe});
      fixture.open(other);
      QVERIFY(!offered(*prompt).contains(lake));
      QVERIFY2(fixture.current()->usedRecipes().empty(), recipe);
      QVERIFY2(!fixture.messages().contains(QStringLiteral("other.png")), qPrintable(fixture.messages()));
      fixture.trigger("file.close");
    }
  }

  void howNetworksAreHeldIsShownBesideTheDeviceWhileTheyRun() {
    Fixture fixture;
    prepare(fixture, 2);
    auto* label = fixture.find<QLabel>("placement");
    QVERIFY(!label->isVisible());
    QStringList seen;
    connect(fixture.current(), &ui::Document::runProgressed, label, [&] {
      if (label->isVisible()) seen << label->text();
    });
    fixture.run();
    QVERIFY2(fixture.current()->result(), qPrintable(fixture.messages()));
    seen.removeDuplicates();
    QCOMPARE(seen.size(), qsizetype{1});
    QVERIFY2(seen.front().contains(QStringLiteral(": all networks stay in memory")), qPrintable(seen.front()));
    QVERIFY(!label->isVisible());
    // A network that says nothing of it leaves the place free.
    fixture.find<ui::RestorePanel>("restorePanel")->chooseModel("tiny");
    fixture.run();
    QVERIFY2(fixture.current()->result(), qPrintable(fixture.messages()));
    QCOMPARE(seen.size(), qsizetype{1});
  }

  void noWordsAreNotTheDefaultOnes() {
    Fixture fixture;
    prepare(fixture, 1);
    auto* field = fixture.find<ui::PromptField>("negative_promptText");
    auto* panel = fixture.find<ui::RestorePanel>("restorePanel");
    offered(*field);
    field->findChild<QMenu*>()->actions().first()->trigger();
    QVERIFY(panel->recipe().steps.front().settings.at("negative_prompt").starts_with("blurry, out of focus"));
    field->setText(QString());
    QCOMPARE(panel->recipe().steps.front().settings.at("negative_prompt"), std::string(" "));
    fixture.run();
    QVERIFY2(fixture.current()->result(), qPrintable(fixture.messages()));
  }

  void aPromptThatIsTooLongIsRefusedInWordsAndTheNextRunWorks() {
    Fixture fixture;
    prepare(fixture, 1);
    auto* field = fixture.find<ui::PromptField>("promptText");
    field->setText(QStringLiteral("many words ").repeated(60));
    fixture.trigger("restore.run");
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->run(), kPatience);
    QVERIFY(!fixture.current()->result());
    QVERIFY2(fixture.messages().contains(QStringLiteral("token")), qPrintable(fixture.messages()));
    field->setText(QStringLiteral("few words"));
    fixture.run();
    QVERIFY2(fixture.current()->result(), qPrintable(fixture.messages()));
  }

  void aRunGoesOnFromAChosenStepToTheSameResult() {
    Fixture fixture;
    prepare(fixture, 6);
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
    QCOMPARE(samplesOf(*fixture.current()->result()->raster), samplesOf(*whole));
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
    QVERIFY(samplesOf(*result.raster) != samplesOf(*whole));
    QCOMPARE(result.recipe.steps.back().settings.at("prompt"), std::string("a lake at dusk"));
    QCOMPARE(result.recipe.steps.back().settings.at("steps"), std::string("6"));
    QCOMPARE(result.earlier, (std::vector<core::EarlierPart>{{4, recipe.steps.back().settings}}));
    const auto file = fixture.folder() / "went on.png";
    ui::SaveTarget target = ui::suggestedTarget(*fixture.current());
    target.file = file;
    ui::save(ui::saveJobOf(*fixture.current(), target));
    const std::string embedded = core::embeddedRecipe(core::readPhoto(file).metadata);
    QVERIFY2(embedded.starts_with("# up to step 4 it ran with other settings:\n#   prompt: \"a photo\"\nversion"),
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
    Fixture fixture;
    prepare(fixture, 6);
    fixture.run();
    QVERIFY2(fixture.current()->result(), qPrintable(fixture.messages()));
    const core::Recipe first = fixture.current()->result()->recipe;
    auto* list = fixture.find<QListWidget>("steps");
    auto* field = fixture.find<ui::PromptField>("promptText");
    const auto take = [&](int row) { takeStep(fixture, row); };
    const auto goOnFrom = [&](int row) {
      list->setCurrentRow(row);
      fixture.trigger("restore.goOn");
      QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->run(), kPatience);
    };
    // As after a stop: a step is the result, and stays one of the steps when the run goes on from it.
    take(2);
    const auto third = fixture.current()->result()->raster;
    field->setText(QStringLiteral("a lake at dusk"));
    goOnFrom(2);
    const core::Recipe second = fixture.current()->result()->recipe;
    const auto end = fixture.current()->result()->raster;
    QVERIFY(second != first);
    QCOMPARE(fixture.current()->result()->earlier.back().step, 3);

    take(1);
    QCOMPARE(fixture.current()->result()->step, std::optional(2));
    QCOMPARE(fixture.current()->result()->recipe, first);
    QVERIFY(fixture.current()->result()->earlier.empty());
    fixture.trigger("edit.undo");
    QCOMPARE(fixture.current()->result()->raster, end);
    fixture.trigger("edit.undo");
    QCOMPARE(fixture.current()->result()->raster, third);
    QCOMPARE(fixture.current()->result()->recipe, first);
    take(4);
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
    Fixture fixture;
    prepare(fixture, 500);
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
    Fixture fixture;
    prepare(fixture, 500);
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
    Fixture fixture;
    prepare(fixture, 500);
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
    takeStep(fixture, last);
    QCOMPARE(fixture.current()->result()->raster, fixture.current()->steps().all().back().picture());
    QVERIFY(samplesOf(*fixture.current()->result()->raster) != samplesOf(*preview));
    QVERIFY(fixture.find<QWidget>("stepStrip")->isVisible());
    fixture.trigger("edit.undo");
    QVERIFY(!fixture.current()->result());
  }
};

const Registered<PromptTest> kPromptTest("prompt");

}  // namespace heirloom::tests

#include "prompt_test.moc"
