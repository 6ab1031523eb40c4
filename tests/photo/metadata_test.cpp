#include <gmock/gmock.h>

#include <set>

#include "core/photo/memory.h"
#include "tests/photo/exiftool.h"
#include "tests/photo/format_table.h"
#include "tests/photo/pictures.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using core::ColourModel;
using core::FileFormat;
using core::SampleType;
using core::Strip;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kPacket =
    "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
    "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
    "xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\""
    " xmlns:exif=\"http://ns.adobe.com/exif/1.0/\" xmlns:odd=\"http://example.org/odd/7/\" tiff:Orientation=\"6\""
    " exif:GPSLatitude=\"48,8.5N\" odd:flag=\"yes &amp; no\">\n"
    "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">Gro\xc3\x9fmutter</rdf:li></rdf:Alt></dc:title>\n"
    "<odd:Deep rdf:parseType=\"Resource\"><odd:Kept>\xe5\x86\x99\xe7\x9c\x9f</odd:Kept></odd:Deep>\n"
    "</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"w\"?>";

/// A JPEG whose metadata ExifTool wrote: all three standards, non-ASCII text, a place, a thumbnail, orientation 6.
std::filesystem::path source(const TemporaryFolder& folder, const std::string& name = "source.jpg") {
  const auto file = folder / name;
  core::WriteOptions options;
  options.format = *core::formatOf(file);
  core::writePhoto(photoOf({64, 48, ColourModel::Rgb, false, SampleType::UInt8}), file, options);
  writeText(folder / "packet.xmp", kPacket);
  // In one call, because ExifTool takes a second to start.
  std::vector<std::string> tags = {"-q",
                                   "-overwrite_original",
                                   "-n",
                                   "-XMP<=" + (folder / "packet.xmp").string(),
                                   "-EXIF:Make=Maker",
                                   "-EXIF:Model=Model 7",
                                   "-EXIF:Artist=Zo\xc3\xab",
                                   "-EXIF:ExposureTime=0.004",
                                   "-EXIF:FNumber=2.8",
                                   "-EXIF:ISO=200",
                                   "-EXIF:DateTimeOriginal=2001:02:03 04:05:06",
                                   "-EXIF:UserComment=\xe5\x86\x99\xe7\x9c\x9f",
                                   "-EXIF:LensModel=Lens",
                                   "-EXIF:Software=Camera 1.0",
                                   "-EXIF:GPSLatitude=48.1416",
                                   "-EXIF:GPSLatitudeRef=N",
                                   "-EXIF:GPSLongitude=11.5",
                                   "-EXIF:GPSLongitudeRef=E",
                                   "-EXIF:ExifImageWidth=64",
                                   "-EXIF:ExifImageHeight=48"};
  if (options.format == FileFormat::Jpeg || options.format == FileFormat::Tiff) {
    tags.insert(tags.end(), {"-IPTC:Caption-Abstract=M\xc3\xbcnchen", "-IPTC:City=Ulm", "-IPTC:CodedCharacterSet=UTF8",
                             "-IPTC:Keywords=one", "-IPTC:Keywords=two"});
  }
  if (options.format == FileFormat::Jpeg) {
    core::WriteOptions small;
    small.format = FileFormat::Jpeg;
    core::writePhoto(photoOf({16, 12, ColourModel::Rgb, false, SampleType::UInt8}), folder / "small.jpg", small);
    tags.insert(tags.end(), {"-ThumbnailImage<=" + (folder / "small.jpg").string(), "-EXIF:Orientation=1"});
  }
  exiftool(tags, file);
  return file;
}

const std::set<std::string> kExifGroups = {"IFD0", "ExifIFD", "GPS", "InteropIFD", "MakerNotes"};

/// EXIF tags without those that say how this one file is built, or that may change.
std::map<std::string, std::string> exifOf(const std::filesystem::path& file) {
  const std::set<std::string> structure = {
      "ImageWidth",          "ImageHeight",      "BitsPerSample",   "Compression",     "PhotometricInterpretation",
      "StripOffsets",        "Orientation",      "SamplesPerPixel", "RowsPerStrip",    "StripByteCounts",
      "PlanarConfiguration", "Predictor",        "SampleFormat",    "ExtraSamples",    "Software",
      "XResolution",         "YResolution",      "ResolutionUnit",  "ThumbnailOffset", "SubfileType",
      "ThumbnailLength",     "YCbCrPositioning", "FillOrder",       "ExifVersion",     "ComponentsConfiguration",
      "FlashpixVersion",     "Exif_0x0001"};
  std::map<std::string, std::string> exif;
  for (const auto& [name, value] : tagsOf(file)) {
    const std::size_t colon = name.find(':');
    if (kExifGroups.contains(name.substr(0, colon)) && !structure.contains(name.substr(colon + 1))) exif[name] = value;
  }
  return exif;
}

core::WriteOptions to(FileFormat format) {
  core::WriteOptions options;
  options.format = format;
  options.overwrite = true;
  return options;
}

