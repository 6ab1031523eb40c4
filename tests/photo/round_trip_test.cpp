#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <map>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/colour/working_colour.h"
#include "tests/photo/exiftool.h"
#include "tests/photo/format_table.h"
#include "tests/photo/pictures.h"
#include "tests/photo/profiles.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using core::ColourModel;
using core::FileFormat;
using core::Layout;
using core::SampleType;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kWidth = 83;
constexpr std::int64_t kHeight = 61;

int bitsKept(const FormatRow& row, SampleType type) {
  switch (type) {
    case SampleType::UInt8:
      return row.fromEight;
    case SampleType::UInt16:
      return row.fromSixteen;
    case SampleType::Float32:
      break;
  }
  return row.fromFloat;
}

/// Half a step of the kept depth; 0 where the kind of sample stays.
double tolerance(int bits, SampleType type) {
  if (bits == static_cast<int>(8 * core::sampleSize(type))) return 0;
  return 0.5 / ((1u << bits) - 1) + 1e-6 + (bits < 16 && bits > 8 ? 0.5 / 65535 : 0);
}

core::WriteOptions losslessly(FileFormat format) {
  core::WriteOptions options;
  options.format = format;
  options.lossless = true;
  return options;
}

/// Runs another program, in whose words IN and OUT stand for files.
void runProgram(std::string words, const std::filesystem::path& in, const std::filesystem::path& out) {
  words.replace(words.find("OUT"), 3, out.string());
  words.replace(words.find("IN"), 2, in.string());
  EXPECT_EQ(std::system((words + " >/dev/null 2>&1").c_str()), 0) << words;
}

class RoundTrip : public ::testing::TestWithParam<FormatRow> {};

INSTANTIATE_TEST_SUITE_P(Formats, RoundTrip, ::testing::ValuesIn(kFormatTable), nameOf);

TEST_P(RoundTrip, keepsSamplesAsTheTableSays) {
  const FormatRow& row = GetParam();
  const TemporaryFolder folder;
  for (const ColourModel model : {ColourModel::Grey, ColourModel::Rgb, ColourModel::Cmyk}) {
    for (const bool alpha : {false, true}) {
      for (const SampleType type : {SampleType::UInt8, SampleType::UInt16, SampleType::Float32}) {
        if ((model == ColourModel::Cmyk && !row.cmyk) || (model == ColourModel::Grey && !row.grey) ||
            (alpha && !row.alpha)) {
          continue;
        }
        SCOPED_TRACE(std::to_string(colourBands(model)) + (alpha ? " bands and alpha, " : " bands, ") +
                     std::to_string(8 * core::sampleSize(type)) + " bits");
        const auto file = fileIn(folder, row.format);
        auto options = losslessly(row.format);
        options.overwrite = true;
        options.quality = 100;
        const core::Photo photo = photoOf({kWidth, kHeight, model, alpha, type});
        const auto warnings = core::writePhoto(photo, file, options);
        const core::Photo back = core::readPhoto(file);
        ASSERT_EQ(back.raster->layout().model, model);
        ASSERT_EQ(back.raster->layout().alpha, alpha);
        const int bits = bitsKept(row, type);
        EXPECT_EQ(8 * sampleSize(back.raster->layout().type), bits <= 8 ? 8u : bits <= 16 ? 16u : 32u);
        EXPECT_EQ(warnings.empty(), bits == static_cast<int>(8 * sampleSize(type)));
        // A JPEG of quality 100 still rounds its cosines and its YCbCr.
        EXPECT_LE(largestDifference(*photo.raster, *back.raster), row.lossless ? tolerance(bits, type) : 0.02);
        EXPECT_EQ(back.lossless, row.lossless);
      }
    }
  }
}

TEST_P(RoundTrip, writesWhatIsReadWithoutAnyChangeAgain) {
  const FormatRow& row = GetParam();
  if (!row.lossless) GTEST_SKIP() << "a lossy format";
  const TemporaryFolder folder;
  core::writePhoto(photoOf({kWidth, kHeight, ColourModel::Rgb, false, SampleType::UInt16}), fileIn(folder, row.format),
                   losslessly(row.format));
  const core::Photo first = core::readPhoto(fileIn(folder, row.format));
  const auto again = folder / ("again" + fileIn(folder, row.format).extension().string());
  EXPECT_EQ(core::writePhoto(first, again, losslessly(row.format)).size(),
            first.raster->layout().type == SampleType::UInt16 && row.fromSixteen != 16 ? 1u : 0u);
  EXPECT_EQ(largestDifference(*first.raster, *core::readPhoto(again).raster), 0);
}

