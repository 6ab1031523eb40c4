#include "core/photo/raster.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "core/photo/memory.h"
#include "models/common/error.h"

namespace heirloom::core {

std::size_t sampleSize(SampleType type) {
  switch (type) {
    case SampleType::UInt8:
      return 1;
    case SampleType::UInt16:
      return 2;
    case SampleType::Float32:
      return 4;
  }
  return 0;
}

int colourBands(ColourModel model) {
  switch (model) {
    case ColourModel::Grey:
      return 1;
    case ColourModel::Rgb:
      return 3;
    case ColourModel::Cmyk:
      return 4;
  }
  return 0;
}

Raster::Raster(const Layout& layout) : layout_(layout) {
  if (layout.width <= 0 || layout.height <= 0) return;
  const std::uint64_t bytes = layout.bytes();
  const std::uint64_t threshold = roomForRasters().memoryThreshold();
  requireRoom(bytes);
  mapped_ = bytes > threshold;
  void* data = MAP_FAILED;
  if (mapped_) {
    const int file = openScratchFile(bytes);
    data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
  } else {
    // Fresh pages of the system are zero already and are taken as they are written.
    data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }
  if (data == MAP_FAILED) throw std::bad_alloc();
  if (!mapped_) madvise(data, bytes, MADV_HUGEPAGE);
  data_ = static_cast<std::byte*>(data);
}

Raster::~Raster() {
  if (data_) munmap(data_, layout_.bytes());
}

std::span<std::byte> Raster::row(std::int64_t y) {
  return {data_ + static_cast<std::uint64_t>(y) * layout_.rowBytes(), layout_.rowBytes()};
}

std::span<const std::byte> Raster::row(std::int64_t y) const {
  return {data_ + static_cast<std::uint64_t>(y) * layout_.rowBytes(), layout_.rowBytes()};
}

}  // namespace heirloom::core
