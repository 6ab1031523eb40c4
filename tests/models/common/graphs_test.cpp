#include "models/common/graphs.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <limits>

#include "models/common/error.h"
#include "models/common/graphed.h"
#include "models/common/notes.h"
#include "models/common/savings.h"
#include "models/cuda.h"
#include "tests/models/support/public_networks.h"
#include "tests/models/support/repeating_recorder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

/// Counts its calls.
class Doubling {
 public:
  TensorFunction function() {
    return [this](const Tensors& inputs) -> Tensors {
      ++calls;
      return {inputs[0] * 2, inputs[0].sum()};
    };
  }
  int calls = 0;
};

class RepeatedGraphs : public testing::Test {
 protected:
  /// Expects what the function gives.
  void call(const at::Tensor& x, int number = 0) {
    const Tensors made = graphs->call(number, doubling.function(), {x});
    ASSERT_EQ(made.size(), 2U);
    EXPECT_TRUE(at::equal(made[0], x * 2));
    EXPECT_TRUE(at::equal(made[1], x.sum()));
  }

  std::shared_ptr<Repeated> log = std::make_shared<Repeated>();
  std::unique_ptr<Graphs> graphs = repeatingGraphs(log);
  Doubling doubling;
};

TEST_F(RepeatedGraphs, theSecondCallOfASizeIsRecordedAndLaterOnesAreReplayed) {
  for (int i = 0; i < 5; ++i) {
    call(at::rand({2, 3}));
    EXPECT_EQ(log->recorded, i > 0);
    EXPECT_EQ(log->replayed, i);  // the first one to be compared
  }
  EXPECT_TRUE(log->told.empty());
}

TEST_F(RepeatedGraphs, sizesStridesTypesAndFunctionsAreToldApart) {
  for (int i = 0; i < 2; ++i) {
    for (const at::Tensor& x :
         {at::rand({2, 3}), at::rand({3, 2}), at::rand({3, 2}).t(), at::rand({2, 3}, at::kDouble)})
      call(x);
    call(at::rand({2, 3}), 1);
  }
  EXPECT_EQ(log->recorded, 5);
}

TEST_F(RepeatedGraphs, resultsAreTheCallersOwn) {
  const at::Tensor x = at::rand({4});
  for (int i = 0; i < 3; ++i) call(x);
  const at::Tensor kept = graphs->call(0, doubling.function(), {x}).front();
  call(at::rand({4}));
  EXPECT_TRUE(at::equal(kept, x * 2));
}

TEST_F(RepeatedGraphs, renewedOnesRunAsTheyAreOnceAndAreReplayedThen) {
  for (int i = 0; i < 3; ++i) call(at::rand({2, 3}));
  call(at::rand({5}));
  const int calls = doubling.calls, replayed = log->replayed;
  graphs->renew();
  call(at::rand({2, 3}));
  EXPECT_EQ(log->replayed, replayed);
  EXPECT_EQ(doubling.calls, calls + 1);
  call(at::rand({2, 3}));
  EXPECT_EQ(log->replayed, replayed + 1);
  // What was called only once is recorded after its next call.
  call(at::rand({5}));
  EXPECT_EQ(log->recorded, 1);
  call(at::rand({5}));
  EXPECT_EQ(log->recorded, 2);
}

TEST_F(RepeatedGraphs, thoseUsedLastAreKept) {
  graphs = repeatingGraphs(log, 2);
  const std::vector<at::Tensor> sizes = {at::rand({1}), at::rand({2}), at::rand({3})};
  for (const int i : {0, 0, 1, 1, 0, 2, 2}) call(sizes[static_cast<std::size_t>(i)]);
  EXPECT_EQ(log->recorded, 3);
  EXPECT_EQ(log->alive, 2);
  const int replayed = log->replayed;
  call(sizes[0]);
  EXPECT_EQ(log->replayed, replayed + 1);
  call(sizes[1]);
  EXPECT_EQ(log->replayed, replayed + 1);
}

TEST_F(RepeatedGraphs, whatIsReplayedToOtherValuesRunsAsItIsAndIsToldOnce) {
  log->off = 0.1;
  for (int i = 0; i < 4; ++i) {
    call(at::rand({2, 3}));
    call(at::rand({5}));
  }
  EXPECT_EQ(log->recorded, 2);
  EXPECT_EQ(log->alive, 0);
  ASSERT_EQ(log->told.size(), 1U);
  EXPECT_EQ(log->told[0].id, "graphs.differ");
  log->off = 0;
  call(at::rand({2, 3}));
  EXPECT_EQ(log->recorded, 2);
}

