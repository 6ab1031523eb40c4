#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/colour/working_colour.h"
#include "core/photo/decoding.h"
#include "core/photo/jp2_boxes.h"
#include "core/photo/jpeg_tables.h"
#include "core/photo/memory.h"
#include "core/photo/metadata.h"
#include "core/photo/photo.h"
#include "core/photo/raw_file.h"
#include "core/photo/signature.h"
#include "core/photo/sizes.h"

namespace heirloom::core {
namespace {

Message tryAnother() {
  return HEIRLOOM_TEXT("photo.readable",
                       "give JPEG, PNG, TIFF, WebP, HEIF, AVIF, JPEG XL, JPEG 2000, GIF or a camera RAW file");
}

/// An open file and its mapping, so that no library parses its name.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& file) {
    descriptor_ = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor_ < 0) throw cannotOpen(errno);
    struct stat status {};
    if (fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
      close(descriptor_);
      throw cannotOpen(S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
    }
    size_ = static_cast<std::size_t>(status.st_size);
    if (size_ == 0) return;
    void* data = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor_, 0);
    if (data == MAP_FAILED) {
      close(descriptor_);
      throw cannotOpen(errno);
    }
    data_ = static_cast<const std::byte*>(data);
  }
  ~MappedFile() {
    if (data_) munmap(const_cast<std::byte*>(data_), size_);
    close(descriptor_);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  int descriptor() const { return descriptor_; }
  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  static Error cannotOpen(int code) {
    if (code == ENOENT) {
      return Error(HEIRLOOM_TEXT("photo.missing", "there is no such file"),
                   HEIRLOOM_TEXT("photo.checkName", "check the name and the folder"));
    }
    return Error(HEIRLOOM_TEXT("photo.cannotOpen", "it cannot be opened: %1").with(std::strerror(code)),
                 HEIRLOOM_TEXT("photo.checkAccess", "check that it is a file and may be read"));
  }

  int descriptor_ = -1;
  std::size_t size_ = 0;
  const std::byte* data_ = nullptr;
};

FileFormat requireFormat(const MappedFile& file) {
  if (file.bytes().empty()) throw Error(HEIRLOOM_TEXT("photo.empty", "the file is empty"), tryAnother());
  const auto format = formatOf(file.bytes());
  if (!format)
    throw Error(HEIRLOOM_TEXT("photo.notAPicture", "this is not a picture that Heirloom reads"), tryAnother());
  // Before any decoder sees the file: deflate never packs tighter than 1032 to 1, so a header beyond that lies.
  const std::uint64_t claim = pngClaim(file.bytes());
  constexpr std::uint64_t kTightest = 1032;
  if (claim / kTightest > file.bytes().size()) {
    throw Error(HEIRLOOM_TEXT("photo.claimsTooMuch", "it claims to hold %1 of picture, and %2 of file cannot hold that")
                    .with(sizeInWords(claim), sizeInWords(file.bytes().size())),
                HEIRLOOM_TEXT("photo.damagedOrHostile", "the file is damaged or made to do harm; use another copy"));
  }
  return *format;
}

PhotoHeader headerOf(const Decoding& decoding) {
  PhotoHeader header;
  header.format = decoding.format();
  header.pages = decoding.pages();
  header.layout = decoding.layout();
  if (decoding.orientation() >= 5) std::swap(header.layout.width, header.layout.height);
  return header;
}

/// A profile that says nothing about these samples is left out, so that nobody later takes it for theirs.
void checkProfile(Photo& photo) {
  const WorkingColour colour(photo.raster->layout().model, photo.iccProfile);
  for (const Message& warning : colour.warnings()) {
    photo.warnings.push_back(warning);
    if (warning.id == "colour.corruptProfile" || warning.id == "colour.profileOfOtherModel") photo.iccProfile.clear();
  }
}

void describe(Photo& photo, const MappedFile& file) {
  if (photo.format == FileFormat::Jpeg2000) photo.iccProfile = jp2Profile(file.bytes());
  if (photo.iccProfile.empty() && pngCarriesProfile(file.bytes())) {
    photo.warnings.push_back(
        HEIRLOOM_TEXT("colour.corruptProfile", "its colour profile is damaged; %1 is assumed").with("sRGB"));
  }
  checkProfile(photo);
  if (photo.format == FileFormat::Jpeg) {
    const JpegCoding coding = jpegCoding(file.bytes());
    photo.jpegQuality = coding.quality;
    photo.jpegSubsampled = coding.subsampled;
  }
  photo.lossless = codedWithoutLoss(photo.format, file.bytes());
}

Photo decode(const MappedFile& file, FileFormat format, int orientation, const ReadOptions& options) {
  const Decoding::Damage strict = Decoding::Damage::Refuse;
  try {
    return Decoding(file.descriptor(), format, strict, orientation).photo();
  } catch (const Damaged& damaged) {
    if (!options.acceptDamaged) throw damaged.error();
    Photo photo = Decoding(file.descriptor(), format, Decoding::Damage::Accept, orientation).photo();
    photo.warnings.push_back(
        HEIRLOOM_TEXT("photo.damagedTaken", "the file is damaged and only what could be decoded was taken: %1")
            .with(damaged.cause()));
    return photo;
  }
}

Photo readFile(const std::filesystem::path& file, const ReadOptions& options) {
  initialiseVips();
  const MappedFile mapped(file);
  if (isRawName(file) && readRawHeader(file)) {
    Photo photo = developRaw(file);
    photo.metadata = readMetadata(file, FileFormat::Raw, mapped.bytes(), photo.warnings).metadata;
    return photo;
  }
  const FileFormat format = requireFormat(mapped);
  std::vector<Message> warnings;
  MetadataRead read = readMetadata(file, format, mapped.bytes(), warnings);
  Photo photo = decode(mapped, format, read.orientation, options);
  photo.metadata = std::move(read.metadata);
  photo.warnings.insert(photo.warnings.end(), warnings.begin(), warnings.end());
  describe(photo, mapped);
  return photo;
}

}  // namespace

PhotoHeader readHeader(const std::filesystem::path& file) try {
  initialiseVips();
  const MappedFile mapped(file);
  if (isRawName(file)) {
    if (const auto header = readRawHeader(file)) return *header;
  }
  const FileFormat format = requireFormat(mapped);
  std::vector<Message> ignored;
  const int orientation = readMetadata(file, format, mapped.bytes(), ignored).orientation;
  try {
    return headerOf(Decoding(mapped.descriptor(), format, Decoding::Damage::Accept, orientation));
  } catch (const Damaged& damaged) {
    throw damaged.error();
  }
} catch (const Error& error) {
  throw error.in(file);
}

Photo readPhoto(const std::filesystem::path& file, const ReadOptions& options) try {
  Photo photo = readFile(file, options);
  photo.file = file;
  return photo;
} catch (const Error& error) {
  throw error.in(file);
}

}  // namespace heirloom::core
