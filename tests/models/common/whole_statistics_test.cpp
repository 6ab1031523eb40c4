#include "models/common/whole_statistics.h"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <stdexcept>
#include <vector>

#include "models/common/function_session.h"
#include "models/common/graphed.h"
#include "models/common/random_weights.h"
#include "models/common/transposed_attention.h"
#include "models/plksr/network.h"
#include "models/rcan/network.h"
#include "tests/models/support/repeating_recorder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using Scope = WholeStatistics::Scope;
using Use = WholeStatistics::Use;

double largestOf(const at::Tensor& difference) {
  return difference.abs().max().item<double>();
}

at::Tensor meansGathered(WholeStatistics& statistics, const at::Tensor& x, double rim = 0) {
  const Scope scope(statistics, Use::Gather, rim);
  return channelMeans(x);
}

at::Tensor meansReplayed(WholeStatistics& statistics, const at::Tensor& x) {
  const Scope scope(statistics, Use::Replay);
  return channelMeans(x);
}

/// One value all over.
at::Tensor flat(double value, std::int64_t count = 1) {
  return at::full({count, 2, 8, 8}, value);
}

TEST(WholeStatistics, withoutAScopeEveryPictureHasItsOwn) {
  const at::Tensor x = at::cat({flat(1), flat(3)});
  EXPECT_TRUE(at::equal(channelMeans(x), x.mean(at::IntArrayRef{2, 3}, true)));
  EXPECT_FALSE(WholeStatistics::inUse());
}

TEST(WholeStatistics, thoseOfABatchAreReplayedInPicturesOfAnySizeAndNumber) {
  WholeStatistics statistics;
  EXPECT_TRUE(statistics.empty());
  EXPECT_NEAR(meansGathered(statistics, at::cat({flat(1), flat(3)})).max().item<double>(), 2, 1e-6);
  EXPECT_FALSE(statistics.empty());
  const at::Tensor shared = meansReplayed(statistics, at::rand({3, 2, 5, 7}));
  EXPECT_EQ(shared.sizes(), at::IntArrayRef({1, 2, 1, 1}));
  EXPECT_LT(largestOf(shared - 2), 1e-6);
  statistics.clear();
  EXPECT_TRUE(statistics.empty());
}

TEST(WholeStatistics, batchesCountByTheirPictures) {
  WholeStatistics statistics;
  meansGathered(statistics, flat(1, 3));
  EXPECT_LT(largestOf(meansGathered(statistics, flat(5)) - 2), 1e-6);  // what later layers see
  EXPECT_LT(largestOf(meansReplayed(statistics, flat(9)) - 2), 1e-6);
}

TEST(WholeStatistics, theRimsOfPatchesCountForNothing) {
  WholeStatistics statistics;
  at::Tensor x = flat(7);
  x.slice(2, 1, 7).slice(3, 1, 7).fill_(1);
  meansGathered(statistics, x, 0.125);
  EXPECT_LT(largestOf(meansReplayed(statistics, x) - 1), 1e-6);
}

TEST(WholeStatistics, areToldApartByTheirOrder) {
  WholeStatistics statistics;
  {
    const Scope scope(statistics, Use::Gather);
    channelMeans(flat(1));
    channelMeans(flat(2));
  }
  const Scope scope(statistics, Use::Replay);
  EXPECT_LT(largestOf(channelMeans(flat(0)) - 1), 1e-6);
  EXPECT_LT(largestOf(channelMeans(flat(0)) - 2), 1e-6);
  EXPECT_ANY_THROW(channelMeans(flat(0)));
}

TEST(WholeStatistics, viewsOfAPictureHaveTheirOwn) {
  WholeStatistics statistics;
  const auto views = [&](Use use, double of) {
    const Scope scope(statistics, use);
    std::vector<double> found;
    for (int view = 0; view < 3; ++view) {
      WholeStatistics::beginView(view);
      found.push_back(channelMeans(flat(of * view)).max().item<double>());
    }
    return found;
  };
  views(Use::Gather, 10);
  EXPECT_EQ(views(Use::Replay, 0), (std::vector<double>{0, 10, 20}));
}

TEST(WholeStatistics, nothingStaysBehindARunThatFailed) {
  WholeStatistics statistics;
  meansGathered(statistics, flat(1));
  try {
    const Scope scope(statistics, Use::Replay);
    throw std::runtime_error("failed");
  } catch (const std::runtime_error&) {
  }
  EXPECT_FALSE(WholeStatistics::inUse());
  EXPECT_LT(largestOf(channelMeans(flat(4)) - 4), 1e-6);
}