TEST_F(RepeatedGraphs, aNumberThatIsNoneIsADifference) {
  log->off = std::numeric_limits<double>::quiet_NaN();
  for (int i = 0; i < 3; ++i) call(at::rand({2, 3}));
  EXPECT_EQ(log->told.size(), 1U);
}

TEST_F(RepeatedGraphs, whatCannotBeRecordedRunsAsItIsAndIsToldOnce) {
  log->recordFails = "operation not permitted\nwhen stream is capturing";
  for (int i = 0; i < 4; ++i) {
    call(at::rand({2, 3}));
    call(at::rand({5}));
  }
  EXPECT_EQ(doubling.calls, 8);
  ASSERT_EQ(log->told.size(), 1U);
  EXPECT_NE(log->told[0].english().find("(operation not permitted)"), std::string::npos) << log->told[0].english();
}

TEST_F(RepeatedGraphs, whereMemoryRunsOutEverythingIsFreedAndRunsAsItIs) {
  for (int i = 0; i < 3; ++i) {
    call(at::rand({2, 3}));
    call(at::rand({5}));
  }
  EXPECT_EQ(log->alive, 2);
  log->replayFails = "CUDA out of memory";
  call(at::rand({5}));
  EXPECT_EQ(log->alive, 0);
  log->replayFails.clear();
  for (int i = 0; i < 3; ++i) call(at::rand({5}));
  EXPECT_EQ(log->recorded, 2);
  EXPECT_TRUE(log->told.empty());
  graphs->retry();
  for (int i = 0; i < 2; ++i) call(at::rand({5}));
  EXPECT_EQ(log->recorded, 3);
}

TEST_F(RepeatedGraphs, withoutMemoryToRecordARunGoesOn) {
  log->recordFails = "CUDA out of memory";
  for (int i = 0; i < 3; ++i) call(at::rand({5}));
  EXPECT_EQ(doubling.calls, 3);
  EXPECT_TRUE(log->told.empty());
}

TEST_F(RepeatedGraphs, errorsAndStopsOfTheFunctionAreItsCallers) {
  const at::Tensor x = at::rand({2});
  const auto failing = [](const Tensors&) -> Tensors { throw Error(Message{"test", "wrong size", {}}); };
  const auto stopping = [](const Tensors&) -> Tensors { throw Stopped{}; };
  const auto full = [](const Tensors&) -> Tensors { TORCH_CHECK(false, "CUDA out of memory"); };
  for (int i = 0; i < 3; ++i) {
    EXPECT_THROW(graphs->call(0, failing, {x}), Error);
    EXPECT_THROW(graphs->call(1, stopping, {x}), Stopped);
    EXPECT_THROW(graphs->call(2, full, {x}), c10::Error);
  }
  EXPECT_TRUE(log->told.empty());
}

TEST_F(RepeatedGraphs, underPressureFromOutsideAllThatAreNotAtWorkAreFreed) {
  for (int i = 0; i < 2; ++i) call(at::rand({2, 3}));
  const auto pressing = [](const Tensors& inputs) -> Tensors {
    releaseCudaMemory();
    return inputs;
  };
  graphs->call(1, pressing, {at::rand({2})});
  EXPECT_EQ(log->alive, 1);
  EXPECT_TRUE(Graphs::releaseAll());
  EXPECT_EQ(log->alive, 0);
  EXPECT_FALSE(Graphs::releaseAll());
  for (int i = 0; i < 2; ++i) call(at::rand({2, 3}));
  EXPECT_EQ(log->alive, 1);
}

TEST_F(RepeatedGraphs, aSessionRecordsItsRunsAndForgetsThemWithItsSettings) {
  const auto model = PublicConfiguration{"FFDNet", "ffdnet_gray"}.open();
  Settings settings = usableSettings(*model);
  Observer nobody;
  const auto as = [&](const Settings& chosen, const at::Tensor& picture) {
    return model->start(chosen, {}, nobody)->restore(picture);
  };
  const auto session = graphed(model->start(settings, {}, nobody), std::move(graphs), settings, {}, nobody);
  const at::Tensor picture = at::rand({1, 1, 20, 24}), other = at::rand({1, 1, 20, 24});
  for (const at::Tensor& each : {picture, other, picture, other}) {
    EXPECT_TRUE(at::equal(session->restore(each), as(settings, each)));
    session->change(settings);  // to the same
  }
  EXPECT_EQ(log->recorded, 1);
  EXPECT_EQ(log->replayed, 3);
  settings.set("noise_level", "50");
  session->change(settings);
  EXPECT_EQ(log->alive, 0);
  for (const at::Tensor& each : {picture, other, picture})
    EXPECT_TRUE(at::equal(session->restore(each), as(settings, each)));
  EXPECT_EQ(log->recorded, 2);
}

