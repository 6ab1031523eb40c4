#pragma once

#include <QDBusVariant>
#include <QObject>

namespace heirloom::ui {

/// What the person wants of every program; NoWish is also how some desktops say light.
enum class SystemScheme { NoWish, Dark, Light };

/// Asks the desktop portal (org.freedesktop.portal.Settings). Silent where there is none.
class SystemColourScheme : public QObject {
  Q_OBJECT
 public:
  explicit SystemColourScheme(QObject* parent = nullptr);

 Q_SIGNALS:
  void changed(SystemScheme scheme);

 private Q_SLOTS:
  void settingChanged(const QString& group, const QString& key, const QDBusVariant& value);

 private:
  void take(const QVariant& value);
};

}  // namespace heirloom::ui
