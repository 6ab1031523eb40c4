// ui SUITE [QTEST OPTION...]: the tests of one class; without a name all of them.
#include "core/engine/devices.h"
#include "tests/ui/fixture.h"
#include "tests/ui/timed_application.h"

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", qEnvironmentVariableIsSet("QT_QPA_PLATFORM") ? qgetenv("QT_QPA_PLATFORM") : "offscreen");
  heirloom::core::initialiseEngine();
  heirloom::tests::TimedApplication application(argc, argv);
  heirloom::ui::prepareApplication(QLocale::c());
  QStringList arguments = QCoreApplication::arguments();
  const std::string only = arguments.size() > 1 ? arguments[1].toStdString() : std::string();
  int failures = 0;
  for (const auto& [name, make] : heirloom::tests::suites()) {
    const bool named = heirloom::tests::suites().contains(only);
    if (named && name != only) continue;
    if (named) arguments.removeAt(1);
    failures += QTest::qExec(make().get(), arguments);
  }
  return failures;
}
