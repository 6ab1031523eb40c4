#include <QAbstractButton>
#include <QAccessible>
#include <QApplication>
#include <QComboBox>
#include <QMenuBar>
#include <QScrollBar>
#include <QTabWidget>
#include <set>

#include "tests/ui/fixture.h"
#include "ui/document.h"
#include "ui/panels/message_area.h"

namespace heirloom::tests {

class AccessibilityTest : public QObject {
  Q_OBJECT

  /// Parts of Qt's own widgets, which speak for them.
  static bool isPart(const QWidget* widget) {
    const QWidget* parent = widget->parentWidget();
    return qobject_cast<const QScrollBar*>(widget) || widget->objectName().startsWith(QStringLiteral("qt_")) ||
           (parent && (qobject_cast<const QComboBox*>(parent) || parent->inherits("QAbstractSpinBox") ||
                       parent->inherits("QKeySequenceEdit") || parent->inherits("QComboBoxPrivateContainer") ||
                       parent->inherits("QTabWidget") || parent->inherits("QMessageBox")));
  }
  static QStringList nameless(QWidget* root) {
    QStringList found;
    for (QWidget* widget : root->findChildren<QWidget*>()) {
      if (widget->focusPolicy() == Qt::NoFocus || isPart(widget) || widget->inherits("QToolBarExtension")) continue;
      const QAccessibleInterface* face = QAccessible::queryAccessibleInterface(widget);
      if (!face || face->text(QAccessible::Name).isEmpty()) {
        found << QLatin1String(widget->metaObject()->className()) + u' ' + widget->objectName();
      }
    }
    return found;
  }

 private Q_SLOTS:
  void everyWidgetThatTakesTheFocusHasAName() {
    Fixture fixture;
    fixture.open(fixture.photo("a.png"));
    fixture.open(fixture.photo("b.png"));
    fixture.run();
    fixture.window().messages().show(ui::MessageArea::Severity::Warning, QStringLiteral("something"),
                                     {{QStringLiteral("Do"), [] {}}});
    QCOMPARE(nameless(&fixture.window()), QStringList());
  }

  void everyDialogToo_data() {
    QTest::addColumn<QString>("command");
    for (const char* id : {"file.saveAs", "edit.preferences", "help.shortcuts", "help.about"})
      QTest::newRow(id) << QString::fromLatin1(id);
  }
  void everyDialogToo() {
    QFETCH(QString, command);
    RestoredFixture fixture;
    fixture.trigger(command.toLatin1().constData());
    auto* dialog = fixture.window().findChild<QDialog*>();
    QVERIFY(dialog);
    QVERIFY(dialog->isVisible());
    QCOMPARE(nameless(dialog), QStringList());
    dialog->reject();
  }

  void tabReachesEverythingInTheWindow() {
    Fixture fixture;
    fixture.open(fixture.photo("a.png"));
    fixture.open(fixture.photo("b.png"));
    fixture.run();
    fixture.window().activateWindow();
    QTRY_VERIFY(QApplication::activeWindow() == &fixture.window());
    fixture.find<QWidget>("viewer")->setFocus();
    std::set<QWidget*> reached;
    for (int step = 0; step < 80; ++step) {
      QWidget* focus = QApplication::focusWidget();
      QVERIFY(focus);
      reached.insert(focus);
      QTest::keyClick(focus, Qt::Key_Tab);
    }
    for (QWidget* widget : fixture.window().findChildren<QWidget*>()) {
      const bool takesTab = (widget->focusPolicy() & Qt::TabFocus) && widget->isVisible() && widget->isEnabled() &&
                            !isPart(widget) && !widget->focusProxy();
      if (!takesTab) continue;
      const QString name = QLatin1String(widget->metaObject()->className()) + u' ' + widget->objectName() + u' ' +
                           widget->accessibleName();
      QVERIFY2(reached.contains(widget), qPrintable(name));
    }
    for (const char* name : {"viewer", "divider", "filmstrip", "models", "strengthSlider", "restore.runButton"}) {
      QVERIFY2(reached.contains(fixture.find<QWidget>(name)), name);
    }
  }

  void menusHaveMnemonicsThatDoNotClash() {
    Fixture fixture;
    const auto check = [](const QList<QAction*>& actions) {
      std::set<QChar> used;
      for (const QAction* action : actions) {
        if (action->isSeparator()) continue;
        const auto at = action->text().indexOf(u'&');
        QVERIFY2(at >= 0, qPrintable(action->text()));
        QVERIFY2(used.insert(action->text()[at + 1].toLower()).second, qPrintable(action->text()));
      }
    };
    check(fixture.window().menuBar()->actions());
    for (const QAction* menu : fixture.window().menuBar()->actions()) check(menu->menu()->actions());
  }

  void photoTellsWhatItShows() {
    Fixture fixture;
    fixture.open(fixture.photo("a.png"));
    const QString name = fixture.find<QWidget>("viewer")->accessibleName();
    QVERIFY2(name.contains(QStringLiteral("a.png")) && name.contains(QStringLiteral("96 x 64")) && name.contains(u'%'),
             qPrintable(name));
  }
};

const Registered<AccessibilityTest> kAccessibilityTest("accessibility");

}  // namespace heirloom::tests

#include "accessibility_test.moc"
