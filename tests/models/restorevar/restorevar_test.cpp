// RestoreVAR through the door: settings, observer, memory.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <map>
#include <string>

#include "models/checkpoint/state_dict.h"
#include "models/common/kept_networks.h"
#include "models/common/kept_step.h"
#include "models/common/notes.h"
#include "models/common/padding.h"
#include "models/common/photo_work.h"
#include "models/common/savings.h"
#include "models/cuda.h"
#include "models/registry.h"
#include "models/restorevar/cost.h"
#include "models/restorevar/placed_network.h"
#include "models/restorevar/restoration.h"
#include "tests/models/restorevar/golden.h"
#include "tests/models/restorevar/tiny_folder.h"
#include "tests/models/support/counted_work.h"
#include "tests/models/support/failing_allocator.h"
#include "tests/models/support/repeating_recorder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/zeroed_weights.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

at::Tensor photo(std::int64_t height, std::int64_t width) {
  return (goldenUniform("photo", {1, 3, height, width}).to(at::kFloat) + 1) / 2;
}

class RecordingObserver : public Observer {
 public:
  void preview(int index, const at::Tensor& picture) override { previews.emplace_back(index, picture); }
  void progress(const Message&, double fraction) override {
    EXPECT_GE(fraction, last);
    EXPECT_LE(fraction, 1 + 1e-9);
    last = fraction;
    ++reports;
  }
  void value(const std::string& name, const at::Tensor& tensor) override { values.emplace(name, tensor); }
  bool stopRequested() const override { return reports >= stopAfter; }

  std::vector<std::pair<int, at::Tensor>> previews;
  std::map<std::string, at::Tensor> values;
  double last = 0;
  int reports = 0;
  int stopAfter = 1000;
};

class RestoreVarRuns : public testing::Test {
 protected:
  RestoreVarRuns() {
    writeTinyRestoreVar(folder.path());
    model = models::open(folder.path());
    settings = Settings(model->descriptor().parameters);
  }

  at::Tensor restored(const at::Tensor& picture, Observer& told) const {
    return model->start(settings, {}, told)->restore(picture);
  }

  TemporaryFolder folder;
  std::shared_ptr<const Restorer> model;
  Settings settings;
  RecordingObserver observer;
};

TEST_F(RestoreVarRuns, whatAPhotoAmountsToIsCountedInSquaresAndPreviews) {
  const auto flop = [&](std::int64_t height, std::int64_t width, const at::Device& device = at::kCPU) {
    return flopOf(*model, settings, height, width, device);
  };
  const RestoreVarCost cost = costOf(tinyRestoreVar());
  settings.set("size", "auto");
  settings.set("previews", "0");
  const double square = 2 * cost.total();
  EXPECT_DOUBLE_EQ(flop(64, 64), square);
  EXPECT_DOUBLE_EQ(flop(10, 30), square);
  EXPECT_DOUBLE_EQ(flop(4000, 6000), square);
  EXPECT_DOUBLE_EQ(flop(112, 112, at::kCUDA), 5 * square);  // two by two, and the whole
  settings.set("size", "tiles");
  EXPECT_DOUBLE_EQ(flop(112, 112), 5 * square);
  settings.set("previews", "2");
  EXPECT_DOUBLE_EQ(flop(64, 64), square + 2 * 2 * cost.decoder);
  settings.set("refine", "off");
  EXPECT_DOUBLE_EQ(flop(64, 64), square + 2 * 2 * cost.decoder - 2 * cost.refiner);
}

/// With its pictures on the way: what LibTorch is asked for.
TEST_F(RestoreVarRuns, theCountIsTheWorkOfAPhoto) {
  settings.set("size", "tiles");
  Observer nobody;
  const auto session = model->start(settings, {.plain = true}, nobody);
  session->restore(photo(64, 64));  // reads the weights
  const CountedWork counted;
  session->restore(photo(64, 64));
  EXPECT_NEAR(2 * counted.sum() / flopOf(*model, settings, 64, 64, at::kCPU), 1, 1e-6);
}

