// What the window asks the desktop: the monitor's profile and light or dark. The X server is a real one (ctest starts
// Xvfb); the services behind D-Bus are small doubles on a private bus.
#include <QDBusConnection>
#include <QDBusObjectPath>
#include <QDBusVariant>
#include <QElapsedTimer>
#include <QProcess>
#include <QScreen>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "core/colour/profile.h"
#include "tests/ui/fixture.h"
#include "ui/document.h"
#include "ui/platform/display_profile.h"
#include "ui/text.h"
#include "ui/viewer/viewer.h"

#ifdef HEIRLOOM_XCB
#include <xcb/xcb.h>
#endif

namespace heirloom::tests {

/// org.freedesktop.portal.Settings as a desktop has it.
class PortalDouble : public QObject {
  Q_OBJECT
  Q_CLASSINFO("D-Bus Interface", "org.freedesktop.portal.Settings")
 public:
  uint scheme = 1;  // 0: no wish, 1: dark, 2: light

  void change(uint value) {
    scheme = value;
    Q_EMIT SettingChanged(QStringLiteral("org.freedesktop.appearance"), QStringLiteral("color-scheme"),
                          QDBusVariant(value));
  }

 public Q_SLOTS:
  QDBusVariant Read(const QString& group, const QString& key) const {
    const bool known = group == QLatin1String("org.freedesktop.appearance") && key == QLatin1String("color-scheme");
    return QDBusVariant(QVariant::fromValue(QDBusVariant(known ? scheme : 99U)));
  }

 Q_SIGNALS:
  void SettingChanged(const QString& group, const QString& key, const QDBusVariant& value);
};

/// colord: one device of one profile.
class ColordDouble : public QObject {
  Q_OBJECT
  Q_CLASSINFO("D-Bus Interface", "org.freedesktop.ColorManager")
 public Q_SLOTS:
  QDBusObjectPath FindDeviceByProperty(const QString& key, const QString&) const {
    return QDBusObjectPath(key == QLatin1String("XRANDR_name") ? QStringLiteral("/device") : QStringLiteral("/"));
  }
};
class ColordDeviceDouble : public QObject {
  Q_OBJECT
  Q_CLASSINFO("D-Bus Interface", "org.freedesktop.ColorManager.Device")
  Q_PROPERTY(QList<QDBusObjectPath> Profiles READ profiles)
 public:
  QList<QDBusObjectPath> profiles() const { return {QDBusObjectPath(QStringLiteral("/profile"))}; }
};
class ColordProfileDouble : public QObject {
  Q_OBJECT
  Q_CLASSINFO("D-Bus Interface", "org.freedesktop.ColorManager.Profile")
  Q_PROPERTY(QString Filename MEMBER filename)
 public:
  QString filename;
};

namespace {

const QColor kPlain(200, 120, 60);

/// A monitor that is not sRGB: primaries of its own, gamma 1.8 or another.
std::vector<std::byte> monitorProfile(double gamma = 1.8) {
  const cmsCIExyY white{0.3127, 0.3290, 1};
  const cmsCIExyYTRIPLE primaries{{0.68, 0.32, 1}, {0.21, 0.71, 1}, {0.15, 0.06, 1}};
  cmsToneCurve* curve = cmsBuildGamma(nullptr, gamma);
  cmsToneCurve* const curves[] = {curve, curve, curve};
  const core::ProfilePointer profile(cmsCreateRGBProfile(&white, &primaries, curves));
  cmsFreeToneCurve(curve);
  cmsUInt32Number size = 0;
  cmsSaveProfileToMem(profile.get(), nullptr, &size);
  std::vector<std::byte> bytes(size);
  cmsSaveProfileToMem(profile.get(), bytes.data(), &size);
  return bytes;
}

/// An sRGB colour on that monitor, as LittleCMS says.
QColor onMonitor(const QColor& colour, const std::vector<std::byte>& monitor) {
  const core::ProfilePointer from(cmsCreate_sRGBProfile());
  const core::ProfilePointer to(cmsOpenProfileFromMem(monitor.data(), static_cast<cmsUInt32Number>(monitor.size())));
  const core::TransformPointer transform(cmsCreateTransform(
      from.get(), TYPE_RGB_8, to.get(), TYPE_RGB_8, INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_BLACKPOINTCOMPENSATION));
  const std::uint8_t in[] = {static_cast<std::uint8_t>(colour.red()), static_cast<std::uint8_t>(colour.green()),
                             static_cast<std::uint8_t>(colour.blue())};
  std::uint8_t out[3] = {};
  cmsDoTransform(transform.get(), in, out, 1);
  return {out[0], out[1], out[2]};
}

std::filesystem::path writeProfile(const TemporaryFolder& folder, const std::vector<std::byte>& bytes,
                                   const char* name = "monitor.icc") {
  const auto file = folder / name;
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return file;
}

#ifdef HEIRLOOM_XCB
/// The root window's _ICC_PROFILE, as a colour daemon sets it; taken away again in the end.
class RootProfile {
 public:
  explicit RootProfile(const std::vector<std::byte>& bytes) : connection_(xcb_connect(nullptr, nullptr)) {
    root_ = xcb_setup_roots_iterator(xcb_get_setup(connection_)).data->root;
    constexpr const char* kName = "_ICC_PROFILE";
    xcb_intern_atom_reply_t* reply = xcb_intern_atom_reply(
        connection_, xcb_intern_atom(connection_, 0, static_cast<std::uint16_t>(std::strlen(kName)), kName), nullptr);
    atom_ = reply->atom;
    std::free(reply);
    set(bytes);
  }
  ~RootProfile() {
    xcb_delete_property(connection_, root_, atom_);
    sync();
    xcb_disconnect(connection_);
  }
  RootProfile(const RootProfile&) = delete;
  RootProfile& operator=(const RootProfile&) = delete;
  void set(const std::vector<std::byte>& bytes) {
    xcb_change_property(connection_, XCB_PROP_MODE_REPLACE, root_, atom_, XCB_ATOM_CARDINAL, 8,
                        static_cast<std::uint32_t>(bytes.size()), bytes.data());
    sync();
  }

