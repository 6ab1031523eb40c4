// RestoreVAR through the door: settings, observer, sizes.

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/common/kept_networks.h"
#include "models/common/kept_step.h"
#include "models/common/padding.h"
#include "models/common/photo_work.h"
#include "models/restorevar/cost.h"
#include "models/restorevar/network.h"
#include "tests/models/restorevar/golden.h"
#include "tests/models/restorevar/restorevar_runs.h"
#include "tests/models/support/counted_work.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

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

TEST_F(RestoreVarRuns, tilesByThemselvesShowNoneOfTheirScales) {
  settings.set("size", "tiles");
  settings.set("previews", "1");
  settings.set("whole", "off");
  const at::Tensor result = restored(photo(100, 70), observer);
  EXPECT_TRUE(observer.previews.empty());
  EXPECT_NEAR(observer.last, 1, 1e-6);
  settings.set("whole", "on");
  RecordingObserver other;
  EXPECT_FALSE(at::equal(restored(photo(100, 70), other), result));
  // One square is the photo itself.
  settings.set("whole", "off");
  RecordingObserver small;
  restored(photo(40, 30), small);
  EXPECT_EQ(small.previews.size(), 4U);
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
  for (const char* previews : {"0", "1"}) {
    SCOPED_TRACE(previews);
    settings.set("previews", previews);
    observer = {};
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
      stopping = {};
      EXPECT_TRUE(at::equal(session->restore(square), whole));
    }
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