TEST_P(RoundTrip, keepsTheBytesOfEveryProfile) {
  const FormatRow& row = GetParam();
  const TemporaryFolder folder;
  for (const NamedProfile& profile : profiles()) {
    SCOPED_TRACE(profile.name);
    if ((profile.model == ColourModel::Cmyk && !row.cmyk) || (profile.model == ColourModel::Grey && !row.grey))
      continue;
    const auto file = fileIn(folder, row.format);
    auto options = losslessly(row.format);
    options.overwrite = true;
    const core::Photo photo = photoOf({kWidth, kHeight, profile.model, false, SampleType::UInt8}, profile.bytes);
    core::writePhoto(photo, file, options);
    const core::Photo back = core::readPhoto(file);
    EXPECT_THAT(back.warnings, IsEmpty());
    EXPECT_EQ(back.iccProfile, profile.bytes);
    EXPECT_EQ(back.lossless, row.lossless);
    // JPEG XL packs the profile into its codestream, where ExifTool does not look.
    const bool packed = row.format == FileFormat::JpegXl;
    const auto unpacked = folder / "unpacked.png";
    if (packed) runProgram("djxl IN OUT", file, unpacked);
    EXPECT_EQ(profileIn(packed ? unpacked : file), profile.bytes);
  }
}

TEST_P(RoundTrip, survivesOnePixelAndLongStrips) {
  const FormatRow& row = GetParam();
  const TemporaryFolder folder;
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 10000}, {10000, 1}}) {
    SCOPED_TRACE(std::to_string(width) + " x " + std::to_string(height));
    const auto file = fileIn(folder, row.format);
    auto options = losslessly(row.format);
    options.overwrite = true;
    const core::Photo photo = photoOf({width, height, ColourModel::Rgb, false, SampleType::UInt8});
    core::writePhoto(photo, file, options);
    const core::Photo back = core::readPhoto(file);
    EXPECT_LE(largestDifference(*photo.raster, *back.raster), row.lossless ? 0 : 0.3);
  }
}

TEST_P(RoundTrip, turnsCmykIntoSrgbWhereItMust) {
  const FormatRow& row = GetParam();
  if (row.cmyk) GTEST_SKIP() << "it holds CMYK";
  const TemporaryFolder folder;
  const core::Photo photo = photoOf({kWidth, kHeight, ColourModel::Cmyk, true, SampleType::UInt8}, profile("CMYK"));
  const auto warnings = core::writePhoto(photo, fileIn(folder, row.format), losslessly(row.format));
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings.front().english(), HasSubstr("CMYK"));
  const core::Photo back = core::readPhoto(fileIn(folder, row.format));
  ASSERT_EQ(back.raster->layout().model, ColourModel::Rgb);
  EXPECT_TRUE(back.raster->layout().alpha);
  // The CMYK profile says nothing about the new samples; JPEG XL names sRGB by a profile of its own.
  EXPECT_THAT(back.warnings, IsEmpty());
  EXPECT_TRUE(core::WorkingColour(ColourModel::Rgb, back.iccProfile).isIdentity());

  const core::WorkingColour colour(ColourModel::Cmyk, photo.iccProfile);
  std::vector<float> inks(5);
  std::vector<float> expected(3);
  std::vector<float> found(4);
  toFloat(*photo.raster, {40, 30, 1, 1}, inks);
  toFloat(*back.raster, {40, 30, 1, 1}, found);
  colour.toWorking(std::span(inks).first(4), expected);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(found[i], std::clamp(expected[i], 0.0f, 1.0f), 0.5 / 255 + 1e-5);
  EXPECT_FLOAT_EQ(found[3], inks[4]);
}