 private:
  void sync() { std::free(xcb_get_input_focus_reply(connection_, xcb_get_input_focus(connection_), nullptr)); }

  xcb_connection_t* connection_;
  xcb_window_t root_ = 0;
  xcb_atom_t atom_ = 0;
};
#endif

}  // namespace

class DesktopTest : public QObject {
  Q_OBJECT

  QProcess daemon_;
  QString address_;

  /// A connection of its own for the doubles of one test; null without a bus.
  class Services {
   public:
    explicit Services(const QString& address)
        : bus_(QDBusConnection::connectToBus(address, QStringLiteral("doubles"))) {}
    ~Services() { QDBusConnection::disconnectFromBus(QStringLiteral("doubles")); }
    bool offer(const QString& service, const QString& path, QObject* object) {
      return bus_.registerObject(path, object, QDBusConnection::ExportAllContents) &&
             (service.isEmpty() || bus_.registerService(service));
    }

   private:
    QDBusConnection bus_;
  };

  static void openPlain(Fixture& fixture) {
    QImage image(64, 64, QImage::Format_RGB888);
    image.fill(kPlain);
    const auto file = fixture.folder() / "plain.png";
    image.save(ui::fromPath(file));
    fixture.open(file);
  }
  /// The middle of the photo, as the screen has it.
  static QColor shown(Fixture& fixture) {
    auto* viewer = fixture.find<ui::Viewer>("viewer");
    const QPoint middle = viewer->mapTo(&fixture.window(), viewer->rect().center());
    const QImage screen = fixture.window().screen()->grabWindow(fixture.window().winId()).toImage();
    return screen.isNull() ? QColor() : screen.pixelColor(middle);
  }
  static bool isX11() { return QGuiApplication::platformName() == QLatin1String("xcb"); }

 private Q_SLOTS:
  void initTestCase() {
    daemon_.start(QStringLiteral("dbus-daemon"),
                  {QStringLiteral("--session"), QStringLiteral("--nofork"), QStringLiteral("--print-address=1")});
    if (!daemon_.waitForReadyRead(kPatience)) return;
    address_ = QString::fromLatin1(daemon_.readLine().trimmed());
    // Before anything asks for a bus: the addresses are read once.
    qputenv("DBUS_SESSION_BUS_ADDRESS", address_.toLatin1());
    qputenv("DBUS_SYSTEM_BUS_ADDRESS", address_.toLatin1());
  }
  void cleanupTestCase() {
    daemon_.terminate();
    daemon_.waitForFinished();
  }
  void init() {
    if (address_.isEmpty() || !QDBusConnection::sessionBus().isConnected()) QSKIP("there is no dbus-daemon to start");
  }

  void withoutServicesThePhotoIsShownAsSrgb() {
    QElapsedTimer timer;
    timer.start();
    QVERIFY(ui::colordProfile(QStringLiteral("DP-1")).empty());
    QVERIFY(timer.elapsed() < 1000);
    if (!isX11()) QSKIP("not under X11");
    Fixture fixture;
    openPlain(fixture);
    QTRY_COMPARE(shown(fixture), kPlain);
    QCOMPARE(fixture.messages(), QString());
  }

  void rootWindowsProfileChangesWhatIsShown() {
#ifdef HEIRLOOM_XCB
    if (!isX11()) QSKIP("not under X11");
    const auto monitor = monitorProfile();
    const QColor expected = onMonitor(kPlain, monitor);
    QVERIFY(qAbs(expected.green() - kPlain.green()) > 10);
    RootProfile root(monitor);
    Fixture fixture;
    openPlain(fixture);
    QTRY_COMPARE(shown(fixture), expected);
    // Calibrated anew meanwhile: seen when the person comes back to the window.
    const auto other = monitorProfile(2.6);
    root.set(other);
    QEvent activated(QEvent::WindowActivate);
    QCoreApplication::sendEvent(&fixture.window(), &activated);
    QTRY_COMPARE(shown(fixture), onMonitor(kPlain, other));
#else
    QSKIP("built without xcb");
#endif
  }

