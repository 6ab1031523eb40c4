#include <gmock/gmock.h>

#include <cstring>

#include "core/colour/working_colour.h"
#include "core/photo/raw_file.h"
#include "tests/photo/pictures.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using core::ColourModel;
using core::SampleType;

/// The smallest DNG that developers accept: one uncompressed 16-bit Bayer mosaic and the matrix of its colours.
class Dng {
 public:
  Dng(std::uint16_t width, std::uint16_t height, std::uint16_t orientation) : width_(width), height_(height) {
    number(254, 4, {0});
    number(256, 3, {width});
    number(257, 3, {height});
    number(258, 3, {16});
    number(259, 3, {1});
    number(262, 3, {32803});  // a mosaic of colour filters
    text(271, "Maker");
    text(272, "Model");
    number(273, 4, {kSamples});
    number(274, 3, {orientation});
    number(277, 3, {1});
    number(278, 3, {height});
    number(279, 4, {2u * width * height});
    number(33421, 3, {2, 2});
    bytes(33422, {0, 1, 1, 2});  // RGGB
    bytes(50706, {1, 4, 0, 0});
    bytes(50707, {1, 1, 0, 0});
    text(50708, "Maker Model");
    number(50714, 3, {0});
    number(50717, 3, {65535});
    // XYZ to camera: the inverse of sRGB's primaries, so that the camera's colours are sRGB's.
    rationals(50721, {32406, -15372, -4986, -9689, 18758, 415, 557, -2040, 10570});
    rationals(50728, {10000, 10000, 10000});
    number(50778, 3, {21});  // D65
  }

  void write(const std::filesystem::path& file, const std::array<std::uint16_t, 4>& mosaic) const {
    std::vector<std::byte> out(kSamples + 2u * width_ * height_);
    std::size_t at = 0;
    const auto put = [&](std::uint64_t value, std::size_t size) {
      for (std::size_t i = 0; i < size; ++i) out[at++] = static_cast<std::byte>(value >> (8 * i) & 0xff);
    };
    put(0x002a4949, 4);
    put(8, 4);
    put(entries_.size(), 2);
    std::size_t heap = 8 + 2 + 12 * entries_.size() + 4;
    for (const Entry& entry : entries_) {
      put(entry.tag, 2);
      put(entry.type, 2);
      put(entry.count, 4);
      if (entry.data.size() <= 4) {
        std::memcpy(&out[at], entry.data.data(), entry.data.size());
        at += 4;
      } else {
        put(heap, 4);
        std::memcpy(&out[heap], entry.data.data(), entry.data.size());
        heap += entry.data.size() + entry.data.size() % 2;
      }
    }
    at = kSamples;
    for (std::size_t y = 0; y < height_; ++y) {
      for (std::size_t x = 0; x < width_; ++x) put(mosaic[y % 2 * 2 + x % 2], 2);
    }
    writeBytes(file, out);
  }

 private:
  static constexpr std::uint32_t kSamples = 1024;
  struct Entry {
    std::uint16_t tag;
    std::uint16_t type;
    std::size_t count;
    std::string data;
  };

  static void append(std::string& data, std::uint32_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) data += static_cast<char>(value >> (8 * i) & 0xff);
  }
  void number(std::uint16_t tag, std::uint16_t type, const std::vector<std::uint32_t>& values) {
    std::string data;
    for (const std::uint32_t value : values) append(data, value, type == 3 ? 2 : 4);
    entries_.push_back({tag, type, values.size(), data});
  }
  void bytes(std::uint16_t tag, const std::vector<char>& values) {
    entries_.push_back({tag, 1, values.size(), {values.begin(), values.end()}});
  }
  void text(std::uint16_t tag, const std::string& value) {
    entries_.push_back({tag, 2, value.size() + 1, value + std::string(1, '\0')});
  }
  void rationals(std::uint16_t tag, const std::vector<int>& tenThousandths) {
    std::string data;
    for (const int value : tenThousandths) {
      append(data, static_cast<std::uint32_t>(value), 4);
      append(data, 10000, 4);
    }
    entries_.push_back({tag, std::uint16_t(tag == 50721 ? 10 : 5), tenThousandths.size(), data});
  }

  std::uint16_t width_;
  std::uint16_t height_;
  std::vector<Entry> entries_;
};

TEST(RawFile, isDevelopedInItsColours) {
  const TemporaryFolder folder;
  Dng(160, 120, 1).write(folder / "a.dng", {32768, 16384, 16384, 8192});
  const core::Photo photo = core::readPhoto(folder / "a.dng");
  EXPECT_EQ(photo.format, core::FileFormat::Raw);
  const auto& layout = photo.raster->layout();
  EXPECT_EQ(layout.model, ColourModel::Rgb);
  EXPECT_EQ(layout.type, SampleType::UInt16);
  EXPECT_NEAR(static_cast<double>(layout.width), 160, 8);
  EXPECT_NEAR(static_cast<double>(layout.height), 120, 8);
  EXPECT_EQ(core::readHeader(folder / "a.dng").layout, layout);

  const core::WorkingColour colour(ColourModel::Rgb, photo.iccProfile);
  EXPECT_TRUE(colour.warnings().empty());
  std::vector<float> file(3);
  std::vector<float> working(3);
  toFloat(*photo.raster, {layout.width / 2, layout.height / 2, 1, 1}, file);
  colour.toWorking(file, working);
  // Linear 1/2, 1/4 and 1/8 through sRGB's curve.
  EXPECT_NEAR(working[0], 0.735, 0.02);
  EXPECT_NEAR(working[1], 0.537, 0.02);
  EXPECT_NEAR(working[2], 0.388, 0.02);
}

TEST(RawFile, isTurnedUprightAndKeepsItsTags) {
  const TemporaryFolder folder;
  Dng(160, 120, 6).write(folder / "a.dng", {32768, 16384, 16384, 8192});
  const core::Photo photo = core::readPhoto(folder / "a.dng");
  EXPECT_LT(photo.raster->width(), photo.raster->height());
  EXPECT_EQ(core::readHeader(folder / "a.dng").layout, photo.raster->layout());
  const std::string exif(reinterpret_cast<const char*>(photo.metadata.exif.data()), photo.metadata.exif.size());
  EXPECT_THAT(exif, ::testing::HasSubstr("Maker"));
  core::WriteOptions options;
  options.format = core::FileFormat::Tiff;
  core::writePhoto(photo, folder / "a.tif", options);
  EXPECT_EQ(largestDifference(*photo.raster, *core::readPhoto(folder / "a.tif").raster), 0);
}

TEST(RawFile, thatIsNoneIsAnError) {
  const TemporaryFolder folder;
  writeText(folder / "a.dng", std::string(5000, 'x'));
  EXPECT_THAT(errorOf([&] { core::readPhoto(folder / "a.dng"); }), ::testing::HasSubstr("not a picture"));
}

}  // namespace
}  // namespace heirloom::tests
