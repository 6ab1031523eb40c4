#include "ui/commands.h"

#include <QKeySequenceEdit>
#include <QLabel>
#include <QMenuBar>
#include <QTreeWidget>
#include <set>

#include "tests/ui/fixture.h"
#include "ui/app_settings.h"
#include "ui/dialogs/preferences_dialog.h"

namespace heirloom::tests {

class CommandsTest : public QObject {
  Q_OBJECT

  static std::map<std::string_view, QList<QKeySequence>> shortcuts(const ui::AppSettings& settings) {
    std::map<std::string_view, QList<QKeySequence>> all;
    for (const ui::Command& command : ui::commands()) all[command.id] = ui::shortcutsOf(command, settings);
    return all;
  }

 private Q_SLOTS:
  void idsAreUniqueAndTextsThere() {
    std::set<std::string_view> ids;
    for (const ui::Command& command : ui::commands()) {
      QVERIFY(ids.insert(command.id).second);
      QVERIFY(*command.text);
      QVERIFY(*command.tip);
    }
  }

  void standardShortcutsDoNotConflict() {
    const TemporaryFolder folder;
    const ui::AppSettings settings(folder.path());
    QVERIFY(ui::conflicts(shortcuts(settings)).empty());
  }

  void conventionalShortcutsAreThere_data() {
    QTest::addColumn<QString>("id");
    QTest::addColumn<QString>("keys");
    const std::pair<const char*, const char*> expected[] = {{"file.open", "Ctrl+O"},
                                                            {"file.openFolder", "Ctrl+Shift+O"},
                                                            {"file.save", "Ctrl+S"},
                                                            {"file.saveAs", "Ctrl+Shift+S"},
                                                            {"edit.undo", "Ctrl+Z"},
                                                            {"edit.redo", "Ctrl+Shift+Z"},
                                                            {"edit.redo", "Ctrl+Y"},
                                                            {"edit.paste", "Ctrl+V"},
                                                            {"restore.run", "Ctrl+Return"},
                                                            {"restore.cancel", "Esc"},
                                                            {"view.fit", "Ctrl+0"},
                                                            {"view.actualSize", "Ctrl+1"},
                                                            {"view.original", "\\"},
                                                            {"view.fullScreen", "F11"},
                                                            {"view.swap", "C"},
                                                            {"view.compare", "M"}};
    for (const auto& [id, keys] : expected)
      QTest::addRow("%s %s", id, keys) << QString::fromLatin1(id) << QString::fromLatin1(keys);
  }
  void conventionalShortcutsAreThere() {
    QFETCH(QString, id);
    QFETCH(QString, keys);
    const TemporaryFolder folder;
    const ui::AppSettings settings(folder.path());
    QVERIFY(ui::shortcutsOf(ui::command(id.toStdString()), settings)
                .contains(QKeySequence(keys, QKeySequence::PortableText)));
  }

  void everyCommandStandsInAMenu() {
    Fixture fixture;
    std::set<QString> inMenus;
    for (const QMenu* menu : fixture.window().menuBar()->findChildren<QMenu*>()) {
      for (const QAction* action : menu->actions()) inMenus.insert(action->objectName());
    }
    for (const ui::Command& command : ui::commands()) QVERIFY2(inMenus.contains(QLatin1String(command.id)), command.id);
  }

  void changedShortcutTakesEffectAndIsKept() {
    Fixture fixture;
    fixture.session().settings().setShortcuts(QStringLiteral("view.fit"), QStringList{QStringLiteral("F7")});
    QCOMPARE(fixture.window().commandSet()["view.fit"]->shortcuts(), QList<QKeySequence>{QKeySequence(Qt::Key_F7)});
    fixture.restart();
    QCOMPARE(fixture.window().commandSet()["view.fit"]->shortcuts(), QList<QKeySequence>{QKeySequence(Qt::Key_F7)});
    fixture.session().settings().setShortcuts(QStringLiteral("view.fit"), std::nullopt);
    QCOMPARE(fixture.window().commandSet()["view.fit"]->shortcuts().first(), QKeySequence(Qt::CTRL | Qt::Key_0));
  }

  void conflictIsShownInTheEditor() {
    Fixture fixture;
    fixture.trigger("edit.preferences");
    auto* dialog = fixture.window().findChild<ui::PreferencesDialog*>();
    auto* list = dialog->findChild<QTreeWidget*>(QStringLiteral("shortcutEditor"));
    auto* conflict = dialog->findChild<QLabel*>(QStringLiteral("conflict"));
    QVERIFY(conflict->text().isEmpty());
    list->setCurrentItem(list->findItems(QStringLiteral("Fit in Window"), Qt::MatchExactly).first());
    auto* field = dialog->findChild<QKeySequenceEdit*>(QStringLiteral("shortcutField"));
    field->setKeySequence(QKeySequence(QStringLiteral("Ctrl+O")));
    Q_EMIT field->editingFinished();
    QVERIFY(conflict->text().contains(QStringLiteral("Fit in Window")));
    QVERIFY(conflict->text().contains(QStringLiteral("Open")));
    QCOMPARE(ui::conflicts(shortcuts(fixture.session().settings())).size(), std::size_t{2});
  }

  void factsDecideWhatCanBeDone_data() {
    QTest::addColumn<unsigned>("needs");
    QTest::addColumn<unsigned>("facts");
    QTest::addColumn<bool>("possible");
    const auto number = [](ui::Need need) { return static_cast<unsigned>(need); };
    QTest::newRow("nothing needed") << number(ui::Need::Nothing) << number(ui::Need::Nothing) << true;
    QTest::newRow("photo missing") << number(ui::Need::Photo) << number(ui::Need::Idle) << false;
    QTest::newRow("both there") << number(ui::Need::Photo | ui::Need::Idle)
                                << number(ui::Need::Photo | ui::Need::Idle | ui::Need::Model) << true;
    QTest::newRow("one missing") << number(ui::Need::Photo | ui::Need::Idle)
                                 << number(ui::Need::Photo | ui::Need::Running) << false;
  }
  void factsDecideWhatCanBeDone() {
    QFETCH(unsigned, needs);
    QFETCH(unsigned, facts);
    QFETCH(bool, possible);
    QCOMPARE(ui::satisfied(static_cast<ui::Need>(needs), static_cast<ui::Need>(facts)), possible);
  }
};

const Registered<CommandsTest> kCommandsTest("commands");

}  // namespace heirloom::tests

#include "commands_test.moc"