TEST_F(RestoreVarRuns, aPreviewIsTheDecodedLatentOfItsScaleWhichIsToldWithItsTokens) {
  const at::Tensor square = (photo(64, 64) * 255).round() / 255;
  const at::Tensor result = restored(square, observer);
  ASSERT_EQ(observer.previews.size(), 4U);
  EXPECT_NEAR(observer.last, 1, 1e-6);
  const torch::NoGradGuard noGrad;
  RestoreVarNetwork network = goldenNetwork(tinyRestoreVar());
  VarRun run;
  EXPECT_EQ(observer.values.size(), 8U);
  run.scaleDone = [&](int scale, const at::Tensor& tokens, const at::Tensor& latent) {
    const auto& [index, picture] = observer.previews[static_cast<std::size_t>(scale)];
    EXPECT_TRUE(at::equal(observer.values.at("tokens." + std::to_string(scale)), tokens));
    EXPECT_LT((observer.values.at("latent." + std::to_string(scale)) - latent).abs().max().item<double>(), 1e-4);
    EXPECT_EQ(index, scale);
    EXPECT_LT((picture - network->decoded(latent)).abs().max().item<double>(), 1e-4);
  };
  network->latent(square, run);

  observer = {};
  settings.set("previews", "2");
  const at::Tensor again = restored(square, observer);
  EXPECT_EQ(observer.previews.size(), 2U);
  EXPECT_TRUE(at::equal(result, again));
  observer = {};
  settings.set("previews", "0");
  restored(square, observer);
  EXPECT_TRUE(observer.previews.empty());
}

/// Of a photo that is shorter than a tile the network sees its mirror image as well.
TEST_F(RestoreVarRuns, aPreviewOfTilesShowsThePhotoAlone) {
  settings.set("size", "tiles");
  settings.set("previews", "1");
  const at::Tensor wide = photo(30, 150);
  const at::Tensor result = restored(wide, observer);
  RecordingObserver other;
  const at::Tensor mirrored = restored(mirroredTo(wide, 64, 64, Mirror::WithoutEdge), other);
  EXPECT_LT((result - mirrored.narrow(2, 0, 30)).abs().max().item<double>(), 1e-4);
  ASSERT_EQ(observer.previews.size(), 4U);
  ASSERT_EQ(other.previews.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    const at::Tensor &found = observer.previews[i].second, &whole = other.previews[i].second;
    ASSERT_EQ(found.sizes(), wide.sizes());
    EXPECT_LT((found - whole.narrow(2, 0, 30)).abs().max().item<double>(), 1e-4) << i;
  }
}

TEST_F(RestoreVarRuns, ofSeveralPhotosInTilesTheFirstIsShown) {
  settings.set("size", "tiles");
  settings.set("previews", "1");
  const at::Tensor first = photo(100, 70);
  const at::Tensor both = restored(at::cat({first, first.flip(3)}), observer);
  EXPECT_NEAR(observer.last, 1, 1e-6);
  ASSERT_EQ(observer.previews.size(), 4U);
  EXPECT_EQ(observer.previews.front().second.sizes(), first.sizes());
  RecordingObserver alone;
  EXPECT_LT((restored(first, alone) - both.narrow(0, 0, 1)).abs().max().item<double>(), 1e-4);
}

TEST_F(RestoreVarRuns, aPreviewThatNobodyLooksAtIsNotMade) {
  struct Unwatched : RecordingObserver, StepKeeper {
    bool keepsSteps() const override { return false; }
    void keep(std::shared_ptr<const KeptStep>) override {}
    std::shared_ptr<const KeptStep> from() const override { return nullptr; }
  } unwatched;
  settings.set("previews", "1");
  const at::Tensor result = restored(photo(64, 64), observer);
  EXPECT_TRUE(at::equal(restored(photo(64, 64), unwatched), result));
  EXPECT_TRUE(unwatched.previews.empty());
  EXPECT_NEAR(unwatched.last, 1, 1e-6);
}

TEST_F(RestoreVarRuns, aStopAfterAnyScaleLeavesNoTrace) {
  const at::Tensor square = photo(64, 64);
  settings.set("previews", "0");
  const at::Tensor whole = restored(square, observer);
  observer = {};
  restored(square, observer);
  const int reports = observer.reports;  // of a network that is there
  for (int scales = 1; scales < reports; ++scales) {
    RecordingObserver stopping;
    const auto session = model->start(settings, {}, stopping);
    stopping.stopAfter = scales;
    EXPECT_THROW(session->restore(square), Stopped) << scales;
    EXPECT_EQ(stopping.reports, scales);
    stopping.stopAfter = 1000;
    stopping.last = 0;
    EXPECT_TRUE(at::equal(session->restore(square), whole));
  }
}

TEST_F(RestoreVarRuns, aStopIsHeardWhileWeightsAreRead) {
  observer.stopAfter = 1;  // told that the network is being read
  const auto session = model->start(settings, {}, observer);
  EXPECT_THROW(session->restore(photo(64, 64)), Stopped);
  EXPECT_FALSE(releaseNetworks(*model));
  observer = {};
  const at::Tensor result = session->restore(photo(64, 64));
  EXPECT_NEAR(observer.last, 1, 1e-6);
  Observer nobody;
  EXPECT_TRUE(at::equal(result, restored(photo(64, 64), nobody)));
}

