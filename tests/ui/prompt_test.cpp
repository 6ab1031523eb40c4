#include "ui/panels/prompt_field.h"

#include <QCheckBox>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QToolButton>

#include "core/engine/damage_estimate.h"
#include "core/photo/photo.h"
#include "core/recipe/recipe.h"
#include "tests/ui/prompted_fixture.h"
#include "ui/document.h"
#include "ui/panels/change_plot.h"
#include "ui/panels/restore_panel.h"

namespace heirloom::tests {

/// What a person writes for a network that listens to words, and what such a network shows.
class PromptTest : public QObject {
  Q_OBJECT

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
    PromptedFixture fixture(4);
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
    // What photo and device decided stands in its file.
    QCOMPARE(recipe.steps.front().settings.at("size"), std::string("auto"));
    QCOMPARE(fixture.current()->recipe().steps.front().settings.at("size"), std::string("whole"));

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
    fixture.takeStep(1);
    QCOMPARE(fixture.current()->result()->step, std::optional(2));
    QVERIFY(fixture.current()->result()->raster != end);
    // Not the preview, enlarged, but what the autoencoder makes of the step.
    QCOMPARE(fixture.current()->result()->raster->layout(), end->layout());
    QVERIFY(valuesOf(*fixture.current()->result()->raster) != valuesOf(*preview));
    QVERIFY(plot->isVisible());
    QVERIFY(!fixture.find<QPushButton>("takeStep")->isEnabled());
    fixture.trigger("edit.undo");
    QCOMPARE(fixture.current()->result()->raster, end);
    // That of the last one is the result; once made, a picture is taken at once.
    fixture.takeStep(3);
    QVERIFY(fixture.current()->result()->raster != end);
    QCOMPARE(valuesOf(*fixture.current()->result()->raster), valuesOf(*end));
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
    PromptedFixture fixture(1);
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
    PromptedFixture fixture(2);
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
    PromptedFixture fixture(1);
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
    PromptedFixture fixture(1);
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
};

const Registered<PromptTest> kPromptTest("prompt");

}  // namespace heirloom::tests

#include "prompt_test.moc"
