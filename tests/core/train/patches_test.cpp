#include "core/train/patches.h"

#include <gmock/gmock.h>
#include <torch/types.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/degrade/filter.h"
#include "models/common/error.h"
#include "tests/core/train/training_run.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::core;
using testing::AllOf;
using testing::HasSubstr;

constexpr int kHeight = 40, kWidth = 56, kSide = 16;

/// One photo, in which no two pixels are alike: red counts columns, green counts rows.
class PatchesOfOnePhoto : public TrainingRun {
 protected:
  PatchesOfOnePhoto() {
    auto raster = std::make_shared<Raster>(Layout{kWidth, kHeight, ColourModel::Rgb, false, SampleType::UInt8});
    for (int y = 0; y < kHeight; ++y) {
      const auto row = raster->samples<std::uint8_t>(y);
      for (std::size_t x = 0; x < kWidth; ++x) {
        row[3 * x] = static_cast<std::uint8_t>(x);
        row[3 * x + 1] = static_cast<std::uint8_t>(y);
        row[3 * x + 2] = 0;
      }
    }
    Photo photo;
    photo.raster = raster;
    std::filesystem::create_directory(folder_ / "one");
    writePhoto(photo, file_, {.format = FileFormat::Png});
    config_.dataset = {folder_ / "one", {1.0}, kSide, 4};
  }

  Patches::Batch drawn(int count) const {
    Random random(1);
    return Patches(config_.dataset, config_.degradation, 3).draw(count, random);
  }

  const std::filesystem::path file_ = folder_ / "one" / "gradient.png";
};

std::array<int, 6> numbersOf(const at::Tensor& place) {
  std::array<int, 6> numbers;
  for (std::size_t i = 0; i < 6; ++i) numbers[i] = place[static_cast<std::int64_t>(i)].item<int>();
  return numbers;
}

TEST_F(PatchesOfOnePhoto, placesAreThoseInThePhotoAsItIsTurned) {
  const Patches::Batch batch = drawn(40);
  const at::Tensor photo = readPicture(file_, 3);
  std::set<int> met;
  for (std::int64_t i = 0; i < batch.count(); ++i) {
    const auto [height, width, top, left, tall, wide] = numbersOf(batch.places[i]);
    EXPECT_EQ(tall, kSide);
    EXPECT_EQ(wide, kSide);
    int fitting = 0;
    for (int way = 0; way < 8; ++way) {
      const at::Tensor turned = at::rot90(way % 2 ? photo.flip({2}) : photo, way / 2, {1, 2});
      if (turned.size(1) != height || turned.size(2) != width) continue;
      if (!at::allclose(turned.narrow(1, top, kSide).narrow(2, left, kSide), batch.clean[i], 0, 1e-4)) continue;
      ++fitting;
      met.insert(way);
    }
    EXPECT_EQ(fitting, 1) << i;
  }
  EXPECT_EQ(met.size(), 8U);
}

TEST_F(PatchesOfOnePhoto, aDegradedPatchIsItsPlaceOfADegradedPhoto) {
  // Dims every pixel alike, and so says whether both are the same place; never moves what it sees.
  config_.degradation.kinds["low_light"] = {
      {"alpha", {1, 1}}, {"beta", {1, 1}}, {"gamma", {2, 2}}, {"shot", {0, 0}}, {"read", {0, 0}}};
  const Patches::Batch dimmed = drawn(40);
  EXPECT_THAT((dimmed.clean.square() - dimmed.degraded).abs().max().item<double>(), testing::Lt(1e-4));
  EXPECT_EQ(dimmed.degraded.sizes(), at::IntArrayRef({40, 3, kSide, kSide}));
}

