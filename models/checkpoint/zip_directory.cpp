#include "models/checkpoint/zip_directory.h"

#include <algorithm>
#include <vector>

#include "models/checkpoint/byte_cursor.h"
#include "models/checkpoint/refusal.h"

namespace heirloom::models {
namespace {

// Field names and sizes as in PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7 to 4.3.16.
constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kCentralHeader = 0x02014b50;
constexpr std::uint32_t kEnd = 0x06054b50;
constexpr std::uint32_t kEnd64 = 0x06064b50;
constexpr std::uint32_t kEnd64Locator = 0x07064b50;
constexpr std::uint32_t kDescriptor = 0x08074b50;
constexpr std::uint64_t kCentralHeaderBytes = 46;
constexpr std::uint64_t kEndBytes = 22;
constexpr std::uint64_t kEnd64Bytes = 56;
constexpr std::uint64_t kEnd64LocatorBytes = 20;
constexpr std::uint16_t kSizesFollow = 1u << 3;
constexpr std::uint16_t kUtf8 = 1u << 11;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;
constexpr std::uint16_t kZip64Extra = 1;
constexpr std::uint32_t kIn64 = 0xffffffff;
constexpr std::uint64_t kMaxEntries = 1u << 20;

Error untrustworthyEntry(const Message& fault, std::string_view name) {
  return untrustworthy(fault.with(printable(name)));
}

Error noDirectory() {
  return damaged(
      HEIRLOOM_TEXT("checkpoint.zip.directory", "the directory at the end of the zip file is missing or damaged"));
}

struct DirectoryPlace {
  std::uint64_t begin = 0, end = 0, entries = 0;
};

DirectoryPlace findDirectory(std::span<const std::byte> file) {
  if (file.size() < kEndBytes) throw noDirectory();
  // Only at the very end: a directory that is searched for can be found in two places by two readers.
  const std::uint64_t endAt = file.size() - kEndBytes;
  ByteCursor cursor(file, endAt);
  if (cursor.u32() != kEnd) throw noDirectory();
  const std::uint16_t disk = cursor.u16();
  const std::uint16_t directoryDisk = cursor.u16();
  const std::uint16_t entriesHere = cursor.u16();
  const std::uint16_t entries = cursor.u16();
  const std::uint32_t bytes = cursor.u32();
  const std::uint32_t begin = cursor.u32();
  if (cursor.u16() != 0) throw noDirectory();
  const bool manyDisks = (disk != 0 && disk != 0xffff) || (directoryDisk != 0 && directoryDisk != 0xffff);
  if (manyDisks || entriesHere != entries) {
    throw untrustworthy(HEIRLOOM_TEXT("checkpoint.zip.parts", "the zip file is one part of several"));
  }

  DirectoryPlace place{begin, endAt, entries};
  std::uint64_t directoryBytes = bytes;
  if (endAt >= kEnd64LocatorBytes + kEnd64Bytes) {
    ByteCursor locator(file, endAt - kEnd64LocatorBytes);
    if (locator.u32() == kEnd64Locator) {
      const std::uint32_t end64Disk = locator.u32();
      const std::uint64_t end64At = locator.u64();
      const std::uint32_t disks = locator.u32();
      if (end64Disk != 0 || disks > 1 || end64At != endAt - kEnd64LocatorBytes - kEnd64Bytes) throw noDirectory();
      ByteCursor end64(file, end64At);
      if (end64.u32() != kEnd64 || end64.u64() != kEnd64Bytes - 12) throw noDirectory();
      end64.u32();  // versions of the writer and the format
      const std::uint32_t disk64 = end64.u32();
      const std::uint32_t directoryDisk64 = end64.u32();
      const std::uint64_t entriesHere64 = end64.u64();
      place.entries = end64.u64();
      directoryBytes = end64.u64();
      place.begin = end64.u64();
      place.end = end64At;
      const bool contradicts = (entries != 0xffff && entries != place.entries) ||
                               (bytes != kIn64 && bytes != directoryBytes) || (begin != kIn64 && begin != place.begin);
      if (disk64 != 0 || directoryDisk64 != 0 || entriesHere64 != place.entries || contradicts) throw noDirectory();
    }
  }
  if (place.begin > place.end || place.end - place.begin != directoryBytes) throw noDirectory();
  if (place.entries > directoryBytes / kCentralHeaderBytes || place.entries > kMaxEntries) throw noDirectory();
  return place;
}

/// What a header says about its entry, local or central.
struct Header {
  std::uint16_t flags = 0, method = 0;
  std::uint32_t crc32 = 0;
  std::uint64_t stored = 0, unpacked = 0, localAt = 0;
  std::uint32_t stored32 = 0, unpacked32 = 0;
};

/// Replaces the sizes that did not fit into 32 bits. `wantsPlace`: the directory's entries also hold the header's
/// place.
void readZip64(std::string_view extra, Header& header, bool wantsPlace, std::string_view name) {
  ByteCursor cursor(std::as_bytes(std::span(extra)));
  const bool needed = header.unpacked == kIn64 || header.stored == kIn64 || (wantsPlace && header.localAt == kIn64);
  while (cursor.remaining() >= 4) {
    const std::uint16_t id = cursor.u16();
    const std::uint16_t length = cursor.u16();
    if (length > cursor.remaining()) break;
    ByteCursor field(cursor.take(length));
    if (id != kZip64Extra || !needed) continue;
    if (header.unpacked == kIn64) header.unpacked = field.u64();
    if (header.stored == kIn64) header.stored = field.u64();
    if (wantsPlace && header.localAt == kIn64) header.localAt = field.u64();
    return;
  }
  if (needed) {
    throw untrustworthyEntry(HEIRLOOM_TEXT("checkpoint.zip.zip64", "the size of '%1' is missing in the zip file"),
                             name);
  }
}

void checkName(std::string_view name) {
  const bool rooted = name.empty() || name.front() == '/' || name.find('\\') != std::string_view::npos ||
                      name.find(':') != std::string_view::npos || name.find('\0') != std::string_view::npos;
  bool climbs = false;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view part = name.substr(begin, end - begin);
    // Empty at the very end is a folder's own entry.
    climbs = climbs || part == ".." || part == "." || (part.empty() && end != name.size());
    begin = end + 1;
  }
  if (rooted || climbs || !isUtf8(name)) {
    throw untrustworthyEntry(HEIRLOOM_TEXT("checkpoint.zip.name", "the zip file holds the unsafe name '%1'"), name);
  }
}

void checkKind(const Header& header, std::string_view name) {
  if (header.flags & ~(kSizesFollow | kUtf8)) {
    throw untrustworthyEntry(HEIRLOOM_TEXT("checkpoint.zip.encrypted", "'%1' in the zip file is encrypted or patched"),
                             name);
  }
  if (header.method != kStored && header.method != kDeflated) {
    throw untrustworthyEntry(HEIRLOOM_TEXT("checkpoint.zip.method", "'%1' in the zip file is packed in an unknown way"),
                             name);
  }
  if (header.method == kStored && header.stored != header.unpacked) {
    throw untrustworthyEntry(HEIRLOOM_TEXT("checkpoint.zip.sizes", "'%1' in the zip file has two sizes"), name);
  }
}

/// The header in front of the payload must say what the directory says. Returns the end of what belongs to the entry.
std::uint64_t checkLocal(std::span<const std::byte> file, const Header& central, std::string_view name,
                         ZipEntry& entry) {
  const auto contradiction = [&] {
    return untrustworthyEntry(HEIRLOOM_TEXT("checkpoint.zip.mismatch", "the zip file contradicts itself about '%1'"),
                              name);
  };
  ByteCursor cursor(file, central.localAt);
  if (cursor.u32() != kLocalHeader) throw contradiction();
  cursor.u16();  // version
  Header local;
  local.flags = cursor.u16();
  local.method = cursor.u16();
  cursor.u32();  // time and date
  local.crc32 = cursor.u32();
  local.stored32 = cursor.u32();
  local.unpacked32 = cursor.u32();
  local.stored = local.stored32;
  local.unpacked = local.unpacked32;
  const std::uint16_t nameBytes = cursor.u16();
  const std::uint16_t extraBytes = cursor.u16();
  if (cursor.text(nameBytes) != name) throw contradiction();
  const std::string_view extra = cursor.text(extraBytes);
  if (local.flags != central.flags || local.method != central.method) throw contradiction();

  const bool sizesFollow = (local.flags & kSizesFollow) != 0;
  const bool empty = local.crc32 == 0 && local.stored32 == 0 && local.unpacked32 == 0;
  if (!(sizesFollow && empty)) {
    readZip64(extra, local, false, name);
    // A writer that does not know the sizes yet may mark them as 64 bits wide and leave them at 0.
    const bool unknown = sizesFollow && local.stored == 0 && local.unpacked == 0 && local.crc32 == 0;
    const bool same =
        local.stored == central.stored && local.unpacked == central.unpacked && local.crc32 == central.crc32;
    if (!same && !unknown) throw contradiction();
  }

  entry.begin = cursor.position();
  if (central.stored > cursor.remaining()) {
    throw damaged(
        HEIRLOOM_TEXT("checkpoint.zip.outside", "'%1' lies beyond the end of the file").with(printable(name)));
  }
  cursor.seek(entry.begin + central.stored);
  if (!sizesFollow) return cursor.position();

  // The descriptor's sizes have four or eight bytes, and nothing says which: one of the two must fit.
  if (cursor.u32() != kDescriptor || cursor.u32() != central.crc32) throw contradiction();
  const std::uint64_t sizesAt = cursor.position();
  for (const std::size_t width : {std::size_t{8}, std::size_t{4}}) {
    cursor.seek(sizesAt);
    if (cursor.remaining() < 2 * width) continue;
    const std::uint64_t stored = cursor.number(width);
    if (stored == central.stored && cursor.number(width) == central.unpacked) return cursor.position();
  }
  throw contradiction();
}

}  // namespace

