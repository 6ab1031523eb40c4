// What changes no result of a restoration: what is not done again, and passes that are recorded.

#include <ATen/Context.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <memory>
#include <string>
#include <vector>

#include "models/common/convolution.h"
#include "models/common/notes.h"
#include "models/common/savings.h"
#include "models/cuda.h"
#include "tests/models/instantir/sampler_runs.h"
#include "tests/models/support/counted_work.h"
#include "tests/models/support/repeating_recorder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

class InstantIrSavings : public InstantIrRuns {};

TEST_F(InstantIrSavings, noSavingChangesTheResult) {
  const SamplerSettings settings{.steps = 4, .creativeStart = 0.5};
  for (const Adaptive adaptive : {Adaptive::Off, Adaptive::Compat, Adaptive::Stable}) {
    SamplerSettings adapting = settings;
    adapting.adaptive = adaptive;
    const at::Tensor result = run(adapting);
    for (const NamedSaving& each : allSavings()) {
      const Without without(each.saving);
      // Rounding, which every step carries on.
      EXPECT_LT(apart(run(adapting), result), 1e-3) << each.name;
    }
  }
}

TEST_F(InstantIrSavings, whatIsNotSavedIsDone) {
  const auto visits = [&](const SamplerSettings& settings) {
    StopAt never(-1);
    run(settings, {.watch = &never});
    return never.seen;
  };
  // 17 branches and the resampler, of the previewer and the main network, in two of three steps more.
  const int least = visits(three);
  {
    const Without without(Saving::Steps);
    EXPECT_EQ(visits(three), least + 2 * 2 * 17);
  }
  {
    const Without without(Saving::Picture);
    EXPECT_EQ(visits(three), least + 2 * 2 * (17 + 1));
  }
  // The last two steps do without the previewer, 49 blocks, and the aggregator, 23 and 10 heads.
  const SamplerSettings creative{.steps = 4, .creativeStart = 0.5};
  const int led = visits(creative);
  {
    const Without without(Saving::Skipping);
    EXPECT_EQ(visits(creative), led + 2 * (49 + 33));
  }
  EXPECT_EQ(visits(creative), led);
}

TEST_F(InstantIrSavings, textThatIsNotKeptIsWorkInEveryPass) {
  made = networks({.plain = true});
  const auto work = [&] {
    const CountedWork counted;
    run(three);
    return counted.sum();
  };
  const double least = work();
  const Without without(Saving::Text);
  EXPECT_GT(work(), least);
}

TEST_F(InstantIrSavings, attentionThatIsNotOneOperationIsLibTorchsPlainOne) {
  made = networks({.plain = true});
  const auto work = [&] {
    const CountedWork counted;
    run({.steps = 1});
    return counted.sum();
  };
  const double fused = work();
  {
    const Without without(Saving::Attention);
    EXPECT_FALSE(at::globalContext().userEnabledFlashSDP());
    EXPECT_NEAR(work() / fused, 1, 1e-9);  // as products of matrices
  }
  EXPECT_TRUE(at::globalContext().userEnabledFlashSDP() && at::globalContext().userEnabledMemEfficientSDP());
}

TEST_F(InstantIrSavings, networksThatArePlacedForAnotherLayoutGiveTheSame) {
  for (const Placement& placement : {Placement{}, Placement{.plain = true}}) {
    made = networks(placement);
    const at::Tensor expected = run(three);
    const Without without(Saving::Layout);
    made = networks(placement);
    EXPECT_LT(apart(run(three), expected), 1e-3) << placement.plain;
    for (const auto& module : made.main->modules()) {
      const auto* layer = dynamic_cast<const ConvolutionImpl*>(module.get());
      if (!layer) continue;
      EXPECT_GT(layer->weight.numel(), 0);  // what is packed is channels-last
      EXPECT_TRUE(layer->weight.is_contiguous());
    }
  }
}

TEST_F(InstantIrSavings, recordedPassesGiveTheSameBits) {
  // The last steps run without the aggregator: a fourth function.
  for (const Adaptive adaptive : {Adaptive::Off, Adaptive::Compat}) {
    SamplerSettings settings{.steps = 8, .creativeStart = 0.5, .adaptive = adaptive};
    const auto log = std::make_shared<Repeated>();
    RecordedPasses passes(repeatingGraphs(log));
    SamplerEvents events;
    events.passes = &passes;
    EXPECT_TRUE(run(settings, events).equal(run(settings)));
    EXPECT_GE(log->recorded, adaptive == Adaptive::Off ? 4 : 2);
    EXPECT_GT(log->replayed, log->recorded);
    EXPECT_TRUE(log->told.empty());
  }
}

TEST_F(InstantIrSavings, recordedPassesOfPicturesOneAfterTheOtherGiveTheSameBits) {
  const auto twice = [](const at::Tensor& x) { return at::cat({x, x.flip({-1})}); };
  const auto forTwo = [&](const Guide& guide) {
    return Guide{twice(guide.text), twice(guide.pooled), twice(guide.picture)};
  };
  const auto log = std::make_shared<Repeated>();
  RecordedPasses passes(repeatingGraphs(log));
  const auto runOf = [&](RecordedPasses* recorded) {
    RecordedNoise noise;
    SamplerEvents events;
    events.passes = recorded;
    return InstantIrSampler(made, NoiseSchedule(), {.steps = 5, .atOnce = 1})
        .run(twice(degraded()), forTwo(positiveGuide()), forTwo(negativeGuide()), kTinySizes, noise, events);
  };
  EXPECT_TRUE(runOf(&passes).equal(runOf(nullptr)));
  EXPECT_EQ(log->recorded, 6);
}

