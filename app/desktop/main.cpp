// The window. Parses, wires, runs.
#include <CLI/CLI.hpp>
#include <QApplication>

#include "core/engine/devices.h"
#include "ui/session.h"

int main(int argc, char** argv) {
  heirloom::core::initialiseEngine();
  QApplication application(argc, argv);  // takes Qt's own options away

  CLI::App options{"Restores photographs"};
  options.set_version_flag("--version", "heirloom " HEIRLOOM_VERSION);
  std::vector<std::string> photos;
  options.add_option("PHOTO", photos, "Photos and folders to open");
  std::string settings;
  options.add_option("--config-dir", settings, "Folder for the settings instead of the usual one");
  try {
    options.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return options.exit(error) == 0 ? 0 : 2;
  }

  heirloom::ui::prepareApplication(QLocale());
  heirloom::ui::Session session(heirloom::ui::SessionPlaces::usual(settings));
  session.window().show();
  if (!photos.empty()) session.window().open({photos.begin(), photos.end()});
  return QApplication::exec();
}