TEST(WholeStatistics, attentionBetweenChannelsOfPatchesIsThatOfThePictureTheyMake) {
  at::manual_seed(0);
  const at::Tensor qkv = at::randn({1, 8, 6, 12}), temperature = at::full({2, 1, 1}, 1.5);
  const at::Tensor whole = wholeTransposedAttention(qkv, 2, temperature);
  EXPECT_LT(largestOf(whole - transposedAttention(qkv.flatten(1, 2), 2, temperature).view({1, 8, 6, 4})), 1e-6);

  WholeStatistics statistics;
  {
    const Scope scope(statistics, Use::Gather);
    wholeTransposedAttention(at::cat(qkv.chunk(2, 1)), 2, temperature);
  }
  const Scope scope(statistics, Use::Replay);
  const at::Tensor tiles = wholeTransposedAttention(at::cat(qkv.chunk(2, 1)), 2, temperature);
  EXPECT_LT(largestOf(at::cat(tiles.chunk(2, 0), 1) - whole), 1e-5);
}

TEST(WholeStatistics, groupsOfPatchesAreNormedByThePictureTheyMake) {
  at::manual_seed(1);
  const torch::NoGradGuard noGrad;
  PlksrGroupNorm norm(8);
  randomise(*norm);
  // Its halves differ, and the mean is large beside what is left of it.
  const at::Tensor x = at::randn({1, 8, 8, 6}) * 0.1 + 30 + at::arange(8).view({1, 1, 8, 1});
  const at::Tensor whole = norm->forward(x);
  const at::Tensor halves = at::cat(x.chunk(2, 2));
  WholeStatistics together, apart;
  {
    const Scope scope(together, Use::Gather);
    norm->forward(halves);
  }
  for (const at::Tensor& half : x.chunk(2, 2)) {
    const Scope scope(apart, Use::Gather);
    norm->forward(half);
  }
  for (WholeStatistics* statistics : {&together, &apart}) {
    const Scope scope(*statistics, Use::Replay);
    EXPECT_LT(largestOf(at::cat(norm->forward(halves).chunk(2, 0), 2) - whole), 1e-4);
  }
}

TEST(WholeStatistics, tilesThatShareThemAgreeWhereTheyOverlap) {
  const torch::NoGradGuard noGrad;
  Rcan network(RcanConfig{.features = 16, .groups = 2, .blocks = 2, .enlargement = 2});
  randomise(*network);
  at::manual_seed(2);
  const at::Tensor picture = at::rand({1, 3, 24, 96}) * at::linspace(0.2, 1, 96);  // its halves differ
  // In the middle of what both tiles show, which the convolutions of neither see end.
  const auto apart = [&](const auto& restored) {
    const at::Tensor left = restored(picture.narrow(3, 0, 66)), right = restored(picture.narrow(3, 30, 66));
    return largestOf(left.narrow(3, 94, 4) - right.narrow(3, 34, 4));
  };
  const double alone = apart([&](const at::Tensor& tile) { return network->forward(tile); });
  WholeStatistics statistics;
  {
    const Scope scope(statistics, Use::Gather);
    network->forward(picture);
  }
  const double shared = apart([&](const at::Tensor& tile) {
    const Scope scope(statistics, Use::Replay);
    return network->forward(tile);
  });
  EXPECT_LT(shared, alone / 100);
}

TEST(WholeStatisticsOnAGpu, runsAreRecordedForEachPhotoAndNeverWhileTheyGather) {
  Observer observer;
  const auto log = std::make_shared<Repeated>();
  const auto make = [](const Settings&) -> models::Run {
    return [](const at::Tensor& x) { return x - channelMeans(x); };
  };
  const auto session = graphed(std::make_unique<FunctionSession>(Placement{}, Settings(), make), repeatingGraphs(log),
                               Settings(), Placement{}, observer);
  const auto expect = [&](const at::Tensor& result, double value) { EXPECT_LT(largestOf(result - value), 1e-6); };
  for (int i = 0; i < 3; ++i) expect(session->restore(flat(4)), 0);
  EXPECT_EQ(log->recorded, 1);

  for (const double photo : {1, 2}) {
    WholeStatistics statistics;
    for (int i = 0; i < 3; ++i) {
      const Scope scope(statistics, Use::Gather);
      expect(session->restore(flat(photo)), 0);
    }
    const int recorded = log->recorded;
    for (int i = 0; i < 3; ++i) {
      const Scope scope(statistics, Use::Replay);
      expect(session->restore(flat(4)), 4 - photo);
    }
    EXPECT_EQ(log->recorded, recorded + 1);
  }
  EXPECT_EQ(log->recorded, 3);
  EXPECT_TRUE(log->told.empty());
}

}  // namespace
}  // namespace heirloom::tests