  void nonsenseOnTheRootWindowIsOverlooked() {
#ifdef HEIRLOOM_XCB
    if (!isX11()) QSKIP("not under X11");
    const RootProfile root(std::vector<std::byte>(500));
    QVERIFY(ui::x11Profile(qEnvironmentVariable("DISPLAY"), 0).empty());
    QVERIFY(ui::x11Profile(QStringLiteral(":4321"), 0).empty());
#else
    QSKIP("built without xcb");
#endif
  }

  void fileOfTheSettingsComesFirst() {
    if (!isX11()) QSKIP("not under X11");
    const auto chosen = monitorProfile(1.4);
#ifdef HEIRLOOM_XCB
    const RootProfile root(monitorProfile());
#endif
    Fixture fixture;
    openPlain(fixture);
    fixture.session().settings().setDisplayProfileFile(ui::fromPath(writeProfile(fixture.folder(), chosen)));
    QTRY_COMPARE(shown(fixture), onMonitor(kPlain, chosen));
    QCOMPARE(fixture.messages(), QString());
    // What is no profile is said in words, and the screen is taken for sRGB.
    const auto broken = writeProfile(fixture.folder(), std::vector<std::byte>(500), "broken.icc");
    fixture.session().settings().setDisplayProfileFile(ui::fromPath(broken));
    QTRY_VERIFY(fixture.messages().contains(QStringLiteral("broken.icc: ")));
    QTRY_COMPARE(shown(fixture), kPlain);
    fixture.session().settings().setDisplayProfileFile({});
#ifdef HEIRLOOM_XCB
    QTRY_COMPARE(shown(fixture), onMonitor(kPlain, monitorProfile()));
#endif
  }

  void colordIsAskedWhereTheScreenSaysNothing() {
    if (!isX11()) QSKIP("not under X11");
    const auto monitor = monitorProfile(1.6);
    Fixture fixture;
    ColordDouble colord;
    ColordDeviceDouble device;
    ColordProfileDouble profile;
    profile.filename = ui::fromPath(writeProfile(fixture.folder(), monitor));
    Services services(address_);
    QVERIFY(services.offer({}, QStringLiteral("/device"), &device));
    QVERIFY(services.offer({}, QStringLiteral("/profile"), &profile));
    QVERIFY(services.offer(QStringLiteral("org.freedesktop.ColorManager"),
                           QStringLiteral("/org/freedesktop/ColorManager"), &colord));
    openPlain(fixture);
    QEvent activated(QEvent::WindowActivate);
    QCoreApplication::sendEvent(&fixture.window(), &activated);
    QTRY_COMPARE(shown(fixture), onMonitor(kPlain, monitor));
  }

  void portalSaysLightOrDarkAndIsFollowed() {
    PortalDouble portal;
    Services services(address_);
    QVERIFY(services.offer(QStringLiteral("org.freedesktop.portal.Desktop"),
                           QStringLiteral("/org/freedesktop/portal/desktop"), &portal));
    Fixture fixture;
    ui::Theme& theme = fixture.session().theme();
    QTRY_VERIFY(theme.isDark());
    portal.change(2);
    QTRY_VERIFY(!theme.isDark());
    portal.change(1);
    QTRY_VERIFY(theme.isDark());
    // No wish: as the palette was, which is light here. GNOME says so when its dark style is switched off.
    portal.change(0);
    QTRY_VERIFY(!theme.isDark());
    // The person's own choice stands above it.
    fixture.session().settings().setTheme(ui::ThemeChoice::Light);
    portal.change(1);
    QTest::qWait(100);
    QVERIFY(!theme.isDark());
    fixture.session().settings().setTheme(ui::ThemeChoice::System);
    QTRY_VERIFY(theme.isDark());
  }

  void otherSettingsOfThePortalAreNoColourScheme() {
    PortalDouble portal;
    portal.scheme = 2;
    Services services(address_);
    QVERIFY(services.offer(QStringLiteral("org.freedesktop.portal.Desktop"),
                           QStringLiteral("/org/freedesktop/portal/desktop"), &portal));
    Fixture fixture;
    Q_EMIT portal.SettingChanged(QStringLiteral("org.freedesktop.appearance"), QStringLiteral("contrast"),
                                 QDBusVariant(1U));
    Q_EMIT portal.SettingChanged(QStringLiteral("org.gnome.desktop.interface"), QStringLiteral("color-scheme"),
                                 QDBusVariant(1U));
    QTest::qWait(100);
    QVERIFY(!fixture.session().theme().isDark());
  }
};

const Registered<DesktopTest> kDesktopTest("desktop");

}  // namespace heirloom::tests

#include "desktop_test.moc"
