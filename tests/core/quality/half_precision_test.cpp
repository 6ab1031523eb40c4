// bfloat16 beside float32 on real photos with every published checkpoint at hand. The table "bfloat16 beside float32"
// of models/README.md comes from here: HEIRLOOM_FULL=1 takes whole photos and prints its rows.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <set>

#include "core/library/library.h"
#include "core/photo/photo.h"
#include "core/quality/evaluate.h"
#include "models/kernels/processor.h"
#include "models/registry.h"
#include "tests/models/support/public_files.h"
#include "tests/support/shared.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::core {
namespace {

namespace fs = std::filesystem;

constexpr double kUnseen = 0.05;  // dB: where `auto` may choose it
constexpr double kOnTiles = 0.2;  // dB: where weights are rounded, too, and it must be asked for
constexpr std::int64_t kPiece = 256;
constexpr std::size_t kPieces = 3;
constexpr const char* kShipped = ModelLibrary::kDefaultModel;

std::vector<fs::path> photosIn(const fs::path& folder) {
  std::vector<fs::path> photos;
  for (const auto& entry : fs::directory_iterator(folder)) photos.push_back(entry.path());
  std::ranges::sort(photos);
  return photos;
}

void writePiece(const fs::path& photo, const fs::path& target) {
  const Photo whole = readPhoto(photo);
  const Box box{(whole.raster->width() - kPiece) / 2, (whole.raster->height() - kPiece) / 2, kPiece, kPiece};
  std::vector<float> samples(static_cast<std::size_t>(kPiece * kPiece * 3));
  toFloat(*whole.raster, box, samples);
  const auto raster = std::make_shared<Raster>(Layout{kPiece, kPiece, ColourModel::Rgb, false, SampleType::UInt8});
  fromFloat(samples, {0, 0, kPiece, kPiece}, *raster);
  Photo piece;
  piece.raster = raster;
  writePhoto(piece, target, {.format = FileFormat::Png});
}

class HalfPrecision : public testing::TestWithParam<const char*> {
 protected:
  /// Published, or the one that is shipped.
  static fs::path checkpointOf(const fs::path& shared) {
    const std::string name = GetParam();
    if (name == kShipped) return tests::sourceFolder() / "resources/models" / (name + ".safetensors");
    return shared / "checkpoints" / (name + ".pth");
  }

  /// Noise of 25, or a picture made smaller.
  static Degradation degradationFor(const models::Descriptor& network) {
    Degradation degradation;
    if (network.scale > 1)
      degradation.scale = network.scale;
    else
      degradation.sigma = 25;
    return degradation;
  }

  static void expectTheSame(const fs::path& checkpoint, const fs::path& photos, bool says) {
    const auto network = models::open(checkpoint);
    EXPECT_TRUE(network->descriptor().nearInBfloat16) << "what stays near may be run so by itself";
    EvaluationOptions options;
    options.degradation = degradationFor(network->descriptor());
    const Evaluation full = evaluate(network, photos, options);
    options.placement.precision = at::kBFloat16;
    const Evaluation half = evaluate(network, photos, options);
    ASSERT_EQ(half.pictures.size(), full.pictures.size());
    const double allowed = models::processor().bfloat16NearFloat32() ? kUnseen : kOnTiles;
    for (std::size_t i = 0; i < full.pictures.size(); ++i) {
      EXPECT_GT(half.pictures[i].psnr, full.pictures[i].psnr - allowed) << full.pictures[i].file.filename();
      EXPECT_GT(full.pictures[i].psnr, full.degraded[i].psnr) << "nothing was restored";
    }
    if (says) {
      std::printf("| %s | %.3f | %.3f |\n", checkpoint.stem().c_str(), meanOf(full.pictures).psnr,
                  meanOf(half.pictures).psnr);
    }
  }
};

// Families that are not measured here may not claim it.
TEST(NearInBfloat16, areTheFamiliesWhoseWeightsAreMeasured) {
  std::set<std::string> near;
  for (const tests::NetworkFacts& facts : tests::factsOfEveryFamily()) {
    if (facts.nearInBfloat16) near.insert(facts.family);
  }
  EXPECT_EQ(near, (std::set<std::string>{"DnCNN", "FDnCNN", "FFDNet", "IMDN"}));
}

TEST_P(HalfPrecision, losesNothingThatIsSeen) {
  REQUIRE_SHARED(shared, "");
  if (!models::processor().avx512Bf16) GTEST_SKIP() << "this processor multiplies no bfloat16";
  const tests::TemporaryFolder pieces;
  std::vector<fs::path> photos = photosIn(shared / "photos/eval");
  photos.resize(std::min(kPieces, photos.size()));
  for (const fs::path& photo : photos) writePiece(photo, pieces / (photo.stem().string() + ".png"));
  expectTheSame(checkpointOf(shared), pieces.path(), false);
}

TEST_P(HalfPrecision, fullSetLosesNothingThatIsSeen) {
  REQUIRE_SHARED(shared, "");
  if (!std::getenv("HEIRLOOM_FULL")) GTEST_SKIP() << "whole photos take minutes: set HEIRLOOM_FULL=1";
  expectTheSame(checkpointOf(shared), shared / "photos/eval", true);
}

INSTANTIATE_TEST_SUITE_P(Shared, HalfPrecision,
                         testing::Values("dncnn_15", "dncnn_25", "dncnn_50", "dncnn3", "fdncnn_gray", "fdncnn_color",
                                         "ffdnet_gray", "ffdnet_color", "imdn_x4", "imdn_original_x4", kShipped),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace heirloom::core
