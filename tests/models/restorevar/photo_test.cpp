#include "models/restorevar/photo.h"

#include <c10/util/Exception.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <vector>

#include "models/common/resampling.h"
#include "tests/models/restorevar/golden.h"
#include "tests/support/shared.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

constexpr PhotoCut kSmallCut{.side = 64, .overlap = 16};

at::Tensor identity(const at::Tensor& squares, std::int64_t) {
  return squares;
}

double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

at::Tensor gradient(std::int64_t height, std::int64_t width) {
  const at::Tensor y = at::linspace(0.2, 0.8, height).view({1, 1, height, 1});
  const at::Tensor x = at::linspace(-0.1, 0.1, width).view({1, 1, 1, width});
  return (y + x).expand({1, 3, height, width}).contiguous();
}

TEST(RestoreVarPhoto, eightBitLanczosIsPillowsToTheByte) {
  REQUIRE_SHARED(file, "conformance/restorevar.json");
  std::ifstream in(file);
  const nlohmann::json unit = nlohmann::json::parse(in)["unit_T4"];
  const at::Tensor bytes = ((goldenUniform("lanczos", {17, 23, 3}) + 1) * 127.99).floor();
  ASSERT_EQ(bytes.sum().item<double>(), unit["pil_lanczos_src_17x23x3"]["sum"].get<double>());
  const at::Tensor picture = (bytes / 255).to(at::kFloat).permute({2, 0, 1}).unsqueeze(0);
  for (const auto& [name, expected] : unit["pil_lanczos"].items()) {
    const std::int64_t width = std::stoll(name), height = std::stoll(name.substr(name.find('x') + 1));
    const at::Tensor own = (resizedIn8Bits(picture, height, width)[0] * 255).round().permute({1, 2, 0}).flatten();
    EXPECT_EQ(own.sum().item<double>(), expected["sum"].get<double>()) << name;
    if (!expected.contains("data")) continue;
    const at::Tensor values = at::tensor(expected["data"].get<std::vector<double>>(), at::kFloat);
    EXPECT_TRUE(at::equal(own.narrow(0, 0, values.numel()), values)) << name;  // the record holds the first ones
  }
}

TEST(RestoreVarPhoto, sharesOfTilesAddUpToOneWithinThePhoto) {
  for (const std::int64_t length : {64, 65, 100, 111, 112, 113, 160, 161, 500}) {
    const TileRow row = tileRow(length, kSmallCut.side, kSmallCut.overlap, 64);
    at::Tensor sum = at::zeros({length});
    for (std::size_t i = 0; i < row.starts.size(); ++i) sum.narrow(0, row.starts[i], 64).add_(row.shares[i]);
    EXPECT_EQ(row.starts.front(), 0);
    EXPECT_EQ(row.starts.back() + 64, length);
    EXPECT_LT((sum - 1).abs().max().item<double>(), 1e-5) << length;
  }
}

TEST(RestoreVarPhoto, aNetworkThatChangesNothingGivesThePhotoBackInAnySize) {
  const at::Tensor texture = at::rand({1, 3, 200, 300});
  for (const auto& [height, width] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {1, 1}, {1, 200}, {63, 64}, {64, 64}, {65, 64}, {100, 70}, {3, 300}, {200, 300}}) {
    const at::Tensor photo = texture.narrow(2, 0, height).narrow(3, 0, width);
    const at::Tensor result = restoredAsTiles(photo, kSmallCut, identity);
    ASSERT_EQ(result.sizes(), photo.sizes());
    EXPECT_LT(difference(result, photo), 1e-5) << height << " x " << width;
  }
  const at::Tensor smooth = gradient(130, 190);
  // Lanczos bends a gradient at its ends.
  EXPECT_LT(difference(restoredAsSquare(smooth, kSmallCut, identity), smooth), 3.0 / 255);
}

TEST(RestoreVarPhoto, aNetworkThatChangesNothingGivesThePhotoBackAroundThePublicSquare) {
  const PhotoCut cut;
  for (const auto& [height, width] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{1, 1}, {511, 511}, {512, 512}, {513, 513}, {1000, 700}}) {
    const at::Tensor photo = at::rand({1, 3, height, width});
    EXPECT_LT(difference(restoredAsTiles(photo, cut, identity), photo), 1e-5) << height << " x " << width;
  }
}

// Each square gets a light of its own, as a restoration of haze does: the whole photo's has to win.
TEST(RestoreVarPhoto, tilesAgreeAcrossSeamsOnAGradient) {
  const auto moody = [](const at::Tensor& squares, std::int64_t first) {
    return first == 0 ? squares : squares + (first % 2 ? 0.1 : -0.1);
  };
  const at::Tensor photo = gradient(150, 170);
  const at::Tensor result = restoredAsTiles(photo, kSmallCut, moody);
  EXPECT_LT(difference(result, photo), 2.0 / 255);
  const at::Tensor step = (result.diff(1, 3) - photo.diff(1, 3)).abs();
  EXPECT_LT(step.max().item<double>(), 1.0 / 255);
}

