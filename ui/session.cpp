#include "ui/session.h"

#include <QApplication>
#include <QIcon>
#include <QLibraryInfo>
#include <QTranslator>

#include "ui/text.h"

// Q_INIT_RESOURCE declares functions and must stand outside every namespace.
static void initialiseResources() {
  Q_INIT_RESOURCE(icons);
  Q_INIT_RESOURCE(theme);
  Q_INIT_RESOURCE(translations);
}

namespace heirloom::ui {

SessionPlaces SessionPlaces::usual(const std::filesystem::path& settingsFolder) {
  SessionPlaces places{settingsFolder, Recovery::defaultFolder(), ModelCatalogue::defaultFolders()};
  const std::filesystem::path program = toPath(QCoreApplication::applicationDirPath());
  if (settingsFolder.empty() && std::filesystem::exists(program / "portable")) {
    places.settings = program / "settings";
    places.recovery = program / "settings" / "recovery";
  }
  return places;
}

Session::Session(const SessionPlaces& places)
    : settings_(places.settings),
      theme_(settings_),
      models_(workers_, places.models),
      recovery_(workers_, places.recovery),
      window_({workers_, settings_, theme_, models_, recovery_}) {
  std::vector<std::filesystem::path> opened;
  for (const QString& file : settings_.openedCheckpoints()) opened.push_back(toPath(file));
  models_.offer(std::move(opened));
  models_.refresh();
}

Session::~Session() = default;

void prepareApplication(const QLocale& locale) {
  initialiseResources();
  QCoreApplication::setApplicationName(QStringLiteral("heirloom"));
  QCoreApplication::setApplicationVersion(QStringLiteral(HEIRLOOM_VERSION));
  QGuiApplication::setApplicationDisplayName(QStringLiteral("Heirloom"));
  QGuiApplication::setDesktopFileName(QStringLiteral("heirloom"));
  QGuiApplication::setWindowIcon(QIcon(QStringLiteral(":/heirloom/icons/heirloom.svg")));
  installTranslators(locale);
}

QList<QTranslator*> installTranslators(const QLocale& locale) {
  QList<QTranslator*> installed;
  for (const auto& [name, folder] :
       {std::pair(QStringLiteral("qtbase"), QLibraryInfo::path(QLibraryInfo::TranslationsPath)),
        std::pair(QStringLiteral("heirloom"), QStringLiteral(":/heirloom/i18n"))}) {
    auto* translator = new QTranslator(qApp);
    if (translator->load(locale, name, QStringLiteral("_"), folder)) QCoreApplication::installTranslator(translator);
    installed << translator;
  }
  return installed;
}

}  // namespace heirloom::ui