TEST(RoundTrip, keepsSixteenBitGreyWithAlpha) {
  const TemporaryFolder folder;
  for (const FileFormat format : {FileFormat::Png, FileFormat::Tiff, FileFormat::JpegXl, FileFormat::Jpeg2000}) {
    SCOPED_TRACE(core::traits(format).name);
    const core::Photo photo = photoOf({1, 1, ColourModel::Grey, true, SampleType::UInt16});
    core::writePhoto(photo, fileIn(folder, format), losslessly(format));
    EXPECT_EQ(largestDifference(*photo.raster, *core::readPhoto(fileIn(folder, format)).raster), 0);
  }
}

TEST(RoundTrip, keepsFloatsBeyondWhiteInTiff) {
  const TemporaryFolder folder;
  core::Photo photo;
  const auto raster = std::make_shared<core::Raster>(Layout{2, 1, ColourModel::Rgb, false, SampleType::Float32});
  const std::vector<float> samples = {-0.25f, 1.5f, 1e6f, 0.1f, 1e-30f, 1};
  fromFloat(samples, {0, 0, 2, 1}, *raster);
  photo.raster = raster;
  core::writePhoto(photo, folder / "a.tif", losslessly(FileFormat::Tiff));
  const core::Photo back = core::readPhoto(folder / "a.tif");
  EXPECT_THAT(back.raster->samples<float>(0), ::testing::ElementsAreArray(samples));
}

/// `file`, which another program wrote, has the samples of `raster`, RGB or RGBA.
void expectSamples(const std::filesystem::path& file, const core::Raster& raster) {
  cv::Mat picture = cv::imread(file.string(), cv::IMREAD_UNCHANGED);
  ASSERT_EQ(picture.size(), cv::Size(kWidth, kHeight));
  ASSERT_EQ(picture.elemSize(), raster.row(0).size() / kWidth);
  cv::cvtColor(picture, picture, raster.layout().alpha ? cv::COLOR_BGRA2RGBA : cv::COLOR_BGR2RGB);
  for (std::int64_t y = 0; y < kHeight; ++y)
    ASSERT_EQ(std::memcmp(picture.ptr(static_cast<int>(y)), raster.row(y).data(), raster.row(y).size()), 0);
}

/// The programs of libjxl, libheif and OpenJPEG read the same samples from our files.
TEST(RoundTrip, isReadByOtherPrograms) {
  const TemporaryFolder folder;
  const std::map<FileFormat, std::string> programs = {{FileFormat::JpegXl, "djxl IN OUT"},
                                                      {FileFormat::Heif, "heif-convert IN OUT"},
                                                      {FileFormat::Avif, "heif-convert IN OUT"},
                                                      {FileFormat::Jpeg2000, "opj_decompress -i IN -o OUT"}};
  for (const auto& [format, program] : programs) {
    for (const SampleType type : {SampleType::UInt8, SampleType::UInt16}) {
      const bool heif = format == FileFormat::Heif || format == FileFormat::Avif;
      if (heif && type == SampleType::UInt16) continue;  // they hold 12 bits at most
      SCOPED_TRACE(program + " " + std::to_string(8 * core::sampleSize(type)));
      auto options = losslessly(format);
      options.overwrite = true;
      const core::Photo photo = photoOf({kWidth, kHeight, ColourModel::Rgb, false, type});
      core::writePhoto(photo, fileIn(folder, format), options);
      runProgram(program, fileIn(folder, format), folder / "decoded.png");
      expectSamples(folder / "decoded.png", *photo.raster);
    }
  }
}

/// OpenCV's own codecs read the same samples from our files.
TEST(RoundTrip, isReadByOtherCodecs) {
  const TemporaryFolder folder;
  for (const FileFormat format : {FileFormat::Png, FileFormat::Tiff, FileFormat::WebP}) {
    for (const SampleType type : {SampleType::UInt8, SampleType::UInt16}) {
      if (format == FileFormat::WebP && type == SampleType::UInt16) continue;
      SCOPED_TRACE(std::string(core::traits(format).name) + " " + std::to_string(8 * core::sampleSize(type)));
      auto options = losslessly(format);
      options.overwrite = true;
      // libtiff's way to read 8 bits multiplies with alpha.
      const bool alpha = format != FileFormat::Tiff;
      const core::Photo photo = photoOf({kWidth, kHeight, ColourModel::Rgb, alpha, type});
      core::writePhoto(photo, fileIn(folder, format), options);
      expectSamples(fileIn(folder, format), *photo.raster);
    }
  }
}

