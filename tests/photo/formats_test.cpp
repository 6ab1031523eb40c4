#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "core/photo/signature.h"
#include "core/photo/sizes.h"
#include "tests/photo/format_table.h"
#include "tests/photo/pictures.h"
#include "tests/support/shared.h"

namespace heirloom::tests {

using core::FileFormat;
using ::testing::HasSubstr;

namespace {

std::string depth(int from, int to, bool lossless) {
  if (!lossless) return std::to_string(to) + " bits, lossy";
  if (from == to) return "exact";
  return std::to_string(to) + " bits, exact";
}

std::string yes(bool holds, const char* otherwise) {
  return holds ? "kept" : otherwise;
}

}  // namespace

std::string formatTableText() {
  std::string text =
      "| format | 8 bit | 16 bit | float | grey | alpha | CMYK | profile | metadata "
      "|\n|---|---|---|---|---|---|---|---|---|\n";
  for (const FormatRow& row : kFormatTable) {
    text += "| " + std::string(core::traits(row.format).name) + " | " + depth(8, row.fromEight, row.lossless) + " | " +
            depth(16, row.fromSixteen, row.lossless) + " | " + depth(32, row.fromFloat, row.lossless) + " | " +
            yes(row.grey, "as RGB") + " | " + yes(row.alpha, "on a background") + " | " + yes(row.cmyk, "to sRGB") +
            " | " + yes(row.keepsProfile, "to sRGB") + " | " + row.metadata + " |\n";
  }
  return text;
}

TEST(FormatTable, standsInTheReadme) {
  std::ifstream file(sourceFolder() / "tests/photo/README.md");
  const std::string readme((std::istreambuf_iterator<char>(file)), {});
  EXPECT_THAT(readme, HasSubstr(formatTableText()));
}

TEST(FormatTable, agreesWithTheTraits) {
  for (const FormatRow& row : kFormatTable) {
    const core::FormatTraits& traits = core::traits(row.format);
    SCOPED_TRACE(traits.name);
    EXPECT_TRUE(traits.writable);
    EXPECT_EQ(traits.lossless, row.lossless);
    EXPECT_EQ(traits.sixteenBit, row.fromSixteen == 16);
    EXPECT_EQ(traits.floatingPoint, row.fromFloat == 32);
    EXPECT_EQ(traits.grey, row.grey);
    EXPECT_EQ(traits.alpha, row.alpha);
    EXPECT_EQ(traits.cmyk, row.cmyk);
  }
}

TEST(Formats, areRowsInTheOrderOfTheirNumbers) {
  for (std::size_t i = 0; i < core::formats().size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(core::formats()[i].format), i);
  }
}

TEST(Formats, areFoundByExtensionInAnyCase) {
  EXPECT_EQ(core::formatOf("a.JPG"), FileFormat::Jpeg);
  EXPECT_EQ(core::formatOf("a.b.Tiff"), FileFormat::Tiff);
  EXPECT_EQ(core::formatOf("\xff\xfe\n.jxl"), FileFormat::JpegXl);
  EXPECT_EQ(core::formatOf("a.nef"), FileFormat::Raw);
  EXPECT_EQ(core::formatOf("a.svg"), std::nullopt);
  EXPECT_EQ(core::formatOf("jpg"), std::nullopt);
}

TEST(Formats, refuseAJpegOfMoreThan65535Pixels) {
  EXPECT_EQ(errorOf([] { core::requireFits(65535, 65535, FileFormat::Jpeg, "a.jpg"); }), "");
  const std::string error = errorOf([] { core::requireFits(65536, 10, FileFormat::Jpeg, "a.jpg"); });
  EXPECT_THAT(error, HasSubstr("a.jpg: 65536 x 10 pixels"));
  EXPECT_THAT(error, HasSubstr("65535"));
  EXPECT_THAT(errorOf([] { core::requireFits(10, 16384, FileFormat::WebP, "a.webp"); }), HasSubstr("16383"));
}

TEST(Signature, ofAPngTellsItsClaim) {
  const auto header = [](std::uint8_t depth, std::uint8_t colour) {
    const std::string text("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\1\x86\xa0\0\1\x86\xa0", 24);
    std::vector<std::byte> bytes(reinterpret_cast<const std::byte*>(text.data()),
                                 reinterpret_cast<const std::byte*>(text.data()) + text.size());
    bytes.push_back(std::byte{depth});
    bytes.push_back(std::byte{colour});
    return bytes;
  };
  EXPECT_EQ(core::pngClaim(header(8, 2)), 30'000'000'000u);
  EXPECT_EQ(core::pngClaim(header(1, 0)), 1'250'000'000u);
  EXPECT_EQ(core::pngClaim({}), 0u);
}

TEST(Sizes, readAsPeopleWriteThem) {
  EXPECT_EQ(core::sizeInWords(17), "17 bytes");
  EXPECT_EQ(core::sizeInWords(30'000'000'000), "30.0 GB");
  EXPECT_EQ(core::sizeInWords(999'999), "999.9 kB");
  EXPECT_EQ(core::sizeInWords(1'250'000), "1.2 MB");
}

}  // namespace heirloom::tests