TEST_F(PatchesOfOnePhoto, blurComesInOverThePatchsEdges) {
  config_.dataset.turns = false;
  config_.degradation.kinds["motion_blur"] = {{"length", {9, 9}}, {"angle", {0, 0}}};
  const Patches::Batch batch = drawn(40);
  int within = 0;
  for (std::int64_t i = 0; i < batch.count(); ++i) {
    const int left = numbersOf(batch.places[i])[3];
    if (left < 5 || left > kWidth - kSide - 5) continue;
    ++within;
    // Along a ramp a blur changes nothing, unless an edge is repeated.
    EXPECT_LT((batch.clean[i][0] - batch.degraded[i][0]).abs().max().item<double>(), 0.5 / 255) << left;
  }
  EXPECT_GT(within, 0);
}

TEST_F(PatchesOfOnePhoto, aReducedPhotoIsStillAsLargeAsItWas) {
  config_.dataset.scales = {0.5};
  config_.dataset.turns = false;
  const Patches::Batch batch = drawn(20);
  std::int64_t lowest = 0;
  for (std::int64_t i = 0; i < batch.count(); ++i) {
    const auto [height, width, top, left, tall, wide] = numbersOf(batch.places[i]);
    EXPECT_EQ(height, kHeight);
    EXPECT_EQ(width, kWidth);
    EXPECT_LE(top, kHeight / 2 - kSide);
    EXPECT_LE(left, kWidth / 2 - kSide);
    lowest = std::max<std::int64_t>(lowest, left);
    // A column of the reduced photo is two of the photo's.
    EXPECT_NEAR(batch.clean[i][0][8][8].item<double>() * 255, 2 * (left + 8) + 0.5, 1.5);
  }
  EXPECT_GT(lowest, 0);
}

TEST_F(PatchesOfOnePhoto, aPhotoIsReducedToTheShortSideThatIsAskedFor) {
  config_.dataset.shortSide = kHeight / 2;
  config_.dataset.turns = false;
  Patches::Batch batch = drawn(200);
  std::int64_t lowest = 0, rightmost = 0;
  for (std::int64_t i = 0; i < batch.count(); ++i) {
    const auto [height, width, top, left, tall, wide] = numbersOf(batch.places[i]);
    EXPECT_EQ(height, kHeight);
    EXPECT_EQ(width, kWidth);
    lowest = std::max<std::int64_t>(lowest, top);
    rightmost = std::max<std::int64_t>(rightmost, left);
    // A column of the reduced photo is two of the photo's.
    EXPECT_NEAR(batch.clean[i][0][8][8].item<double>() * 255, 2 * (left + 8) + 0.5, 1.5);
  }
  EXPECT_EQ(lowest, kHeight / 2 - kSide);
  EXPECT_EQ(rightmost, kWidth / 2 - kSide);

  config_.dataset.shortSide = 2 * kHeight;  // nothing is enlarged
  batch = drawn(20);
  for (std::int64_t i = 0; i < batch.count(); ++i) {
    const auto [height, width, top, left, tall, wide] = numbersOf(batch.places[i]);
    EXPECT_NEAR(batch.clean[i][0][8][8].item<double>() * 255, left + 8, 1e-3);
    EXPECT_NEAR(batch.clean[i][1][8][8].item<double>() * 255, top + 8, 1e-3);
  }
}

TEST_F(PatchesOfOnePhoto, aShortSideGoesByTheShorterOfTheTwo) {
  const at::Tensor picture = at::rand({3, 30, 20});
  EXPECT_EQ(withShortSide(picture, 10).sizes().vec(), (std::vector<std::int64_t>{3, 15, 10}));
  EXPECT_EQ(withShortSide(picture.transpose(1, 2), 10).sizes().vec(), (std::vector<std::int64_t>{3, 10, 15}));
  EXPECT_TRUE(at::equal(withShortSide(picture, 20), picture));
}

