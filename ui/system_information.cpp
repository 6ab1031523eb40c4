#include "ui/system_information.h"

#include <QGuiApplication>
#include <QLocale>
#include <QScreen>
#include <QStringList>
#include <QSysInfo>

namespace heirloom::ui {

QString systemInformation(const core::DeviceReport& devices) {
  QStringList lines;
  lines << QStringLiteral("Heirloom " HEIRLOOM_VERSION)
        << QStringLiteral("Qt %1, %2").arg(QLatin1String(qVersion()), QGuiApplication::platformName())
        << QStringLiteral("%1, %2, kernel %3")
               .arg(QSysInfo::prettyProductName(), QSysInfo::currentCpuArchitecture(), QSysInfo::kernelVersion())
        << QStringLiteral("Language %1").arg(QLocale().name());
  for (const QScreen* screen : QGuiApplication::screens()) {
    lines << QStringLiteral("Screen %1 x %2, density %3")
                 .arg(screen->size().width())
                 .arg(screen->size().height())
                 .arg(screen->devicePixelRatio());
  }
  for (const core::DeviceInfo& device : devices.devices) {
    QStringList extras;
    for (const std::string& item : device.instructions) extras << QString::fromStdString(item);
    for (const std::string& item : device.precisions) extras << QString::fromStdString(item);
    lines << QStringLiteral("%1: %2, %3 MiB, %4")
                 .arg(QString::fromStdString(device.id), QString::fromStdString(device.name))
                 .arg(device.totalMemory >> 20)
                 .arg(extras.join(QStringLiteral(", ")));
  }
  for (const Message& note : devices.notes) lines << QString::fromStdString(note.english());
  return lines.join(u'\n') + u'\n';
}

}  // namespace heirloom::ui