TEST(RestoreVarPhoto, detailBringsBackWhatTheSquareCannotHold) {
  const at::Tensor photo = gradient(256, 256) + 0.05 * (at::rand({1, 3, 256, 256}) - 0.5);
  const auto lost = [&](double detail) {
    PhotoCut cut = kSmallCut;
    cut.detail = detail;
    return (restoredAsSquare(photo, cut, identity) - photo).square().mean().item<double>();
  };
  EXPECT_LT(lost(1), 0.2 * lost(0));
}

/// The structure is coarse and strong, what the network loses fine and faint.
TEST(RestoreVarPhoto, detailBringsBackWhatATileLoses) {
  const at::Tensor wave = 0.5 + 0.2 * at::sin(at::arange(170, at::kFloat) * (2 * M_PI / 48));
  const at::Tensor photo = wave.expand({1, 3, 150, 170}) + 0.05 * (at::rand({1, 3, 150, 170}) - 0.5);
  const auto soft = [](const at::Tensor& squares, std::int64_t) {
    const at::Tensor blur = gaussianMatrix(squares.size(2), 1);
    return resampled(squares, blur, blur);
  };
  // In tiles, and as one padded square.
  for (const at::Tensor& part : {photo, photo.narrow(2, 0, 50).narrow(3, 0, 60)}) {
    const auto lost = [&](double detail) {
      PhotoCut cut = kSmallCut;
      cut.detail = detail;
      return (restoredAsTiles(part, cut, soft) - part).square().mean().item<double>();
    };
    EXPECT_LT(lost(1), 0.3 * lost(0)) << part.sizes();
  }
}

/// The network darkens every tile and leaves the whole as it is.
TEST(RestoreVarPhoto, tilesFollowTheWholePhotoUnlessTheyAreToldNotTo) {
  PhotoCut cut = kSmallCut;
  const at::Tensor photo = at::full({1, 3, 150, 170}, 0.8);
  const auto restored = [&](bool whole) {
    cut.whole = whole;
    return restoredAsTiles(photo, cut, [&](const at::Tensor& squares, std::int64_t first) {
      return whole && first == 0 ? squares : squares / 2;
    });
  };
  EXPECT_LT(difference(restored(true), photo), 1e-2);
  EXPECT_LT(difference(restored(false), photo / 2), 1e-5);
}

TEST(RestoreVarPhoto, squaresOfSeveralPicturesAreNumberedOneAfterTheOther) {
  struct Case {
    std::int64_t height, width;
    bool whole;
  };
  for (const Case& each : {Case{40, 30, true}, Case{100, 70, true}, Case{100, 70, false}}) {
    PhotoCut cut = kSmallCut;
    cut.whole = each.whole;
    std::vector<std::int64_t> firsts;
    const auto network = [&](const at::Tensor& squares, std::int64_t first) {
      firsts.push_back(first);
      return squares;
    };
    restoredAsTiles(at::rand({2, 3, each.height, each.width}), cut, network);
    std::vector<std::int64_t> expected(static_cast<std::size_t>(2 * squaresOf(each.height, each.width, cut)));
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(firsts, expected) << each.height << ' ' << each.whole;
  }
}

TEST(RestoreVarPhoto, batchesOfTilesGiveWhatSingleOnesGive) {
  const at::Tensor photo = at::rand({1, 3, 150, 170});
  PhotoCut together = kSmallCut;
  together.batch = 5;
  const auto network = [](const at::Tensor& squares, std::int64_t) { return squares * squares; };
  EXPECT_LT(difference(restoredAsTiles(photo, kSmallCut, network), restoredAsTiles(photo, together, network)), 1e-5);
}

TEST(RestoreVarPhoto, fewerTilesGoTogetherWhereMemoryRunsOut) {
  const at::Tensor photo = at::rand({1, 3, 150, 170});
  PhotoCut together = kSmallCut;
  together.batch = 8;
  std::vector<std::int64_t> counts, firsts;
  const auto most = [&](std::int64_t fits) {
    counts.clear();
    firsts.clear();
    return [&, fits](const at::Tensor& squares, std::int64_t first) {
      TORCH_CHECK_WITH(OutOfMemoryError, squares.size(0) <= fits, "full");
      counts.push_back(squares.size(0));
      firsts.push_back(first);
      return squares * squares;
    };
  };
  const at::Tensor result = restoredAsTiles(photo, together, most(2));
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}), squaresOf(150, 170, together));
  EXPECT_EQ(*std::ranges::max_element(counts), 2);
  for (std::size_t i = 1; i < counts.size(); ++i) EXPECT_EQ(firsts[i], firsts[i - 1] + counts[i - 1]);
  EXPECT_LT(difference(result, restoredAsTiles(photo, kSmallCut, most(1))), 1e-5);
  EXPECT_THROW(restoredAsTiles(photo, together, most(0)), c10::OutOfMemoryError);
}

}  // namespace
}  // namespace heirloom::tests