class KeptMetadata : public ::testing::TestWithParam<FormatRow> {
 protected:
  bool holds(const char* standard) const {
    return std::string(GetParam().metadata).find(standard) != std::string::npos;
  }
  TemporaryFolder folder_;
  std::filesystem::path result_ = fileIn(folder_, GetParam().format);
};

INSTANTIATE_TEST_SUITE_P(Formats, KeptMetadata, ::testing::ValuesIn(kFormatTable), nameOf);

TEST_P(KeptMetadata, equalsTheSourceOrIsNamedAsLost) {
  const auto file = source(folder_);
  const core::Photo photo = core::readPhoto(file);
  EXPECT_THAT(photo.warnings, IsEmpty());
  const auto warnings = core::writePhoto(photo, result_, to(GetParam().format));
  auto found = tagsOf(result_);
  if (holds("EXIF")) {
    EXPECT_EQ(exifOf(result_), exifOf(file));
    EXPECT_EQ(found["IFD0:Software"], "Camera 1.0");
  }
  if (holds("IPTC")) {
    EXPECT_EQ(found["IPTC:Caption-Abstract"], "M\xc3\xbcnchen");
    EXPECT_EQ(found["IPTC:Keywords"], "one, two");
  }
  if (holds("XMP")) {
    EXPECT_EQ(found["XMP-dc:Title"], "Gro\xc3\x9fmutter");
    EXPECT_EQ(found["XMP-odd:Flag"], "yes & no");
    EXPECT_EQ(found["XMP-odd:DeepKept"], "\xe5\x86\x99\xe7\x9c\x9f");
    EXPECT_EQ(found["XMP-tiff:Orientation"], "1");
  }
  std::string lost;
  for (const Message& warning : warnings) lost += warning.english();
  for (const char* standard : {"EXIF", "IPTC", "XMP"})
    EXPECT_EQ(lost.find(standard) == std::string::npos, holds(standard));
}

TEST_P(KeptMetadata, isReadBackAsItWasWritten) {
  const core::Photo photo = core::readPhoto(source(folder_));
  core::writePhoto(photo, result_, to(GetParam().format));
  const core::Photo back = core::readPhoto(result_);
  EXPECT_THAT(back.warnings, IsEmpty());
  EXPECT_EQ(back.metadata.exif.empty(), !holds("EXIF"));
  EXPECT_EQ(back.metadata.iptc.empty(), !holds("IPTC"));
  // In TIFF Exiv2 writes XMP anew; what it says is the same, and the test above looks at that.
  if (holds("XMP") && GetParam().format != FileFormat::Tiff) {
    EXPECT_EQ(back.metadata.xmp, photo.metadata.xmp);
  }
  if (holds("EXIF")) {
    const auto again = folder_ / "again.jpg";
    core::writePhoto(back, again, to(FileFormat::Jpeg));
    EXPECT_EQ(exifOf(again), exifOf(folder_ / "source.jpg"));
  }
}

TEST_P(KeptMetadata, carriesRecipeAndSoftware) {
  const core::Photo photo = core::readPhoto(source(folder_));
  auto options = to(GetParam().format);
  options.recipe = "version: 1\nsteps:\n  - model: \"a <b> & c\"\n    strength: 0.5\n";
  options.software = "Heirloom 0.1";
  const auto warnings = core::writePhoto(photo, result_, options);
  if (!holds("XMP")) {
    EXPECT_THAT(warnings.front().english(), HasSubstr("XMP"));
    return;
  }
  EXPECT_EQ(core::embeddedRecipe(core::readPhoto(result_).metadata), options.recipe);
  auto found = tagsOf(result_);
  EXPECT_THAT(found["XMP-heirloom:Recipe"], HasSubstr("a <b> & c"));
  EXPECT_EQ(found["XMP-xmp:CreatorTool"], "Heirloom 0.1");
  EXPECT_EQ(found["IFD0:Software"], "Heirloom 0.1");
  EXPECT_EQ(found["XMP-odd:Flag"], "yes & no");

  options.strip = Strip::Recipe;
  core::writePhoto(core::readPhoto(result_), result_, options);
  EXPECT_EQ(core::embeddedRecipe(core::readPhoto(result_).metadata), "");
  EXPECT_FALSE(tagsOf(result_).contains("XMP-heirloom:Recipe"));
}

TEST_P(KeptMetadata, losesPlacesOrEverythingWhenAsked) {
  const auto file = source(folder_);
  const core::Photo photo = core::readPhoto(file);
  ASSERT_THAT(exiftool({"-a", "-G1", "-s"}, file), HasSubstr("GPSLatitude"));
  auto options = to(GetParam().format);
  options.strip = Strip::Gps;
  core::writePhoto(photo, result_, options);
  const std::string rest = exiftool({"-a", "-G1", "-s"}, result_);
  EXPECT_THAT(rest, Not(HasSubstr("GPS")));
  EXPECT_THAT(rest, Not(HasSubstr("Ulm")));
  if (holds("EXIF")) {
    EXPECT_THAT(rest, HasSubstr("Lens"));
  }
  if (holds("XMP")) {
    EXPECT_THAT(rest, HasSubstr("Title"));
  }

  options.strip = Strip::All;
  options.recipe = "version: 1\n";
  options.software = "Heirloom";
  core::writePhoto(photo, result_, options);
  const std::string nothing = exiftool({"-a", "-G1", "-s"}, result_);
  for (const char* word : {"Maker", "Lens", "Title", "IPTC", "XMP", "Heirloom"})
    EXPECT_THAT(nothing, Not(HasSubstr(word)));
}