/// Lossy formats differ by at most one code value from the same samples coded by somebody else at the same settings.
TEST(RoundTrip, jpegAndWebPEqualADirectEncoding) {
  const TemporaryFolder folder;
  const core::Photo photo = photoOf({256, 192, ColourModel::Rgb, false, SampleType::UInt8});
  cv::Mat direct(192, 256, CV_8UC3);
  for (int y = 0; y < 192; ++y) std::memcpy(direct.ptr(y), photo.raster->row(y).data(), photo.raster->row(y).size());
  cv::cvtColor(direct, direct, cv::COLOR_RGB2BGR);
  for (const auto& [format, quality] :
       {std::pair{FileFormat::Jpeg, 85}, {FileFormat::Jpeg, 40}, {FileFormat::WebP, 80}}) {
    SCOPED_TRACE(std::string(core::traits(format).name) + " " + std::to_string(quality));
    core::WriteOptions options;
    options.format = format;
    options.quality = quality;
    options.overwrite = true;
    core::writePhoto(photo, fileIn(folder, format), options);
    const auto other = folder / ("direct" + fileIn(folder, format).extension().string());
    cv::imwrite(other.string(), direct,
                {format == FileFormat::Jpeg ? cv::IMWRITE_JPEG_QUALITY : cv::IMWRITE_WEBP_QUALITY, quality});
    EXPECT_LE(largestDifference(*core::readPhoto(fileIn(folder, format)).raster, *core::readPhoto(other).raster),
              1.0 / 255 + 1e-6);
  }
}

/// The same of the formats whose encoders have programs of their own, which decode both files, at our usual quality.
TEST(RoundTrip, otherLossyFormatsEqualADirectEncoding) {
  const TemporaryFolder folder;
  const core::Photo photo = photoOf({256, 192, ColourModel::Rgb, false, SampleType::UInt8});
  core::writePhoto(photo, folder / "source.png", losslessly(FileFormat::Png));
  const cv::Mat source = cv::imread((folder / "source.png").string());
  const std::tuple<FileFormat, const char*, const char*> programs[] = {
      {FileFormat::Heif, "heif-enc -q 95 -p chroma=444 -p preset=fast IN -o OUT", "heif-convert IN OUT"},
      {FileFormat::Avif, "heif-enc -q 95 -p chroma=444 -p speed=7 IN -o OUT", "heif-convert IN OUT"},
      {FileFormat::JpegXl, "cjxl -q 95 -e 4 IN OUT", "djxl IN OUT"},
      // libvips' profile, and its two resolutions for a picture of this size.
      {FileFormat::Jpeg2000,
       "opj_compress -q 95 -I -p RPCL -n 2 -c [256,256],[256,256] -b 64,64 -t 512,512 -i IN -o OUT",
       "opj_decompress -i IN -o OUT"}};
  for (const auto& [format, encode, decode] : programs) {
    SCOPED_TRACE(encode);
    const auto file = fileIn(folder, format);
    const auto other = folder / ("direct" + file.extension().string());
    core::WriteOptions options;
    options.format = format;
    core::writePhoto(photo, file, options);
    runProgram(encode, folder / "source.png", other);
    runProgram(decode, file, folder / "own.png");
    runProgram(decode, other, folder / "direct.png");
    const cv::Mat own = cv::imread((folder / "own.png").string());
    const cv::Mat direct = cv::imread((folder / "direct.png").string());
    ASSERT_EQ(own.size(), source.size());
    ASSERT_EQ(direct.size(), source.size());
    EXPECT_LE(cv::norm(own, direct, cv::NORM_INF), 1);
    // Measured: 0.5 to 1.7 codes in the mean, most of it noise that was left out. Wrong colours are farther away.
    EXPECT_LE(cv::norm(own, source, cv::NORM_L1), 2.5 * 3 * static_cast<double>(source.total()));
    EXPECT_FALSE(core::readPhoto(file).lossless);
  }
}

