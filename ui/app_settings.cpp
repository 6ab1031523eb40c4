#include "ui/app_settings.h"

#include <QStandardPaths>

#include "ui/text.h"

namespace heirloom::ui {
namespace {

QString fileIn(const std::filesystem::path& folder) {
  if (!folder.empty()) return fromPath(folder / "heirloom.ini");
  return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) +
         QStringLiteral("/heirloom/heirloom.ini");
}

const QStringList kThemes{QStringLiteral("system"), QStringLiteral("light"), QStringLiteral("dark")};

}  // namespace

AppSettings::AppSettings(const std::filesystem::path& folder, QObject* parent)
    : QObject(parent), store_(fileIn(folder), QSettings::IniFormat) {}

ThemeChoice AppSettings::theme() const {
  const auto index = kThemes.indexOf(store_.value(QStringLiteral("theme")).toString());
  return static_cast<ThemeChoice>(std::max<qsizetype>(0, index));
}

void AppSettings::setTheme(ThemeChoice theme) {
  store_.setValue(QStringLiteral("theme"), kThemes[static_cast<int>(theme)]);
  Q_EMIT themeChanged();
}

QString AppSettings::displayProfileFile() const {
  return store_.value(QStringLiteral("display_profile")).toString();
}

void AppSettings::setDisplayProfileFile(const QString& file) {
  if (file == displayProfileFile()) return;
  store_.setValue(QStringLiteral("display_profile"), file);
  Q_EMIT displayProfileChanged();
}

QString AppSettings::device() const {
  return store_.value(QStringLiteral("device"), QStringLiteral("auto")).toString();
}
void AppSettings::setDevice(const QString& device) {
  store_.setValue(QStringLiteral("device"), device);
}

QString AppSettings::precision() const {
  return store_.value(QStringLiteral("precision"), QStringLiteral("auto")).toString();
}
void AppSettings::setPrecision(const QString& precision) {
  store_.setValue(QStringLiteral("precision"), precision);
}

QString AppSettings::model() const {
  return store_.value(QStringLiteral("model")).toString();
}
void AppSettings::setModel(const QString& name) {
  store_.setValue(QStringLiteral("model"), name);
}

QString AppSettings::companion(const QString& fileName) const {
  return store_.value(QStringLiteral("companions/") + fileName).toString();
}
void AppSettings::setCompanion(const QString& fileName, const QString& file) {
  store_.setValue(QStringLiteral("companions/") + fileName, file);
}

void AppSettings::putFirst(const QString& key, const QString& file) {
  QStringList files = store_.value(key).toStringList();
  files.removeAll(file);
  files.prepend(file);
  store_.setValue(key, files.mid(0, kRecentFiles));
}

QStringList AppSettings::recentFiles() const {
  return store_.value(QStringLiteral("recent_files")).toStringList();
}

void AppSettings::addRecentFile(const QString& file) {
  putFirst(QStringLiteral("recent_files"), file);
  Q_EMIT recentFilesChanged();
}

QStringList AppSettings::openedCheckpoints() const {
  return store_.value(QStringLiteral("opened_checkpoints")).toStringList();
}

void AppSettings::addOpenedCheckpoint(const QString& file) {
  putFirst(QStringLiteral("opened_checkpoints"), file);
}

void AppSettings::clearRecentFiles() {
  store_.remove(QStringLiteral("recent_files"));
  Q_EMIT recentFilesChanged();
}

std::optional<QStringList> AppSettings::shortcuts(const QString& command) const {
  const QString key = QStringLiteral("shortcuts/") + command;
  if (!store_.contains(key)) return std::nullopt;
  QStringList shortcuts = store_.value(key).toStringList();
  shortcuts.removeAll(QString());
  return shortcuts;
}

void AppSettings::setShortcuts(const QString& command, const std::optional<QStringList>& shortcuts) {
  const QString key = QStringLiteral("shortcuts/") + command;
  if (shortcuts)
    store_.setValue(key, *shortcuts);
  else
    store_.remove(key);
  Q_EMIT shortcutsChanged();
}

QByteArray AppSettings::windowGeometry() const {
  return store_.value(QStringLiteral("window_geometry")).toByteArray();
}
void AppSettings::setWindowGeometry(const QByteArray& geometry) {
  store_.setValue(QStringLiteral("window_geometry"), geometry);
}

}  // namespace heirloom::ui
