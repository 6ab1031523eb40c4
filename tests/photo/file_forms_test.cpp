#include <gmock/gmock.h>
#include <vips/vips.h>
#include <zlib.h>

#include <array>
#include <cstring>

#include "core/photo/photo.h"
#include "tests/photo/pictures.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using core::ColourModel;
using core::FileFormat;
using core::Layout;
using core::SampleType;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Bytes = std::vector<std::uint8_t>;

void append(Bytes& bytes, std::initializer_list<int> more) {
  for (const int value : more) bytes.push_back(static_cast<std::uint8_t>(value));
}

void appendNumber(Bytes& bytes, std::size_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

void appendChunk(Bytes& png, const char* type, const Bytes& data) {
  appendNumber(png, data.size());
  const std::size_t start = png.size();
  for (int i = 0; i < 4; ++i) png.push_back(static_cast<std::uint8_t>(type[i]));
  png.insert(png.end(), data.begin(), data.end());
  appendNumber(png, crc32(0, png.data() + start, static_cast<uInt>(png.size() - start)));
}

constexpr std::array<std::array<int, 4>, 3> kPalette = {{{255, 0, 10, 255}, {0, 200, 20, 0}, {30, 40, 250, 128}}};

/// 4 x 2 pixels of `bits` each: palette entries 0 1 2 0 and 2 2 1 0. ISO 15948, 11.2.
Bytes palettePng(int bits, bool transparent) {
  constexpr std::array<std::array<int, 4>, 2> kPixels = {{{0, 1, 2, 0}, {2, 2, 1, 0}}};
  Bytes rows;
  for (const auto& row : kPixels) {
    rows.push_back(0);  // no filter
    for (std::size_t at = 0; at < 4;) {
      int byte = 0;
      for (int used = 0; used < 8; used += bits) byte = byte << bits | (at < 4 ? row[at++] : 0);
      rows.push_back(static_cast<std::uint8_t>(byte));
    }
  }
  Bytes packed(compressBound(rows.size()));
  uLongf size = packed.size();
  compress(packed.data(), &size, rows.data(), rows.size());
  packed.resize(size);

  Bytes png;
  append(png, {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
  Bytes header;
  append(header, {0, 0, 0, 4, 0, 0, 0, 2, bits, 3, 0, 0, 0});
  appendChunk(png, "IHDR", header);
  Bytes colours;
  Bytes alphas;
  for (const auto& colour : kPalette) {
    append(colours, {colour[0], colour[1], colour[2]});
    append(alphas, {colour[3]});
  }
  appendChunk(png, "PLTE", colours);
  if (transparent) appendChunk(png, "tRNS", alphas);
  appendChunk(png, "IDAT", packed);
  appendChunk(png, "IEND", {});
  return png;
}

void write(const std::filesystem::path& file, const Bytes& bytes) {
  const auto* start = reinterpret_cast<const std::byte*>(bytes.data());
  writeBytes(file, {start, start + bytes.size()});
}

TEST(FileForms, palettesBecomeTheirColours) {
  const TemporaryFolder folder;
  for (const int bits : {2, 4, 8}) {
    for (const bool transparent : {false, true}) {
      SCOPED_TRACE(std::to_string(bits) + (transparent ? " bits, transparent" : " bits"));
      write(folder / "a.png", palettePng(bits, transparent));
      const core::Photo photo = core::readPhoto(folder / "a.png");
      EXPECT_THAT(photo.warnings, IsEmpty());
      ASSERT_EQ(photo.raster->layout(), (Layout{4, 2, ColourModel::Rgb, transparent, SampleType::UInt8}));
      const std::size_t bands = transparent ? 4 : 3;
      for (const auto& [x, y, entry] : {std::tuple{0, 0, 0}, {1, 0, 1}, {2, 0, 2}, {1, 1, 2}, {3, 1, 0}}) {
        for (std::size_t band = 0; band < bands; ++band) {
          EXPECT_EQ(photo.raster->samples<std::uint8_t>(y)[static_cast<std::size_t>(x) * bands + band],
                    kPalette[static_cast<std::size_t>(entry)][band])
              << x << ' ' << y;
        }
      }
    }
  }
}

TEST(FileForms, coloursUnderFullTransparencySurviveSaving) {
  const TemporaryFolder folder;
  write(folder / "a.png", palettePng(8, true));
  const core::Photo photo = core::readPhoto(folder / "a.png");
  core::writePhoto(photo, folder / "b.png", {});
  EXPECT_EQ(largestDifference(*photo.raster, *core::readPhoto(folder / "b.png").raster), 0);
}

/// A picture of two frames, 2 x 1, colours 0 1 and 1 0 of black, white, red, green; colour 1 is transparent if asked.
/// GIF89a, sections 18 to 27 and appendix F.
Bytes gif(bool transparent, int frames) {
  Bytes bytes;
  for (const char letter : std::string("GIF89a")) bytes.push_back(static_cast<std::uint8_t>(letter));
  append(bytes, {2, 0, 1, 0, 0x91, 0, 0});  // size, table of four colours
  append(bytes, {0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 255, 0});
  for (int frame = 0; frame < frames; ++frame) {
    append(bytes, {0x21, 0xf9, 4, transparent ? 1 : 0, 0, 0, 1, 0});
    append(bytes, {0x2c, 0, 0, 0, 0, 2, 0, 1, 0, 0});
    // Codes of three bits, lowest first: clear (4), two pixels, end (5).
    const int codes = 4 | (frame == 0 ? 2 : 1) << 3 | (frame == 0 ? 1 : 2) << 6 | 5 << 9;
    append(bytes, {2, 2, codes & 0xff, codes >> 8, 0});
  }
  append(bytes, {0x3b});
  return bytes;
}

TEST(FileForms, gifIsReadAndItsFirstFrameTaken) {
  const TemporaryFolder folder;
  write(folder / "a.gif", gif(false, 1));
  const core::Photo still = core::readPhoto(folder / "a.gif");
  EXPECT_THAT(still.warnings, IsEmpty());
  EXPECT_EQ(still.format, FileFormat::Gif);
  EXPECT_TRUE(still.lossless);
  ASSERT_EQ(still.raster->layout(), (Layout{2, 1, ColourModel::Rgb, false, SampleType::UInt8}));
  EXPECT_THAT(still.raster->samples<std::uint8_t>(0), ElementsAre(255, 0, 0, 255, 255, 255));

  write(folder / "b.gif", gif(true, 2));
  const core::Photo moving = core::readPhoto(folder / "b.gif");
  ASSERT_THAT(moving.warnings, SizeIs(1));
  EXPECT_THAT(moving.warnings.front().english(), HasSubstr("it holds 2 pictures; the first was taken"));
  EXPECT_EQ(core::readHeader(folder / "b.gif").pages, 2);
  ASSERT_EQ(moving.raster->layout(), (Layout{2, 1, ColourModel::Rgb, true, SampleType::UInt8}));
  EXPECT_EQ(std::to_integer<int>(moving.raster->row(0)[3]), 255);
  EXPECT_EQ(std::to_integer<int>(moving.raster->row(0)[7]), 0);
}

TEST(FileForms, gifIsNotWritten) {
  const TemporaryFolder folder;
  core::WriteOptions options;
  options.format = FileFormat::Gif;
  const core::Photo photo = photoOf({4, 4, ColourModel::Rgb, false, SampleType::UInt8});
  EXPECT_THAT(errorOf([&] { core::writePhoto(photo, folder / "a.gif", options); }),
              HasSubstr("GIF is read, not written"));
  EXPECT_THAT(namesIn(folder.path()), IsEmpty());
}

TEST(FileForms, bigTiffIsReadLikeTheClassicForm) {
  const TemporaryFolder folder;
  for (const SampleType type : {SampleType::UInt8, SampleType::UInt16}) {
    const core::Photo photo = photoOf({40, 30, ColourModel::Rgb, true, type});
    core::WriteOptions options;
    options.format = FileFormat::Tiff;
    options.overwrite = true;
    core::writePhoto(photo, folder / "classic.tif", options);
    VipsImage* image = vips_image_new_from_file((folder / "classic.tif").c_str(), nullptr);
    ASSERT_TRUE(image);
    ASSERT_EQ(vips_tiffsave(image, (folder / "big.tif").c_str(), "bigtiff", TRUE, nullptr), 0);
    g_object_unref(image);
    ASSERT_EQ(bytesOf(folder / "big.tif")[2], std::byte{43});  // its version number
    const core::Photo back = core::readPhoto(folder / "big.tif");
    ASSERT_THAT(back.warnings, SizeIs(1));
    EXPECT_THAT(back.warnings.front().english(), HasSubstr("BigTIFF, whose metadata cannot be read"));
    EXPECT_EQ(back.format, FileFormat::Tiff);
    EXPECT_EQ(back.raster->layout(), photo.raster->layout());
    EXPECT_EQ(largestDifference(*photo.raster, *back.raster), 0);
  }
}

}  // namespace
}  // namespace heirloom::tests
