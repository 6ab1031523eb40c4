#pragma once

#include <QImage>
#include <QTest>
#include <functional>
#include <memory>

#include "tests/support/temporary_folder.h"
#include "ui/session.h"

class QPushButton;

namespace heirloom::ui {
class SaveDialog;
}

namespace heirloom::tests {

/// How long a test waits for work in the background before it fails, in ms; long, because machines can be busy.
constexpr int kPatience = 90000;

/// A whole session over folders of its own, with one tiny network installed.
class Fixture {
 public:
  explicit Fixture(bool withModel = true);

  ui::Session& session() { return *session_; }
  ui::MainWindow& window() { return session_->window(); }
  ui::Document* current() { return window().photos().current(); }
  const TemporaryFolder& folder() const { return folder_; }
  ui::SessionPlaces places() const;

  /// Ends the session and starts another over the same folders.
  void restart();

  /// A PNG with a gradient and noise; returns its path.
  std::filesystem::path photo(const std::string& name, int width = 96, int height = 64);
  /// Opens and waits until it is shown.
  void open(const std::filesystem::path& file);
  /// Runs the chosen model over the current photo and waits for its end.
  void run();

  /// One that is not over before a test has looked at it.
  void startLongRun();
  /// The open one, or null.
  ui::SaveDialog* saveDialog();
  /// Takes the save dialog's suggestion and waits until the file is there; returns its path.
  std::filesystem::path save();

  void trigger(const char* command) { window().commandSet()[command]->trigger(); }
  template <typename Widget>
  Widget* find(const char* name) {
    auto* widget = window().findChild<Widget*>(QLatin1String(name));
    return widget;
  }
  /// Every text that the message area shows, in one line.
  QString messages();

 private:
  TemporaryFolder folder_;
  std::unique_ptr<ui::Session> session_;
};

/// A session with one photo open and restored.
class RestoredFixture : public Fixture {
 public:
  RestoredFixture() {
    open(photo("a.png"));
    run();
  }
};

/// An FFDNet for colour pictures with few weights, drawn from `seed`; a valid checkpoint that runs in no time.
void writeTinyNetwork(const std::filesystem::path& file, unsigned seed = 1,
                      const std::map<std::string, std::string>& metadata = {{"title", "Tiny"}});

/// Two of them in one file, "net" and "generator", with notes of a training program.
void writeTwoTinyNetworks(const std::filesystem::path& file);

QImage testImage(int width, int height);

/// By its accessible name; null: there is none.
QPushButton* button(QWidget* parent, const QString& name);

/// Test classes by the name that main takes.
std::map<std::string, std::function<std::unique_ptr<QObject>()>>& suites();

template <typename Suite>
struct Registered {
  explicit Registered(const char* name) {
    suites()[name] = [] { return std::make_unique<Suite>(); };
  }
};

}  // namespace heirloom::tests
