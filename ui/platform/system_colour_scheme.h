#pragma once

#include <QDBusVariant>
#include <QObject>

namespace heirloom::ui {

/// Light or dark, as the desktop portal (org.freedesktop.portal.Settings) says it. Silent where there is no portal.
class SystemColourScheme : public QObject {
  Q_OBJECT
 public:
  explicit SystemColourScheme(QObject* parent = nullptr);

 Q_SIGNALS:
  void darkChanged(bool dark);

 private Q_SLOTS:
  void settingChanged(const QString& group, const QString& key, const QDBusVariant& value);

 private:
  void take(const QVariant& value);
};

}  // namespace heirloom::ui