TEST(Metadata, losesTheThumbnailOfTheOldPicture) {
  const TemporaryFolder folder;
  const auto file = source(folder);
  ASSERT_TRUE(tagsOf(file).contains("IFD1:ThumbnailLength"));
  core::writePhoto(core::readPhoto(file), folder / "result.jpg", to(FileFormat::Jpeg));
  EXPECT_FALSE(tagsOf(folder / "result.jpg").contains("IFD1:ThumbnailLength"));
}

TEST(Metadata, namesTheSizeOfTheNewPicture) {
  const TemporaryFolder folder;
  core::Photo photo = core::readPhoto(source(folder));
  photo.raster = picture({128, 96, ColourModel::Rgb, false, SampleType::UInt8});
  core::writePhoto(photo, folder / "result.jpg", to(FileFormat::Jpeg));
  auto found = tagsOf(folder / "result.jpg");
  EXPECT_EQ(found["ExifIFD:ExifImageWidth"], "128");
  EXPECT_EQ(found["ExifIFD:ExifImageHeight"], "96");
}

TEST(Metadata, keepsNotesOfAnUnknownMaker) {
  const TemporaryFolder folder;
  const auto file = source(folder);
  const std::string note = "Heirloom's unknown notes \x01\x02\x03 of a camera";
  writeText(folder / "note", note);
  exiftool({"-q", "-overwrite_original", "-MakerNotes<=" + (folder / "note").string()}, file);
  exiftool({"-q", "-overwrite_original", "-MakerNoteUnknownText<=" + (folder / "note").string()}, file);
  core::writePhoto(core::readPhoto(file), folder / "result.jpg", to(FileFormat::Jpeg));
  EXPECT_EQ(exifOf(folder / "result.jpg"), exifOf(file));
}

class MetadataSource : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Extensions, MetadataSource,
                         ::testing::Values("jpg", "png", "tif", "webp", "heic", "avif", "jxl"));

TEST_P(MetadataSource, isReadWhoeverWroteIt) {
  const TemporaryFolder folder;
  const auto file = source(folder, std::string("source.") + GetParam());
  const core::Photo photo = core::readPhoto(file);
  for (const Message& warning : photo.warnings) ADD_FAILURE() << warning.english();
  core::writePhoto(photo, folder / "result.tif", to(FileFormat::Tiff));
  auto found = tagsOf(folder / "result.tif");
  EXPECT_EQ(found["ExifIFD:LensModel"], "Lens");
  EXPECT_EQ(found["ExifIFD:UserComment"], "\xe5\x86\x99\xe7\x9c\x9f");
  EXPECT_EQ(found["GPS:GPSLatitude"], "48.1416");
  EXPECT_EQ(found["XMP-odd:DeepKept"], "\xe5\x86\x99\xe7\x9c\x9f");
}

TEST(Metadata, leavesNoneWhereThereWasNone) {
  const TemporaryFolder folder;
  for (const FormatRow& row : kFormatTable) {
    SCOPED_TRACE(core::traits(row.format).name);
    const auto file = folder / ("a." + std::string(core::traits(row.format).extensions.front()));
    EXPECT_THAT(core::writePhoto(photoOf({16, 16, ColourModel::Rgb, false, SampleType::UInt8}), file, to(row.format)),
                IsEmpty());
    EXPECT_TRUE(core::readPhoto(file).metadata.xmp.empty());
    EXPECT_TRUE(core::readPhoto(file).metadata.iptc.empty());
    EXPECT_THAT(exiftool({"-a", "-G0", "-s"}, file), Not(HasSubstr("[XMP]")));
    // The size of a TIFF stands in the tags that EXIF shares with it.
    if (row.format != FileFormat::Tiff) {
      EXPECT_THAT(core::readPhoto(file).metadata.exif, IsEmpty());
      EXPECT_THAT(exiftool({"-a", "-G0", "-s"}, file), Not(HasSubstr("[EXIF]")));
    }
  }
}

TEST(Metadata, isNamedAsLostInATiffOfMoreThan4Gb) {
  const core::RoomForTest room({.memory = 2'000'000'000, .scratch = 0, .scratchFolder = {}});
  core::Photo photo;
  // 768 MB that nobody touches, which take no memory. As floats they are 3 GB, and packing may make them half as many
  // again.
  photo.raster =
      std::make_shared<core::Raster>(core::Layout{16'000, 16'000, ColourModel::Rgb, false, SampleType::UInt8});
  photo.metadata.xmp = kPacket;
  core::WriteOptions options = to(FileFormat::Tiff);
  EXPECT_THAT(core::losses(photo, options), IsEmpty());
  options.depth = SampleType::Float32;
  const auto warnings = core::losses(photo, options);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings.front().english(), HasSubstr("more than 4 GB is written without metadata"));
}

}  // namespace
}  // namespace heirloom::tests
