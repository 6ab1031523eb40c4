#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>

#include "core/engine/run.h"
#include "models/common/kept_step.h"
#include "models/common/notes.h"
#include "models/sdxl/latent_preview.h"
#include "tests/core/support/fake_network.h"
#include "tests/core/support/photos.h"
#include "tests/models/instantir/tiny_folder.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

constexpr int kSteps = 3;

/// Keeps what it is shown, and where something is shown or written.
class Watcher : public core::RunObserver {
 public:
  void progress(const core::Progress& progress) override {
    last = progress;
    if (stages.empty() || stages.back() != progress.stage.english()) stages.push_back(progress.stage.english());
  }
  struct Seen {
    core::Preview preview;
    std::vector<float> samples;
    std::size_t tilesWritten = 0;  // before
  };
  bool wantsPreviews() const override { return wants; }
  void preview(const core::Preview& preview) override {
    seen.push_back({preview, {preview.samples.begin(), preview.samples.end()}, written.size()});
  }
  void tileWritten(const core::Box& box) override { written.push_back(box); }

  bool wants = true;
  std::vector<Seen> seen;
  std::vector<core::Box> written;
  std::vector<std::string> stages;
  core::Progress last;
};

/// Shows the picture at a third, two thirds and all of its brightness.
std::shared_ptr<FakeNetwork> brightening() {
  auto network = std::make_shared<FakeNetwork>([](const at::Tensor& picture, models::Observer& observer) {
    for (int i = 0; i < kSteps; ++i) observer.preview(i, picture * ((i + 1.0) / kSteps));
    return picture.clone();
  });
  network->own.progressive = true;
  return network;
}

core::Outcome runOver(const core::Photo& photo, std::shared_ptr<FakeNetwork> network, Watcher& watcher,
                      const core::RunOptions& options = {}) {
  core::ModelLibrary library({});
  library.add("fake", std::move(network));
  core::RasterSink sink(core::SampleType::Float32);
  return core::run(library, recipeOf("fake"), photo, sink, watcher, options);
}

TEST(Progress, saysWhatTheNetworkSays) {
  auto network = std::make_shared<FakeNetwork>([](const at::Tensor& picture, models::Observer& observer) {
    observer.progress(HEIRLOOM_TEXT("instantir.text", "reading the prompt"), 0);
    observer.progress({}, 0.2);  // an ordinary block
    observer.progress(HEIRLOOM_TEXT("instantir.step", "step %1 of %2").with("1", "2"), 0.5);
    return picture.clone();
  });
  Watcher watcher;
  runOver(texturedPhoto({40, 30, core::ColourModel::Rgb, false, core::SampleType::UInt8}), network, watcher);
  EXPECT_EQ(watcher.stages, (std::vector<std::string>{"restoring", "reading the prompt", "step 1 of 2"}));
}

TEST(Progress, saysWhereTheNetworkComputesAndHowItHoldsItsWeights) {
  const core::Photo photo = texturedPhoto({40, 30, core::ColourModel::Rgb, false, core::SampleType::UInt8});
  const auto network = std::make_shared<FakeNetwork>([](const at::Tensor& picture, models::Observer& observer) {
    models::tellHeld(observer, HEIRLOOM_TEXT("instantir.held.resident", "all networks stay in memory"));
    return picture.clone();
  });
  Watcher watcher;
  const core::Outcome outcome = runOver(photo, network, watcher);
  EXPECT_EQ(outcome.weights.english(), "all networks stay in memory");
  EXPECT_EQ(watcher.last.weights, outcome.weights);
  EXPECT_EQ(watcher.last.device, outcome.device);
  EXPECT_TRUE(outcome.warnings.empty());
  // Most networks say nothing of it.
  Watcher other;
  EXPECT_TRUE(runOver(photo, brightening(), other).weights.empty());
  EXPECT_FALSE(other.last.device.empty());
}

