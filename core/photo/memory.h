#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>

namespace heirloom::core {

/// What this machine can give to rasters. Filled from the system by `roomForRasters`; tests set their own.
struct Room {
  std::uint64_t memory = 0;   // bytes of memory that can be taken without swapping
  std::uint64_t scratch = 0;  // bytes free on the scratch disk
  std::filesystem::path scratchFolder;

  /// Rasters larger than this lie in a scratch file: half of what is free, so that source and result fit together.
  std::uint64_t memoryThreshold() const { return memory / 2; }
  std::uint64_t total() const { return memoryThreshold() + scratch; }
};

/// What is there now: MemAvailable and the limit of the control group, TMPDIR or /var/tmp.
Room roomForRasters();

/// Stands in for the system's answer until it is destroyed. One at a time, for tests.
class RoomForTest {
 public:
  explicit RoomForTest(const Room& room);
  ~RoomForTest();
  RoomForTest(const RoomForTest&) = delete;
  RoomForTest& operator=(const RoomForTest&) = delete;
};

/// Throws Error with both figures when a raster of `bytes` has no place.
void requireRoom(std::uint64_t bytes);

/// The same for pictures that are made before any of them is let go: for whoever is about to work for minutes.
void requireRoomForResults(std::initializer_list<std::uint64_t> bytes);

/// An unlinked file of `bytes` zeros on the scratch disk, its blocks reserved. The caller closes it. Throws Error.
int openScratchFile(std::uint64_t bytes);

}  // namespace heirloom::core
