#include "core/photo/memory.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "core/photo/sizes.h"
#include "models/common/error.h"
#include "models/common/free_memory.h"

namespace heirloom::core {
namespace {

std::mutex roomMutex;
std::optional<Room> roomForTest;

std::filesystem::path scratchFolder() {
  const char* chosen = std::getenv("TMPDIR");
  // Not /tmp, which is memory on many systems.
  return chosen && *chosen ? chosen : "/var/tmp";
}

Error noScratchFile(const std::filesystem::path& folder, int code) {
  return Error(HEIRLOOM_TEXT("photo.noScratchFile", "no scratch file can be made there: %1").with(std::strerror(code)),
               HEIRLOOM_TEXT("photo.chooseScratchFolder", "set TMPDIR to a folder with room"), folder);
}

}  // namespace

Room roomForRasters() {
  {
    const std::lock_guard lock(roomMutex);
    if (roomForTest) return *roomForTest;
  }
  Room room;
  room.memory = models::freeMemory();
  room.scratchFolder = scratchFolder();
  struct statvfs disk {};
  if (statvfs(room.scratchFolder.c_str(), &disk) == 0) {
    room.scratch = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  }
  return room;
}

RoomForTest::RoomForTest(const Room& room) {
  const std::lock_guard lock(roomMutex);
  roomForTest = room;
}

RoomForTest::~RoomForTest() {
  const std::lock_guard lock(roomMutex);
  roomForTest.reset();
}

void requireRoom(std::uint64_t bytes) {
  const Room room = roomForRasters();
  if (bytes <= std::max(room.memoryThreshold(), room.scratch)) return;
  throw Error(
      HEIRLOOM_TEXT("photo.noRoom", "the decoded picture takes %1, and memory and scratch disk together hold %2")
          .with(sizeInWords(bytes), sizeInWords(room.total())),
      HEIRLOOM_TEXT("photo.makeRoom", "free memory, or set TMPDIR to a folder with more room"));
}

void requireRoomForResults(std::initializer_list<std::uint64_t> bytes) {
  Room left = roomForRasters();
  const std::uint64_t total = left.total();
  for (const std::uint64_t raster : bytes) {
    // As a raster chooses its place.
    std::uint64_t& place = raster <= left.memoryThreshold() ? left.memory : left.scratch;
    if (raster > place) {
      throw Error(
          HEIRLOOM_TEXT("photo.noRoomForResult",
                        "the result takes %1 while it is made, and memory and scratch disk together hold %2")
              .with(sizeInWords(std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0})), sizeInWords(total)),
          HEIRLOOM_TEXT("photo.makeRoom", "free memory, or set TMPDIR to a folder with more room"));
    }
    place -= raster;
  }
}

int openScratchFile(std::uint64_t bytes) {
  const std::filesystem::path folder = roomForRasters().scratchFolder;
  std::string pattern = (folder / "heirloom-XXXXXX").string();
  std::vector<char> name(pattern.begin(), pattern.end());
  name.push_back('\0');
  const int file = mkostemp(name.data(), O_CLOEXEC);
  if (file < 0) throw noScratchFile(folder, errno);
  unlink(name.data());
  // Reserved now, because a mapped page without a block behind it ends the program with SIGBUS.
  const int failed = posix_fallocate(file, 0, static_cast<off_t>(bytes));
  if (failed == 0) return file;
  close(file);
  throw noScratchFile(folder, failed);
}

}  // namespace heirloom::core