TEST_F(InstantIrSavings, whatOneRunRecordedServesTheNext) {
  const auto log = std::make_shared<Repeated>();
  RecordedPasses passes(repeatingGraphs(log));
  SamplerEvents recorded;
  recorded.passes = &passes;
  const auto runOf = [&](int steps, bool other, const SamplerEvents& events) {
    RecordedNoise noise;
    Guide positive = positiveGuide();
    if (other) positive = {positive.text.flip({1}), positive.pooled.flip({1}), positive.picture.flip({1})};
    return InstantIrSampler(made, NoiseSchedule(), {.steps = steps})
        .run(other ? degraded().flip({-1}) : degraded(), positive, negativeGuide(), kTinySizes, noise, events);
  };
  runOf(5, false, recorded);
  const int first = log->recorded, replayed = log->replayed;
  EXPECT_GE(first, 3);
  // Another photo and other words; of each network the first pass runs as it is.
  EXPECT_TRUE(runOf(5, true, recorded).equal(runOf(5, true, {})));
  EXPECT_EQ(log->recorded, first);
  EXPECT_GE(log->replayed, replayed + 3 * 3);
  // Tables of more steps are larger.
  EXPECT_TRUE(runOf(6, true, recorded).equal(runOf(6, true, {})));
  EXPECT_EQ(log->recorded, 2 * first);
  EXPECT_EQ(log->alive, first);
}

TEST(RunMemories, putWhatTheNextRunKeepsWhereThatOfTheLastOneLies) {
  RunMemory memory;
  const Linear layer(2, 2);
  const auto kept = [&](std::int64_t size, double value) {
    const auto make = [&] { return std::vector<at::Tensor>{at::full({size}, value)}; };
    return memory.kept(*layer, RunMemory::Kind::Text, false, make).front();
  };
  const at::Tensor first = kept(3, 1);
  EXPECT_TRUE(at::equal(kept(3, 2), at::full({3}, 1.0)));
  memory.renew();
  const at::Tensor second = kept(3, 2);
  EXPECT_EQ(second.data_ptr(), first.data_ptr());
  EXPECT_TRUE(at::equal(second, at::full({3}, 2.0)));
  EXPECT_TRUE(at::equal(kept(3, 4), second));
  memory.renew();
  EXPECT_THROW(kept(1, 5), c10::Error);  // which could be spread over the three
}

TEST_F(InstantIrSavings, recordedPassesThatKeepLessGiveTheSameBits) {
  for (const Saving saving : {Saving::Text, Saving::Steps}) {
    const Without without(saving);
    const auto log = std::make_shared<Repeated>();
    RecordedPasses passes(repeatingGraphs(log));
    SamplerEvents events;
    events.passes = &passes;
    EXPECT_TRUE(run({.steps = 5}, events).equal(run({.steps = 5})));
    EXPECT_GT(log->replayed, 0);
  }
}

TEST_F(InstantIrSavings, wherePhotosAreSeenAnewNothingIsRecorded) {
  const Without without(Saving::Picture);
  const auto log = std::make_shared<Repeated>();
  RecordedPasses passes(repeatingGraphs(log));
  SamplerEvents events;
  events.passes = &passes;
  run({.steps = 5}, events);
  EXPECT_EQ(log->recorded, 0);
}

TEST_F(InstantIrSavings, onAGpuRecordedPassesAreThePassesThemselves) {
  if (!openCuda().available) GTEST_SKIP() << "no GPU on this machine";
  struct Listener : Observer, NoteTaker {
    void note(const Message& message) override { notes.push_back(message.english()); }
    std::vector<std::string> notes;
  };
  for (const at::ScalarType precision : {at::kFloat, at::kBFloat16}) {
    const Placement placement{at::kCUDA, precision};
    made = networks(placement);
    Listener listener;
    const auto runOf = [&](RecordedPasses* recorded) {
      RecordedNoise noise;
      SamplerEvents events;
      events.passes = recorded;
      return InstantIrSampler(made, NoiseSchedule(), {.steps = 8, .creativeStart = 0.5})
          .run(degraded().cuda(), onGpu(positiveGuide()), onGpu(negativeGuide()), kTinySizes, noise, events);
    };
    auto graphs = graphsFor(placement, listener);
    ASSERT_NE(graphs, nullptr);
    RecordedPasses passes(std::move(graphs));
    const at::Tensor expected = runOf(nullptr);
    // The second run replays what the first one recorded.
    for (int run = 0; run < 2; ++run)
      EXPECT_LT(apart(runOf(&passes), expected), precision == at::kFloat ? 1e-3 : 2e-2) << precision << ' ' << run;
    EXPECT_TRUE(listener.notes.empty()) << listener.notes.front();
  }
}

}  // namespace
}  // namespace heirloom::tests