TEST_F(PatchesOfOnePhoto, severalFoldersGiveAsManyPatchesAsTheyWeigh) {
  // By its area the one photo is an eleventh of all.
  config_.dataset.folder.clear();
  config_.dataset.folders = {{folder_ / "one", 3}, {folder_ / "photos", 1}};
  const Patches::Batch batch = drawn(400);
  int ofTheOne = 0;
  for (std::int64_t i = 0; i < batch.count(); ++i) {
    const auto [height, width, top, left, tall, wide] = numbersOf(batch.places[i]);
    ofTheOne += std::max(height, width) == kWidth;
  }
  EXPECT_NEAR(ofTheOne, 300, 45);

  config_.dataset.patch = kHeight + 8;
  try {
    drawn(1);
    ADD_FAILURE() << "a folder without a photo as large as a patch was taken";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr((folder_ / "one").string()));
  }
}

TEST_F(PatchesOfOnePhoto, aTextBesideAPhotoIsItsCaption) {
  EXPECT_EQ(drawn(2).captions, (std::vector<std::string>{"", ""}));
  std::ofstream(folder_ / "one" / "gradient.txt") << "\n a wall,\r\nred \n";
  EXPECT_EQ(captionOf(file_), "a wall,  red");
  EXPECT_EQ(drawn(1).captions, std::vector<std::string>{"a wall,  red"});
  std::ofstream(folder_ / "one" / "gradient.txt") << "\n \n";
  EXPECT_EQ(captionOf(file_), "");
  std::ofstream(folder_ / "one" / "gradient.txt") << "a\xff";
  try {
    drawn(1);
    ADD_FAILURE() << "a caption that is no UTF-8 was taken";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("gradient.txt"), HasSubstr("UTF-8")));
  }
}

class SharpenedPhotos : public TrainingRun {
 protected:
  /// Whether a patch is what lies at its place in one of the photos as `make` makes them.
  template <typename Make>
  bool isOfAPhoto(const Patches::Batch& batch, std::int64_t i, const Make& make) const {
    const std::array<int, 6> place = numbersOf(batch.places[i]);
    return std::ranges::any_of(picturesIn(config_.dataset.folder), [&](const std::filesystem::path& file) {
      const at::Tensor photo = make(readPicture(file, 3));
      const at::Tensor cut = photo.narrow(1, place[2], place[4]).narrow(2, place[3], place[5]);
      return at::allclose(cut, batch.clean[i], 0, 0.6 / 255);
    });
  }
};

TEST_F(SharpenedPhotos, areWhatIsLearnedAndDegraded) {
  config_.dataset = {folder_ / "photos", {1.0}, 24, 4, /*turns=*/false, /*sharpen=*/true};
  config_.degradation.sigma = {0, 0};
  Random random(1);
  const Patches::Batch batch = Patches(config_.dataset, config_.degradation, 3).draw(8, random);
  for (std::int64_t i = 0; i < batch.count(); ++i) {
    EXPECT_TRUE(isOfAPhoto(batch, i, sharpened)) << i;
    EXPECT_FALSE(isOfAPhoto(batch, i, [](const at::Tensor& photo) { return photo; })) << i;
  }
  EXPECT_TRUE(at::equal(batch.degraded, batch.clean));
}

TEST_F(PatchesOfOnePhoto, partsOfABatchKeepTheirPlaceInIt) {
  const Patches::Batch batch = drawn(4), part = batch.part(1, 2);
  EXPECT_TRUE(at::equal(part.clean, batch.clean.slice(0, 1, 3)));
  EXPECT_TRUE(at::equal(part.degraded, batch.degraded.slice(0, 1, 3)));
  EXPECT_TRUE(at::equal(part.places, batch.places.slice(0, 1, 3)));
  EXPECT_EQ(part.captions.size(), 2U);
  EXPECT_EQ(part.first, 1);
  EXPECT_EQ(part.together, 4);
  EXPECT_EQ(part.part(1, 1).first, 2);
  EXPECT_EQ(part.part(1, 1).together, 4);
}

}  // namespace
}  // namespace heirloom::tests
