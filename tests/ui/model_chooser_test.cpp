// Which models the window offers, how a checkpoint joins them, and what is remembered of the choice.
#include <QComboBox>
#include <QDialog>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTextDocument>
#include <algorithm>
#include <fstream>

#include "tests/ui/fixture.h"
#include "ui/document.h"
#include "ui/panels/restore_panel.h"

namespace heirloom::tests {

class ModelChooserTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void chooserListsTheRegistrysModels() {
    Fixture fixture;
    auto* models = fixture.find<QComboBox>("models");
    // Under what they do, which is no choice itself.
    QCOMPARE(models->itemText(0), QStringLiteral("Removes noise"));
    QVERIFY(!(models->model()->flags(models->model()->index(0, 0)) & Qt::ItemIsSelectable));
    QCOMPARE(models->itemText(1), QStringLiteral("Tiny"));
    QCOMPARE(models->currentText(), QStringLiteral("Tiny"));
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

  void openedCheckpointIsThereInTheNextSession() {
    Fixture fixture;
    const auto file = fixture.folder() / "mine.safetensors";
    const auto gone = fixture.folder() / "gone.safetensors";
    for (const auto& opened : {gone, file}) {
      writeTinyNetwork(opened, 5);
      fixture.session().models().openCheckpoint(opened);
      QTRY_VERIFY_WITH_TIMEOUT(fixture.session().models().find(opened.string()), kPatience);
    }
    std::filesystem::remove(gone);
    fixture.restart();
    // The last choice, too.
    QTRY_VERIFY_WITH_TIMEOUT(fixture.find<ui::RestorePanel>("restorePanel")->model() == file.string(), kPatience);
    QVERIFY(!fixture.session().models().find(gone.string()));
    QVERIFY(fixture.messages().isEmpty());
    fixture.session().models().refresh();
    QSignalSpy changed(&fixture.session().models(), &ui::ModelCatalogue::changed);
    QTRY_VERIFY_WITH_TIMEOUT(!changed.isEmpty(), kPatience);
    QCOMPARE(std::ranges::count(fixture.session().models().entries(), file.string(), &ui::ModelEntry::name), 1);
  }

  void checkpointOfSeveralNetworksAsksWhich() {
    Fixture fixture;
    const auto file = fixture.folder() / "pair.safetensors";
    writeTwoTinyNetworks(file);
    fixture.session().models().openCheckpoint(file);
    QTRY_VERIFY_WITH_TIMEOUT(fixture.find<QDialog>("networkDialog"), kPatience);
    auto* dialog = fixture.find<QDialog>("networkDialog");
    auto* list = fixture.find<QListWidget>("networkList");
    QCOMPARE(list->count(), 2);
    QCOMPARE(list->item(0)->text(), QStringLiteral("net (FFDNet)"));
    QCOMPARE(list->item(1)->text(), QStringLiteral("generator (FFDNet)"));
    // Nobody has to answer.
    dialog->reject();
    QVERIFY(fixture.find<ui::RestorePanel>("restorePanel")->model() == "tiny");
    QTRY_VERIFY(!fixture.find<QDialog>("networkDialog"));

    fixture.session().models().openCheckpoint(file);
    QTRY_VERIFY_WITH_TIMEOUT(fixture.find<QDialog>("networkDialog"), kPatience);
    fixture.find<QListWidget>("networkList")->setCurrentRow(1);
    button(fixture.find<QDialog>("networkDialog"), QStringLiteral("Open"))->click();
    const std::string chosen = file.string() + "#generator";
    QTRY_VERIFY_WITH_TIMEOUT(fixture.find<ui::RestorePanel>("restorePanel")->model() == chosen, kPatience);
    QCOMPARE(fixture.find<QComboBox>("models")->currentText(), QStringLiteral("Pair (generator)"));
    fixture.open(fixture.photo("a.png"));
    fixture.run();
    QVERIFY(fixture.current()->result());
    // The next session knows which it was.
    fixture.restart();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.find<ui::RestorePanel>("restorePanel")->model() == chosen, kPatience);
  }

  void notesOfAFileAreInItsTip() {
    Fixture fixture;
    const auto file = fixture.folder() / "pair.safetensors#net";
    writeTwoTinyNetworks(fixture.folder() / "pair.safetensors");
    fixture.session().models().openCheckpoint(file);
    QTRY_VERIFY_WITH_TIMEOUT(fixture.find<ui::RestorePanel>("restorePanel")->model() == file.string(), kPatience);
    const QString tip = fixture.find<QComboBox>("models")->toolTip();
    QVERIFY2(tip.contains(QStringLiteral("modelspec.tags: soft, warm")), qPrintable(tip));
    // What looks like HTML is shown as it stands: Qt takes the tip for plain text, or its signs are written out.
    const QString shown =
        Qt::mightBeRichText(tip) ? QStringLiteral("&lt;b&gt;Somebody") : QStringLiteral("<b>Somebody");
    QVERIFY2(tip.contains(shown), qPrintable(tip));
    QVERIFY2(!tip.contains(QStringLiteral("and 0 more")), qPrintable(tip));
  }

  void ofManyNotesTheTipSaysHowManyItLeavesOut() {
    Fixture fixture;
    const auto file = fixture.folder() / "told.safetensors";
    std::map<std::string, std::string> metadata{{"title", "Told"}};
    for (int i = 1; i <= 8; ++i) metadata["note_" + std::to_string(i)] = "text";
    writeTinyNetwork(file, 1, metadata);
    fixture.session().models().openCheckpoint(file);
    QTRY_VERIFY_WITH_TIMEOUT(fixture.find<ui::RestorePanel>("restorePanel")->model() == file.string(), kPatience);
    const QString tip = fixture.find<QComboBox>("models")->toolTip();
    QVERIFY2(tip.contains(QStringLiteral("note_6: text")) && !tip.contains(QStringLiteral("note_7")), qPrintable(tip));
    QVERIFY2(tip.contains(QStringLiteral("and 2 more")), qPrintable(tip));
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

const Registered<ModelChooserTest> kModelChooserTest("model_chooser");

}  // namespace heirloom::tests

#include "model_chooser_test.moc"
