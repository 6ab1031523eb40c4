#pragma once

#include <QByteArray>
#include <QObject>
#include <QSettings>
#include <QStringList>
#include <filesystem>
#include <optional>

namespace heirloom::ui {

enum class ThemeChoice { System, Light, Dark };

/// What the program remembers between sessions. One typed function a value; GUI thread.
class AppSettings : public QObject {
  Q_OBJECT
 public:
  /// `folder` empty: the platform's usual place.
  explicit AppSettings(const std::filesystem::path& folder = {}, QObject* parent = nullptr);

  ThemeChoice theme() const;
  void setTheme(ThemeChoice theme);

  /// An ICC profile that is used for every screen; empty: the system's.
  QString displayProfileFile() const;
  void setDisplayProfileFile(const QString& file);

  /// As `RunOptions::device`. Default: "auto".
  QString device() const;
  void setDevice(const QString& device);

  /// As `RunOptions::precision`. Default: "auto".
  QString precision() const;
  void setPrecision(const QString& precision);

  QString model() const;  // last chosen; empty: the default
  void setModel(const QString& name);

  /// Where a person said that a file lies which is published with checkpoints: SRMD's matrix, say. Empty: never said.
  QString companion(const QString& fileName) const;
  void setCompanion(const QString& fileName, const QString& file);

  /// Latest first, at most kRecentFiles.
  static constexpr int kRecentFiles = 10;
  QStringList recentFiles() const;
  void addRecentFile(const QString& file);
  void clearRecentFiles();

  /// Checkpoints that were opened by file, latest first, at most kRecentFiles.
  QStringList openedCheckpoints() const;
  void addOpenedCheckpoint(const QString& file);

  /// The shortcuts a person gave to a command, in portable text; nullopt: the table's own.
  std::optional<QStringList> shortcuts(const QString& command) const;
  void setShortcuts(const QString& command, const std::optional<QStringList>& shortcuts);

  QByteArray windowGeometry() const;
  void setWindowGeometry(const QByteArray& geometry);

 Q_SIGNALS:
  void themeChanged();
  void displayProfileChanged();
  void recentFilesChanged();
  void shortcutsChanged();

 private:
  /// Of a list of files under `key`.
  void putFirst(const QString& key, const QString& file);

  QSettings store_;
};

}  // namespace heirloom::ui
