#include <QClipboard>
#include <QSlider>

#include "tests/ui/fixture.h"
#include "ui/viewer/viewer.h"

namespace heirloom::tests {

/// Keys, clipboard and looks of the whole window.
class WindowTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void originalIsShownForAsLongAsItsKeyIsHeld() {
    RestoredFixture fixture;
    auto* viewer = fixture.find<ui::Viewer>("viewer");
    QTest::keyPress(viewer, Qt::Key_Backslash);
    QVERIFY(viewer->showsOriginal());
    QTest::keyRelease(viewer, Qt::Key_Backslash);
    QVERIFY(!viewer->showsOriginal());
    // Also from another widget, but not while text is typed.
    QTest::keyPress(fixture.find<QSlider>("strengthSlider"), Qt::Key_Backslash);
    QVERIFY(viewer->showsOriginal());
    QTest::keyRelease(fixture.find<QSlider>("strengthSlider"), Qt::Key_Backslash);
    QVERIFY(!viewer->showsOriginal());
  }

  void copiedPictureIsWhatIsShown() {
    Fixture fixture;
    fixture.open(fixture.photo("a.png"));
    QGuiApplication::clipboard()->clear();
    // By its key from anywhere, the panel too.
    QTest::keyClick(fixture.find<QSlider>("strengthSlider"), Qt::Key_C, Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(!QGuiApplication::clipboard()->image().isNull(), kPatience);
    QCOMPARE(QGuiApplication::clipboard()->image().convertToFormat(QImage::Format_RGB888), testImage(96, 64));
  }

  void themeChangesTheWholeWindow() {
    Fixture fixture;
    fixture.open(fixture.photo("a.png"));
    fixture.session().settings().setTheme(ui::ThemeChoice::Light);
    QVERIFY(!fixture.session().theme().isDark());
    const int light = fixture.window()
                          .grab()
                          .toImage()
                          .pixelColor(fixture.window().width() - 40, fixture.window().height() / 2)
                          .lightness();
    fixture.session().settings().setTheme(ui::ThemeChoice::Dark);
    QVERIFY(fixture.session().theme().isDark());
    const int dark = fixture.window()
                         .grab()
                         .toImage()
                         .pixelColor(fixture.window().width() - 40, fixture.window().height() / 2)
                         .lightness();
    QVERIFY(light > 200);
    QVERIFY(dark < 80);
    fixture.session().settings().setTheme(ui::ThemeChoice::System);
  }

  void escapeLeavesFullScreen() {
    Fixture fixture;
    fixture.trigger("view.fullScreen");
    QTRY_VERIFY(fixture.window().isFullScreen());
    QTest::keyClick(&fixture.window(), Qt::Key_Escape);
    QTRY_VERIFY(!fixture.window().isFullScreen());
  }
};

const Registered<WindowTest> kWindowTest("window");

}  // namespace heirloom::tests

#include "window_test.moc"