TEST(RoundTrip, jpegTakesOverQualityAndSubsampling) {
  const TemporaryFolder folder;
  for (const bool subsampled : {false, true}) {
    core::Photo photo = photoOf({64, 64, ColourModel::Rgb, false, SampleType::UInt8});
    photo.format = FileFormat::Jpeg;
    photo.jpegQuality = 71;
    photo.jpegSubsampled = subsampled;
    core::WriteOptions options;
    options.format = FileFormat::Jpeg;
    options.overwrite = true;
    core::writePhoto(photo, folder / "a.jpg", options);
    const core::Photo back = core::readPhoto(folder / "a.jpg");
    EXPECT_EQ(back.jpegQuality, 71);
    EXPECT_EQ(back.jpegSubsampled, subsampled);
    EXPECT_EQ(tagsOf(folder / "a.jpg")["File:YCbCrSubSampling"], subsampled ? "2 2" : "1 1");
  }
}

TEST(RoundTrip, putsAlphaOnTheBackgroundForJpeg) {
  const TemporaryFolder folder;
  core::Photo photo;
  const auto raster = std::make_shared<core::Raster>(Layout{8, 8, ColourModel::Rgb, true, SampleType::UInt8});
  photo.raster = raster;  // all zero: black and fully transparent
  core::WriteOptions options;
  options.format = FileFormat::Jpeg;
  options.quality = 100;
  const auto warnings = core::writePhoto(photo, folder / "white.jpg", options);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings.front().english(), HasSubstr("transparency"));
  EXPECT_EQ(core::losses(photo, options), warnings);
  EXPECT_EQ(core::readPhoto(folder / "white.jpg").raster->row(4)[12], std::byte{255});
  options.background = {1, 0, 0};
  core::writePhoto(photo, folder / "red.jpg", options);
  const core::Photo red = core::readPhoto(folder / "red.jpg");
  EXPECT_NEAR(std::to_integer<int>(red.raster->row(4)[12]), 255, 2);
  EXPECT_NEAR(std::to_integer<int>(red.raster->row(4)[13]), 0, 2);
}

TEST(RoundTrip, expandsSingleBits) {
  const TemporaryFolder folder;
  cv::Mat bits(5, 9, CV_8UC1);
  for (int i = 0; i < 45; ++i) bits.data[i] = static_cast<std::uint8_t>(i % 3 == 0 ? 255 : 0);
  cv::imwrite((folder / "bits.png").string(), bits, {cv::IMWRITE_PNG_BILEVEL, 1});
  const core::Photo photo = core::readPhoto(folder / "bits.png");
  EXPECT_EQ(photo.raster->layout(), (Layout{9, 5, ColourModel::Grey, false, SampleType::UInt8}));
  EXPECT_EQ(std::memcmp(photo.raster->row(0).data(), bits.data, 45), 0);
}

TEST(RoundTrip, writesWithANewNameOnlyAndNamesOfAnyBytes) {
  const TemporaryFolder folder;
  const core::Photo photo = photoOf({8, 8, ColourModel::Rgb, false, SampleType::UInt8});
  for (const std::string name :
       {"-o.png", "a b[page=2].png", "\xf0\x9f\x93\xb7.png", "\xff\xfe.png", "line\nbreak.png"}) {
    core::writePhoto(photo, folder / name, losslessly(FileFormat::Png));
    EXPECT_EQ(largestDifference(*photo.raster, *core::readPhoto(folder / name).raster), 0) << name;
  }
}

TEST(RoundTrip, keepsTheResolution) {
  const TemporaryFolder folder;
  for (const FileFormat format : {FileFormat::Jpeg, FileFormat::Png, FileFormat::Tiff}) {
    SCOPED_TRACE(core::traits(format).name);
    core::Photo photo = photoOf({8, 8, ColourModel::Rgb, false, SampleType::UInt8});
    photo.pixelsPerMillimetreX = photo.pixelsPerMillimetreY = 300 / 25.4;
    core::writePhoto(photo, fileIn(folder, format), losslessly(format));
    EXPECT_NEAR(core::readPhoto(fileIn(folder, format)).pixelsPerMillimetreX, 300 / 25.4, 0.05);
  }
}

}  // namespace
}  // namespace heirloom::tests