TEST_F(RestoreVarRuns, theNetworkStaysForTheNextPhotoUntilItsMemoryIsWanted) {
  settings.set("previews", "0");
  const auto run = [&](const Placement& placement = {}) {
    Observer nobody;
    return model->start(settings, placement, nobody)->restore(photo(64, 64)).clone();
  };
  EXPECT_FALSE(releaseNetworks(*model));
  const at::Tensor result = run();
  zeroWeights(folder.path());
  EXPECT_TRUE(at::equal(run(), result));  // nothing was read again
  EXPECT_TRUE(releaseNetworks(*model));
  EXPECT_FALSE(releaseNetworks(*model));
  EXPECT_FALSE(at::equal(run(), result));
}

TEST_F(RestoreVarRuns, anotherPlacementReadsTheNetworkAnew) {
  settings.set("previews", "0");
  Observer nobody;
  const auto run = [&](const Placement& placement) {
    return model->start(settings, placement, nobody)->restore(photo(64, 64)).clone();
  };
  const at::Tensor plain = run({.plain = true});
  const at::Tensor fused = run({});
  EXPECT_TRUE(at::equal(run({.plain = true}), plain));
  EXPECT_TRUE(at::equal(run({}), fused));
}

/// Why a run with so many bytes of memory fails; empty: it does not.
std::string complaintWith(std::int64_t bytes, const Restorer& model, const Settings& settings) {
  Observer nobody;
  const auto session = model.start(settings, {}, nobody);
  const at::Tensor given = photo(64, 64);
  FailingAllocator allocator(bytes);
  try {
    session->restore(given);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST_F(RestoreVarRuns, aMemoryThatIsTooSmallIsAClearErrorAndTheNextRunWorks) {
  settings.set("previews", "0");
  EXPECT_EQ(complaintWith(100'000, *model, settings).find("this network needs about 1 GB of memory, and "), 0U);
  EXPECT_FALSE(releaseNetworks(*model)) << "what found no room is let go";
  Observer nobody;
  const at::Tensor result = model->start(settings, {}, nobody)->restore(photo(64, 64)).clone();
  const std::string text = complaintWith(100'000, *model, settings);  // for the caches of a network that is there
  EXPECT_NE(text.find("close other programs"), std::string::npos) << text;
  EXPECT_TRUE(at::equal(model->start(settings, {}, nobody)->restore(photo(64, 64)), result));
}

TEST(RestoreVarMemory, isThatOfThePublicNetwork) {
  // Measured: 2.94 GB with its weights.
  EXPECT_NEAR(static_cast<double>(squareBytes(RestoreVarConfig{})) / 1e9, 1.4, 0.1);
}

TEST_F(RestoreVarRuns, aNetworkThatHasNoRoomIsNotPlaced) {
  RestoreVarConfig huge = tinyRestoreVar();
  huge.vae.channels = 1 << 28;  // 26 TB of pictures
  const StateDict tensors = inspect(folder.path()).tensors;
  PlacedRestoreVar placed(tensors, huge, {});
  Observer nobody;
  try {
    placed.network(nobody);
    FAIL() << "placed";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("GB of memory, and"), std::string::npos) << error.what();
  }
  EXPECT_TRUE(placed.empty());
}

TEST_F(RestoreVarRuns, aRecordedRunTellsAndGivesTheSame) {
  settings.set("previews", "0");
  RestoreVarNetwork placed = goldenNetwork(tinyRestoreVar(), {});
  const c10::InferenceMode inference;
  for (const std::int64_t batch : {1, 2}) {
    const auto log = std::make_shared<Repeated>();
    RecordingObserver told;
    Restoration recorded(placed, tinyRestoreVar(), settings, {}, told, repeatingGraphs(log));
    for (int i = 0; i < 4; ++i) {
      const at::Tensor squares = at::rand({batch, 3, 64, 64});
      observer = {};
      told = {};
      const at::Tensor expected = Restoration(placed, tinyRestoreVar(), settings, {}, observer)(squares);
      EXPECT_TRUE(at::equal(recorded(squares), expected));
      EXPECT_NEAR(told.last, 1, 1e-6);
      ASSERT_EQ(told.values.size(), observer.values.size());
      for (const auto& [name, value] : observer.values) EXPECT_TRUE(at::equal(told.values.at(name), value)) << name;
    }
    EXPECT_EQ(log->recorded, 1);
    EXPECT_EQ(log->replayed, 3);
    for (const int reports : {0, 1}) {  // before it, and behind it what was asked for meanwhile
      told = {};
      told.stopAfter = reports;
      EXPECT_THROW(recorded(at::rand({batch, 3, 64, 64})), Stopped);
      EXPECT_EQ(told.reports, reports == 0 ? 0 : 7);
    }
  }
}

TEST_F(RestoreVarRuns, whatIsWantedBetweenTheScalesIsNotRecorded) {
  RestoreVarNetwork placed = goldenNetwork(tinyRestoreVar(), {});
  const c10::InferenceMode inference;
  const auto log = std::make_shared<Repeated>();
  for (const auto& [name, value] : {std::pair{"previews", "1"}, std::pair{"tokens", "drawn"}}) {
    Settings wanted = settings;
    wanted.set("previews", "0");
    wanted.set(name, value);
    RecordingObserver told;
    Restoration recorded(placed, tinyRestoreVar(), wanted, {}, told, repeatingGraphs(log));
    for (int i = 0; i < 3; ++i) {
      told = {};
      recorded(photo(64, 64));
    }
  }
  EXPECT_EQ(log->recorded, 0);
}

TEST_F(RestoreVarRuns, onAGpuARecordedRunIsTheRunItself) {
  if (!openCuda().available) GTEST_SKIP() << "no GPU on this machine";
  settings.set("previews", "0");
  for (const at::ScalarType precision : {at::kFloat, at::kBFloat16}) {
    struct Listener : RecordingObserver, NoteTaker {
      void note(const Message& message) override { notes.push_back(message.english()); }
      std::vector<std::string> notes;
    } listener;
    const Placement placement{at::kCUDA, precision};
    const auto eager = [&] {
      const Without recordings(Saving::Graphs);
      return model->start(settings, placement, observer);
    }();
    const auto recorded = model->start(settings, placement, listener);
    for (const std::int64_t batch : {1, 2, 1, 2, 1, 2, 1, 2}) {
      observer = {};
      listener.last = 0;
      listener.values.clear();
      const at::Tensor squares = at::rand({batch, 3, 64, 64});
      const at::Tensor expected = eager->restore(squares);
      EXPECT_LT((recorded->restore(squares) - expected).abs().max().item<double>(), 1e-3) << precision << ' ' << batch;
      for (const auto& [name, value] : observer.values)
        EXPECT_TRUE(at::allclose(listener.values.at(name).to(at::kFloat), value.to(at::kFloat), 1e-3, 1e-3)) << name;
    }
    EXPECT_TRUE(listener.notes.empty()) << listener.notes.front();
  }
}

TEST_F(RestoreVarRuns, photosOfAnySizeKeepTheirSize) {
  settings.set("previews", "1");
  for (const char* size : {"auto", "square", "tiles"}) {
    settings.set("size", size);
    for (const auto& [height, width] :
         std::vector<std::pair<std::int64_t, std::int64_t>>{{1, 1}, {1, 150}, {37, 64}, {65, 64}, {130, 90}}) {
      observer = {};
      const at::Tensor result = restored(photo(height, width), observer);
      EXPECT_EQ(result.sizes().vec(), (std::vector<std::int64_t>{1, 3, height, width})) << size;
      EXPECT_TRUE(result.isfinite().all().item<bool>());
      EXPECT_NEAR(observer.last, 1, 1e-6);
      ASSERT_EQ(observer.previews.size(), 4U);
      EXPECT_EQ(observer.previews.front().second.sizes(), result.sizes());
    }
  }
  settings.set("size", "published");
  observer = {};
  EXPECT_EQ(restored(photo(130, 90), observer).size(2), 64);
}

TEST_F(RestoreVarRuns, theRefinerIsASetting) {
  const at::Tensor square = photo(64, 64);
  const at::Tensor refined = restored(square, observer);
  settings.set("refine", "off");
  observer = {};
  const at::Tensor unrefined = restored(square, observer);
  EXPECT_GT((refined - unrefined).abs().max().item<double>(), 1e-3);
  EXPECT_TRUE(at::equal(unrefined, observer.previews.back().second));
}

TEST_F(RestoreVarRuns, drawnTokensFollowTheSeed) {
  const at::Tensor square = photo(64, 64);
  settings.set("previews", "0");
  const at::Tensor best = restored(square, observer);
  settings.set("tokens", "drawn");
  observer = {};
  const at::Tensor first = restored(square, observer);
  observer = {};
  EXPECT_TRUE(at::equal(restored(square, observer), first));
  EXPECT_FALSE(at::equal(best, first));
  settings.set("seed", "1");
  observer = {};
  EXPECT_FALSE(at::equal(restored(square, observer), first));
  settings.set("top_k", "1");
  observer = {};
  EXPECT_TRUE(at::equal(restored(square, observer), best));
  settings.set("top_k", "0");
  settings.set("top_p", "0");
  observer = {};
  EXPECT_TRUE(at::equal(restored(square, observer), best));
}

}  // namespace
}  // namespace heirloom::tests