TEST_F(RepeatedGraphs, aSessionIsAskedToStopBeforeEachRun) {
  struct Stopping : Observer {
    bool stopRequested() const override { return stop; }
    bool stop = false;
  } observer;
  const auto model = PublicConfiguration{"FFDNet", "ffdnet_gray"}.open();
  const Settings settings = usableSettings(*model);
  const auto session = graphed(model->start(settings, {}, observer), std::move(graphs), settings, {}, observer);
  const at::Tensor picture = at::rand({1, 1, 20, 24});
  for (int i = 0; i < 3; ++i) session->restore(picture);
  observer.stop = true;
  EXPECT_THROW(session->restore(picture), Stopped);
}

TEST(Graphs, onTheProcessorNothingIsRecorded) {
  Observer nobody;
  EXPECT_EQ(graphsFor({}, nobody), nullptr);
}

/// Of all values together.
double distance(const at::Tensor& found, const at::Tensor& expected) {
  return ((found - expected).norm() / expected.norm()).item<double>();
}

// And the network gives what the processor computes by ordinary operations; convolutions of a GPU round float32 to
// TF32.
TEST(Graphs, onAGpuTheyGiveWhatTheNetworkGives) {
  if (!openCuda().available) GTEST_SKIP() << "no GPU on this machine";
  struct Listener : Observer, NoteTaker {
    void note(const Message& message) override { notes.push_back(message.english()); }
    std::vector<std::string> notes;
  };
  for (const PublicConfiguration& configuration : smallConfigurations()) {
    const auto model = configuration.open();
    Observer nobody;
    const at::Tensor shown = at::rand({1, model->descriptor().channels, 48, 56});
    const at::Tensor ordinary = model->start(usableSettings(*model), {.plain = true}, nobody)->restore(shown);
    for (const at::ScalarType precision : {at::kFloat, at::kBFloat16}) {
      const Placement placement{at::kCUDA, precision};
      Listener listener;
      const auto eager = [&] {
        const Without recordings(Saving::Graphs);
        return model->start(usableSettings(*model), placement, listener);
      }();
      EXPECT_LT(distance(eager->restore(shown).cpu(), ordinary), precision == at::kFloat ? 1e-2 : 1e-1)
          << configuration.name << ' ' << precision;
      const auto recorded = model->start(usableSettings(*model), placement, listener);
      for (const std::int64_t side : {48, 64, 48, 64, 48, 64, 48}) {
        const at::Tensor picture = at::rand({2, model->descriptor().channels, side, side});
        const at::Tensor expected = eager->restore(picture);
        const double apart = (recorded->restore(picture) - expected).abs().max().item<double>();
        EXPECT_LE(apart, (precision == at::kFloat ? 1e-3 : 2e-2) * expected.abs().max().item<double>())
            << configuration.name << ' ' << precision << ' ' << side;
      }
      EXPECT_TRUE(listener.notes.empty()) << configuration.name << ": " << listener.notes.front();
    }
  }
}

TEST(Graphs, onAGpuTheirMemoryIsGivenBackUnderPressure) {
  if (!openCuda().available) GTEST_SKIP() << "no GPU on this machine";
  Observer nobody;
  const auto model = PublicConfiguration{"RRDB", "RealESRGAN_x2plus"}.open();
  const auto session = model->start(usableSettings(*model), {at::kCUDA}, nobody);
  const at::Tensor picture = at::rand({1, 3, 256, 256});
  for (int i = 0; i < 3; ++i) session->restore(picture);
  const std::uint64_t held = freeCudaMemory(0);
  releaseCudaMemory();
  EXPECT_GT(freeCudaMemory(0), held);
  const at::Tensor again = session->restore(picture);
  EXPECT_TRUE(again.isfinite().all().item<bool>());
}

}  // namespace
}  // namespace heirloom::tests
