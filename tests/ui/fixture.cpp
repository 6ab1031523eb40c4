#include "tests/ui/fixture.h"

#include <QPushButton>
#include <random>

#include "models/checkpoint/safetensors_writer.h"
#include "ui/dialogs/save_dialog.h"
#include "ui/panels/message_area.h"
#include "ui/text.h"

namespace heirloom::tests {

std::map<std::string, std::function<std::unique_ptr<QObject>()>>& suites() {
  static std::map<std::string, std::function<std::unique_ptr<QObject>()>> all;
  return all;
}

namespace {

/// Tensors with their values.
struct TinyNetworks {
  std::vector<models::TensorBytes> tensors;
  std::vector<std::vector<float>> values;

  void add(const std::string& prefix, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.0F, 0.15F);
    const int channels[] = {13, 8, 8, 12};
    for (int layer = 0; layer < 3; ++layer) {
      const std::int64_t in = channels[layer];
      const std::int64_t out = channels[layer + 1];
      for (const bool bias : {false, true}) {
        values.emplace_back(static_cast<std::size_t>(bias ? out : out * in * 9));
        for (float& value : values.back()) value = normal(random) + (bias && layer == 2 ? 0.5F : 0.0F);
        models::TensorBytes tensor;
        tensor.name = prefix + "model." + std::to_string(2 * layer) + (bias ? ".bias" : ".weight");
        tensor.shape = bias ? std::vector<std::int64_t>{out} : std::vector<std::int64_t>{out, in, 3, 3};
        tensors.push_back(tensor);
      }
    }
  }
  void write(const std::filesystem::path& file, const std::map<std::string, std::string>& metadata) {
    for (std::size_t i = 0; i < tensors.size(); ++i) tensors[i].bytes = std::as_bytes(std::span(values[i]));
    models::writeSafetensors(file, tensors, metadata);
  }
};

}  // namespace

void writeTinyNetwork(const std::filesystem::path& file, unsigned seed,
                      const std::map<std::string, std::string>& metadata) {
  TinyNetworks networks;
  networks.add("", seed);
  networks.write(file, metadata);
}

void writeTwoTinyNetworks(const std::filesystem::path& file) {
  TinyNetworks networks;
  networks.add("net.", 1);
  networks.add("generator.", 2);
  networks.write(file, {{"title", "Pair"}, {"modelspec.author", "<b>Somebody</b>"}, {"modelspec.tags", "soft, warm"}});
}

QImage testImage(int width, int height) {
  QImage image(width, height, QImage::Format_RGB888);
  std::mt19937 random(7);
  for (int y = 0; y < height; ++y) {
    uchar* line = image.scanLine(y);
    for (int x = 0; x < width; ++x) {
      const auto noise = static_cast<int>(random() % 24);
      line[3 * x] = static_cast<uchar>(x * 200 / width + noise);
      line[3 * x + 1] = static_cast<uchar>(y * 200 / height + noise);
      line[3 * x + 2] = static_cast<uchar>(100 + noise);
    }
  }
  return image;
}

QPushButton* button(QWidget* parent, const QString& name) {
  for (auto* candidate : parent->findChildren<QPushButton*>()) {
    if (candidate->accessibleName() == name) return candidate;
  }
  return nullptr;
}

Fixture::Fixture(bool withModel) {
  std::filesystem::create_directories(folder_ / "models");
  if (withModel) writeTinyNetwork(folder_ / "models" / "tiny.safetensors");
  restart();
}

ui::SessionPlaces Fixture::places() const {
  return {folder_ / "settings", folder_ / "recovery", {folder_ / "models"}};
}

void Fixture::restart() {
  session_.reset();
  const bool withModel = std::filesystem::exists(folder_ / "models" / "tiny.safetensors");
  session_ = std::make_unique<ui::Session>(places());
  window().resize(1100, 700);
  window().show();
  QVERIFY(QTest::qWaitForWindowExposed(&window()));
  if (withModel) QTRY_VERIFY_WITH_TIMEOUT(session_->models().find("tiny"), kPatience);
}

std::filesystem::path Fixture::photo(const std::string& name, int width, int height) {
  const std::filesystem::path file = folder_ / name;
  testImage(width, height).save(ui::fromPath(file), "PNG");
  return file;
}

void Fixture::open(const std::filesystem::path& file) {
  window().open({file});
  QTRY_VERIFY_WITH_TIMEOUT(current() && current()->file() == file && current()->photo(), kPatience);
}

void Fixture::run() {
  trigger("restore.run");
  QVERIFY(current()->run());
  QTRY_VERIFY_WITH_TIMEOUT(!current()->run(), kPatience);
}

void Fixture::startLongRun() {
  open(photo("large.png", 3000, 2000));
  trigger("restore.run");
  QVERIFY(current()->run());
}

ui::SaveDialog* Fixture::saveDialog() {
  return window().findChild<ui::SaveDialog*>();
}

std::filesystem::path Fixture::save() {
  trigger("file.saveAs");
  ui::SaveDialog* dialog = saveDialog();
  const std::filesystem::path target = dialog->target().file;
  dialog->accept();
  [&] { QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(target), kPatience); }();
  [&] { QTRY_VERIFY_WITH_TIMEOUT(!current()->hasUnsavedResult(), kPatience); }();
  return target;
}

QString Fixture::messages() {
  return window().messages().texts().join(u' ');
}

}  // namespace heirloom::tests