bool overlap(const core::Box& a, const core::Box& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

TEST(Previews, showEveryStepAtItsPlaceInTheFilesOwnSamples) {
  const core::Photo photo = texturedPhoto({40, 30, core::ColourModel::Rgb, false, core::SampleType::UInt8});
  const std::vector<float> source = samplesOf(*photo.raster);
  Watcher watcher;
  ASSERT_EQ(runOver(photo, brightening(), watcher).status, core::Outcome::Status::Done);
  ASSERT_EQ(watcher.seen.size(), std::size_t{kSteps});
  for (int i = 0; i < kSteps; ++i) {
    const Watcher::Seen& seen = watcher.seen[static_cast<std::size_t>(i)];
    EXPECT_EQ(seen.preview.step, i);
    EXPECT_TRUE(seen.preview.leading);
    EXPECT_EQ(seen.preview.box, (core::Box{0, 0, 40, 30}));
    EXPECT_GE(seen.preview.took.count(), 0.0);
    ASSERT_EQ(seen.samples.size(), source.size());
    for (std::size_t n = 0; n < source.size(); ++n)
      ASSERT_NEAR(seen.samples[n], source[n] * (static_cast<float>(i) + 1) / kSteps, 1e-5) << i << ' ' << n;
  }
}

TEST(Previews, ofTilesNeverCoverWhatIsWritten) {
  const core::Photo photo = texturedPhoto({96, 64, core::ColourModel::Rgb, false, core::SampleType::UInt8});
  const auto network = brightening();
  network->own.margin = 4;
  network->own.local = false;
  core::RunOptions options;
  options.tile = 40;
  Watcher watcher;
  ASSERT_EQ(runOver(photo, network, watcher, options).status, core::Outcome::Status::Done);
  std::int64_t covered = 0;
  int leading = 0;
  for (const Watcher::Seen& seen : watcher.seen) {
    EXPECT_GT(seen.preview.tiles, 1);
    for (std::size_t i = 0; i < seen.tilesWritten; ++i) EXPECT_FALSE(overlap(seen.preview.box, watcher.written[i]));
    if (seen.preview.step == 0) covered += seen.preview.box.width * seen.preview.box.height;
    leading += seen.preview.leading ? 1 : 0;
  }
  EXPECT_EQ(covered, 96 * 64);
  EXPECT_GT(leading, 0);
}

TEST(Previews, ofAnotherSizeAreResized) {
  const core::Photo photo = texturedPhoto({40, 30, core::ColourModel::Rgb, false, core::SampleType::UInt8});
  const auto network = std::make_shared<FakeNetwork>([](const at::Tensor& picture, models::Observer& observer) {
    observer.preview(0, at::full({1, 3, 8, 8}, 0.25));
    return picture.clone();
  });
  Watcher watcher;
  ASSERT_EQ(runOver(photo, network, watcher).status, core::Outcome::Status::Done);
  ASSERT_EQ(watcher.seen.size(), 1U);
  EXPECT_EQ(watcher.seen[0].preview.box, (core::Box{0, 0, 40, 30}));
  for (const float sample : watcher.seen[0].samples) ASSERT_NEAR(sample, 0.25F, 1e-5);
}

TEST(Previews, thatAreNoNumbersEndTheRunAndNameTheStep) {
  const core::Photo photo = texturedPhoto({40, 30, core::ColourModel::Rgb, false, core::SampleType::UInt8});
  const auto network = std::make_shared<FakeNetwork>([](const at::Tensor& picture, models::Observer& observer) {
    observer.preview(0, picture);
    observer.preview(1, at::full_like(picture, std::numeric_limits<float>::quiet_NaN()));
    return picture.clone();
  });
  Watcher watcher;
  const core::Outcome outcome = runOver(photo, network, watcher);
  ASSERT_EQ(outcome.status, core::Outcome::Status::Failed);
  EXPECT_NE(outcome.error->fault().english().find("step 2"), std::string::npos) << outcome.error->fault().english();
  EXPECT_EQ(watcher.seen.size(), 1U);
}

/// Keeps every step, from which the next run counts on.
std::shared_ptr<FakeNetwork> counting() {
  struct Count : models::KeptStep {
    explicit Count(int number) : done(number) {}
    std::uint64_t bytes() const override { return 4; }
    double left() const override { return 1.0 - static_cast<double>(done) / kSteps; }
    std::vector<std::string> fixed() const override { return {"steps"}; }
    int done;
  };
  auto network = std::make_shared<FakeNetwork>([](const at::Tensor& picture, models::Observer& observer) {
    auto& keeper = dynamic_cast<models::StepKeeper&>(observer);
    const auto from = std::dynamic_pointer_cast<const Count>(keeper.from());
    for (int i = from ? from->done : 0; i < kSteps; ++i) {
      if (keeper.keepsSteps()) keeper.keep(std::make_shared<Count>(i + 1));
      observer.preview(i, picture * 0.5);
    }
    return picture.clone();
  });
  network->own.progressive = true;
  return network;
}

TEST(Previews, sayWhatAStepTookWhereTheNetworkKnowsIt) {
  const auto network = std::make_shared<FakeNetwork>([](const at::Tensor& picture, models::Observer& observer) {
    dynamic_cast<models::StepKeeper&>(observer).took(std::chrono::hours(5));
    observer.preview(0, picture * 0.25);
    observer.preview(1, picture * 0.5);
    return picture.clone();
  });
  Watcher watcher;
  runOver(texturedPhoto({40, 30, core::ColourModel::Rgb, false, core::SampleType::UInt8}), network, watcher);
  ASSERT_EQ(watcher.seen.size(), 2U);
  EXPECT_EQ(watcher.seen[0].preview.took, std::chrono::hours(5));
  EXPECT_LT(watcher.seen[1].preview.took, std::chrono::hours(5));  // said of the first alone
}

TEST(Previews, carryWhatARunGoesOnFrom) {
  const core::Photo photo = texturedPhoto({40, 30, core::ColourModel::Rgb, false, core::SampleType::UInt8});
  Watcher watcher;
  ASSERT_EQ(runOver(photo, counting(), watcher).status, core::Outcome::Status::Done);
  ASSERT_EQ(watcher.seen.size(), std::size_t{kSteps});
  core::RunOptions options;
  options.from = watcher.seen[1].preview.kept;
  ASSERT_NE(options.from, nullptr);
  Watcher then;
  ASSERT_EQ(runOver(photo, counting(), then, options).status, core::Outcome::Status::Done);
  ASSERT_EQ(then.seen.size(), 1U);
  EXPECT_EQ(then.seen[0].preview.step, 2);
  // Nobody goes on in the middle of the tiles.
  const auto network = counting();
  network->own.margin = 4;
  network->own.local = false;
  Watcher tiles;
  core::RunOptions small;
  small.tile = 24;
  ASSERT_EQ(runOver(photo, network, tiles, small).status, core::Outcome::Status::Done);
  ASSERT_GT(tiles.seen.size(), std::size_t{kSteps});
  for (const Watcher::Seen& seen : tiles.seen) EXPECT_EQ(seen.preview.kept, nullptr);
}

TEST(Previews, ofInstantIrLeadOnToTheSameBitsAndToTheirPictures) {
  const TemporaryFolder folder;
  writeTinyInstantIr(folder.path());
  const core::ModelLibrary library({});
  const core::Photo photo = texturedPhoto({70, 90, core::ColourModel::Rgb, false, core::SampleType::UInt8});
  core::Recipe recipe = recipeOf(folder.path().string());
  recipe.steps.back().settings = {
      {"steps", "4"}, {"min_side", "64"}, {"max_side", "128"}, {"prompt", "a photo"}, {"negative_prompt", "blurry"}};
  const auto run = [&](Watcher& watcher, std::shared_ptr<const models::KeptStep> from, bool onlyPicture = false) {
    core::RunOptions options;
    options.from = std::move(from);
    options.onlyPicture = onlyPicture;
    core::RasterSink sink(core::SampleType::Float32);
    const core::Outcome outcome = core::run(library, recipe, photo, sink, watcher, options);
    EXPECT_EQ(outcome.status, core::Outcome::Status::Done) << (outcome.error ? outcome.error->what() : "");
    std::vector<double> changes;
    for (const Watcher::Seen& seen : watcher.seen) {
      if (seen.preview.change) changes.push_back(*seen.preview.change);
    }
    EXPECT_EQ(outcome.changes, changes);
    return samplesOf(*sink.raster());
  };
  Watcher watcher, then;
  const std::vector<float> whole = run(watcher, nullptr);
  ASSERT_EQ(watcher.seen.size(), 4U);
  EXPECT_TRUE(watcher.seen[1].preview.change);
  EXPECT_EQ(run(then, watcher.seen[1].preview.kept), whole);
  EXPECT_EQ(then.seen.size(), 2U);
  // The picture of a step is more than its preview, and that of the last one is the result.
  Watcher none;
  EXPECT_EQ(run(none, watcher.seen[3].preview.kept, true), whole);
  const std::vector<float> second = run(none, watcher.seen[1].preview.kept, true);
  EXPECT_NE(second, whole);
  EXPECT_NE(second, watcher.seen[1].samples);
  EXPECT_TRUE(none.seen.empty());
}

TEST(Previews, areNotMadeForThoseWhoDoNotWantThem) {
  const core::Photo photo = texturedPhoto({40, 30, core::ColourModel::Rgb, false, core::SampleType::UInt8});
  Watcher watcher;
  watcher.wants = false;
  ASSERT_EQ(runOver(photo, brightening(), watcher).status, core::Outcome::Status::Done);
  EXPECT_TRUE(watcher.seen.empty());
}

/// Measures how long after `ended` previews come, in ms.
struct TimedWatcher : core::RunObserver {
  using Clock = std::chrono::steady_clock;
  bool wantsPreviews() const override { return true; }
  void preview(const core::Preview& preview) override {
    waits.push_back(std::chrono::duration<double, std::milli>(Clock::now() - ended).count());
    samples = preview.samples.size();
  }
  Clock::time_point ended;
  std::vector<double> waits;
  std::size_t samples = 0;
};

// The time does not depend on what made the latent: only the step itself is left out.
TEST(PreviewsOnTime, ofAMegapixelComeWithinATenthOfASecondOfTheirStep) {
  constexpr std::int64_t kSide = 1024;
  constexpr std::size_t kShown = 9;
  TimedWatcher watcher;
  const auto network = std::make_shared<FakeNetwork>([&](const at::Tensor& picture, models::Observer& observer) {
    const at::Tensor latent = at::randn({1, 4, kSide / 8, kSide / 8});
    const models::LatentPreview map(latent, picture);
    for (std::size_t i = 0; i < kShown; ++i) {
      watcher.ended = TimedWatcher::Clock::now();
      observer.preview(static_cast<int>(i), map.picture(latent));
    }
    return picture.clone();
  });
  network->own.progressive = true;
  core::ModelLibrary library({});
  library.add("fake", network);
  const core::Photo photo = texturedPhoto({kSide, kSide, core::ColourModel::Rgb, false, core::SampleType::UInt8});
  core::RasterSink sink(core::SampleType::Float32);
  ASSERT_EQ(core::run(library, recipeOf("fake"), photo, sink, watcher).status, core::Outcome::Status::Done);
  ASSERT_EQ(watcher.waits.size(), kShown);
  EXPECT_EQ(watcher.samples, static_cast<std::size_t>(3 * kSide * kSide));
  std::ranges::sort(watcher.waits);
  EXPECT_LT(watcher.waits[kShown / 2], 100);
}

}  // namespace
}  // namespace heirloom::tests