ZipDirectory readZipDirectory(std::span<const std::byte> file) {
  const DirectoryPlace place = findDirectory(file);
  ZipDirectory directory;
  struct Extent {
    std::uint64_t begin, end;
    std::string_view name;
  };
  std::vector<Extent> extents;
  ByteCursor cursor(file.first(place.end), place.begin);
  for (std::uint64_t i = 0; i < place.entries; ++i) {
    if (cursor.u32() != kCentralHeader) throw noDirectory();
    Header header;
    cursor.u32();  // versions of the writer and the format
    header.flags = cursor.u16();
    header.method = cursor.u16();
    cursor.u32();  // time and date
    header.crc32 = cursor.u32();
    header.stored = cursor.u32();
    header.unpacked = cursor.u32();
    const std::uint16_t nameBytes = cursor.u16();
    const std::uint16_t extraBytes = cursor.u16();
    const std::uint16_t commentBytes = cursor.u16();
    const std::uint16_t disk = cursor.u16();
    cursor.u16();  // internal attributes
    cursor.u32();  // external attributes
    header.localAt = cursor.u32();
    const std::string_view name = cursor.text(nameBytes);
    const std::string_view extra = cursor.text(extraBytes);
    cursor.take(commentBytes);

    checkName(name);
    readZip64(extra, header, true, name);
    if (disk != 0) throw untrustworthy(HEIRLOOM_TEXT("checkpoint.zip.parts", "the zip file is one part of several"));
    checkKind(header, name);
    if (header.localAt > place.begin) throw noDirectory();
    ZipEntry entry{.bytes = header.stored, .crc32 = header.crc32, .stored = header.method == kStored};
    const std::uint64_t end = checkLocal(file.first(place.begin), header, name, entry);
    extents.push_back({header.localAt, end, name});
    if (!directory.emplace(name, entry).second) {
      throw untrustworthyEntry(HEIRLOOM_TEXT("checkpoint.zip.repeated", "the zip file holds '%1' twice"), name);
    }
  }
  if (cursor.remaining() != 0) throw noDirectory();

  std::sort(extents.begin(), extents.end(), [](const Extent& a, const Extent& b) { return a.begin < b.begin; });
  for (std::size_t i = 1; i < extents.size(); ++i) {
    if (extents[i].begin < extents[i - 1].end) {
      throw untrustworthyEntry(HEIRLOOM_TEXT("checkpoint.zip.overlap", "'%1' in the zip file overlaps another entry"),
                               extents[i].name);
    }
  }
  return directory;
}

}  // namespace heirloom::models
