#include "ui/platform/display_profile.h"

#include <QDBusArgument>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusObjectPath>
#include <QDBusVariant>
#include <QFile>
#include <cstdlib>
#include <memory>

#include "ui/text.h"

#ifdef HEIRLOOM_XCB
#include <xcb/xcb.h>
#endif

namespace heirloom::ui {
namespace {

constexpr qint64 kLargestProfile = 64 << 20;
constexpr int kBusTimeout = 1000;  // ms

std::vector<std::byte> bytesOf(const QByteArray& data) {
  const auto* first = reinterpret_cast<const std::byte*>(data.constData());
  return {first, first + data.size()};
}

/// An ICC profile says "acsp" at byte 36 (ICC.1:2022, 7.2).
bool looksLikeProfile(const QByteArray& data) {
  return data.size() > 128 && data.mid(36, 4) == "acsp";
}

QByteArray readFile(const QString& name) {
  QFile file(name);
  if (!file.open(QIODevice::ReadOnly) || file.size() > kLargestProfile) return {};
  return file.readAll();
}

QVariant busCall(const QString& path, const QString& interface, const QString& method, const QVariantList& arguments) {
  QDBusMessage call =
      QDBusMessage::createMethodCall(QStringLiteral("org.freedesktop.ColorManager"), path, interface, method);
  call.setArguments(arguments);
  const QDBusMessage reply = QDBusConnection::systemBus().call(call, QDBus::Block, kBusTimeout);
  if (reply.type() != QDBusMessage::ReplyMessage || reply.arguments().isEmpty()) return {};
  return reply.arguments().first();
}

QVariant busProperty(const QString& path, const QString& interface, const QString& name) {
  const QVariant value =
      busCall(path, QStringLiteral("org.freedesktop.DBus.Properties"), QStringLiteral("Get"), {interface, name});
  return value.value<QDBusVariant>().variant();
}

}  // namespace

std::vector<std::byte> x11Profile(const QString& display, int screenIndex) {
#ifdef HEIRLOOM_XCB
  // A connection of its own, so that a worker may ask.
  const std::unique_ptr<xcb_connection_t, decltype(&xcb_disconnect)> connection(
      xcb_connect(display.toUtf8().constData(), nullptr), &xcb_disconnect);
  if (xcb_connection_has_error(connection.get())) return {};
  const xcb_screen_t* root = xcb_setup_roots_iterator(xcb_get_setup(connection.get())).data;
  if (!root) return {};
  // _ICC_PROFILE for the first screen, _ICC_PROFILE_1 for the second (ICC Profiles in X Specification 0.4).
  const QByteArray name =
      screenIndex == 0 ? QByteArray("_ICC_PROFILE") : "_ICC_PROFILE_" + QByteArray::number(screenIndex);
  const auto freed = [](auto* reply) {
    return std::unique_ptr<std::remove_pointer_t<decltype(reply)>, decltype(&std::free)>(reply, &std::free);
  };
  const auto atom = freed(xcb_intern_atom_reply(
      connection.get(), xcb_intern_atom(connection.get(), 1, static_cast<std::uint16_t>(name.size()), name.constData()),
      nullptr));
  if (!atom || atom->atom == XCB_ATOM_NONE) return {};
  const auto property = freed(xcb_get_property_reply(
      connection.get(),
      xcb_get_property(connection.get(), 0, root->root, atom->atom, XCB_GET_PROPERTY_TYPE_ANY, 0, kLargestProfile / 4),
      nullptr));
  if (!property) return {};
  const QByteArray data(static_cast<const char*>(xcb_get_property_value(property.get())),
                        xcb_get_property_value_length(property.get()));
  return looksLikeProfile(data) ? bytesOf(data) : std::vector<std::byte>{};
#else
  Q_UNUSED(display);
  Q_UNUSED(screenIndex);
  return {};
#endif
}

std::vector<std::byte> colordProfile(const QString& connector) {
  if (!QDBusConnection::systemBus().isConnected()) return {};
  const QString manager = QStringLiteral("org.freedesktop.ColorManager");
  const QVariant device = busCall(QStringLiteral("/org/freedesktop/ColorManager"), manager,
                                  QStringLiteral("FindDeviceByProperty"), {QStringLiteral("XRANDR_name"), connector});
  const QString devicePath = device.value<QDBusObjectPath>().path();
  if (devicePath.isEmpty()) return {};
  const auto profiles = qdbus_cast<QList<QDBusObjectPath>>(
      busProperty(devicePath, manager + QStringLiteral(".Device"), QStringLiteral("Profiles")));
  if (profiles.isEmpty()) return {};
  // The first is the one in use.
  const QString file =
      busProperty(profiles.first().path(), manager + QStringLiteral(".Profile"), QStringLiteral("Filename")).toString();
  const QByteArray data = readFile(file);
  return looksLikeProfile(data) ? bytesOf(data) : std::vector<std::byte>{};
}

std::vector<std::byte> displayProfile(const ScreenIdentity& screen, const QString& file) {
  if (!file.isEmpty()) {
    const QByteArray data = readFile(file);
    if (!looksLikeProfile(data)) {
      throw Error(
          HEIRLOOM_TEXT("ui.display_profile", "this is no ICC profile that can be read; the screen is taken for sRGB"),
          HEIRLOOM_TEXT("ui.display_profile.remedy", "choose another file under Edit > Preferences"), toPath(file));
    }
    return bytesOf(data);
  }
  if (!screen.x11Display.isEmpty()) {
    if (auto profile = x11Profile(screen.x11Display, screen.index); !profile.empty()) return profile;
  }
  return colordProfile(screen.name);
}

}  // namespace heirloom::ui
