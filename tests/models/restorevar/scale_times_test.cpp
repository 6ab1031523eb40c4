// What RestoreVAR says its scales took.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "models/common/kept_step.h"
#include "models/registry.h"
#include "tests/models/restorevar/tiny_folder.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using Seconds = std::chrono::duration<double>;

/// Takes its time over every preview, and after every scale that has none.
class Sleepy : public Observer, public StepKeeper {
 public:
  void progress(const Message& stage, double) override {
    const std::string text = stage.english();
    if (text == "scale 1 of 4" || text == "scale 3 of 4") sleep();
  }
  void preview(int index, const at::Tensor&) override {
    EXPECT_EQ(times.size(), shown.size() + 1);
    shown.push_back(index);
    sleep();
  }
  bool keepsSteps() const override { return true; }
  void keep(std::shared_ptr<const KeptStep>) override {}
  std::shared_ptr<const KeptStep> from() const override { return nullptr; }
  void took(Seconds step) override { times.push_back(step); }

  std::vector<Seconds> times;
  std::vector<int> shown;
  Seconds slept{};

 private:
  void sleep() {
    const auto began = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    slept += std::chrono::steady_clock::now() - began;
  }
};

TEST(RestoreVarTimes, areThoseOfTheShownScalesAlone) {
  const TemporaryFolder folder;
  writeTinyRestoreVar(folder.path());
  const auto model = models::open(folder.path());
  Settings settings(model->descriptor().parameters);
  settings.set("previews", "2");
  Sleepy observer;
  const auto session = model->start(settings, {}, observer);
  const auto began = std::chrono::steady_clock::now();
  session->restore(at::rand({1, 3, 64, 64}));
  const Seconds whole = std::chrono::steady_clock::now() - began;
  EXPECT_EQ(observer.shown, (std::vector<int>{1, 3}));
  ASSERT_EQ(observer.times.size(), 2U);
  Seconds sum{};
  for (const Seconds& time : observer.times) {
    EXPECT_GT(time.count(), 0);
    sum += time;
  }
  EXPECT_LE(sum.count(), (whole - observer.slept).count());
}

}  // namespace
}  // namespace heirloom::tests
