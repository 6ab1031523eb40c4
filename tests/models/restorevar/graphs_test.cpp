// Runs of RestoreVAR that are recorded and replayed.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/common/notes.h"
#include "models/common/savings.h"
#include "models/cuda.h"
#include "models/restorevar/placed_network.h"
#include "models/restorevar/restoration.h"
#include "tests/models/restorevar/golden.h"
#include "tests/models/restorevar/restorevar_runs.h"
#include "tests/models/support/repeating_recorder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

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

/// What is shown is the whole photo as one square.
TEST_F(RestoreVarRuns, tilesAreRecordedWhileTheWholePhotoIsShown) {
  settings.set("size", "tiles");
  settings.set("previews", "1");
  RestoreVarNetwork placed = goldenNetwork(tinyRestoreVar(), {});
  const c10::InferenceMode inference;
  const at::Tensor wide = photo(112, 112);  // two tiles by two
  const at::Tensor expected = Restoration(placed, tinyRestoreVar(), settings, {}, observer)(wide);
  const auto log = std::make_shared<Repeated>();
  RecordingObserver told;
  EXPECT_TRUE(
      at::equal(Restoration(placed, tinyRestoreVar(), settings, {}, told, repeatingGraphs(log))(wide), expected));
  EXPECT_EQ(log->recorded, 1);
  EXPECT_EQ(log->replayed, 3);  // the first one to be compared
  EXPECT_EQ(told.previews.size(), 4U);
  EXPECT_NEAR(told.last, 1, 1e-6);
}

TEST_F(RestoreVarRuns, recordingsServeTheNextPhotoWhateverItsSettings) {
  settings.set("previews", "0");
  Settings unrefined = settings;
  unrefined.set("refine", "off");
  const auto log = std::make_shared<Repeated>();
  PlacedRestoreVar placed(inspect(folder.path()).tensors, tinyRestoreVar(), {}, repeatingGraphs(log));
  const c10::InferenceMode inference;
  const at::Tensor square = photo(64, 64);
  const auto run = [&](const Settings& chosen) {
    Observer nobody;
    Restoration restoration(placed.network(nobody), tinyRestoreVar(), chosen, {}, nobody, placed.graphs(nobody));
    const at::Tensor result = restoration(square);
    placed.endSession();
    return result;
  };
  const at::Tensor first = run(settings);
  EXPECT_TRUE(at::equal(run(settings), first));
  EXPECT_EQ(log->recorded, 1);
  const at::Tensor other = run(unrefined);
  EXPECT_FALSE(at::equal(other, first));
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(at::equal(run(unrefined), other));
    EXPECT_TRUE(at::equal(run(settings), first));
  }
  EXPECT_EQ(log->recorded, 2);
  EXPECT_EQ(log->replayed, 5);  // the first one of each to be compared
  {
    const Without recordings(Saving::Graphs);
    EXPECT_TRUE(at::equal(run(settings), first));
  }
  EXPECT_EQ(log->replayed, 5);
  placed.drop();
  EXPECT_EQ(log->alive, 0);
}

TEST_F(RestoreVarRuns, onAGpuRecordingsStayWithTheNetwork) {
  if (!openCuda().available) GTEST_SKIP() << "no GPU on this machine";
  settings.set("previews", "0");
  Graphs::releaseAll();
  for (int i = 0; i < 3; ++i) {
    Observer nobody;
    model->start(settings, {at::kCUDA}, nobody)->restore(photo(64, 64));
  }
  EXPECT_TRUE(Graphs::releaseAll());
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

}  // namespace
}  // namespace heirloom::tests
