#include "models/checkpoint/file_access.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "models/common/error.h"

namespace heirloom::models {
namespace {

std::string reason(int code) {
  return std::generic_category().message(code);
}

Error cannotRead(const std::filesystem::path& file, int code) {
  return Error(HEIRLOOM_TEXT("checkpoint.file.read", "the file cannot be read (%1)").with(reason(code)),
               HEIRLOOM_TEXT("checkpoint.file.read.remedy", "check its name and that you may read it"), file);
}

/// Closes a descriptor at the end of a scope.
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
};

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& file) {
  // O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
  const Descriptor descriptor{open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (descriptor.number < 0) throw cannotRead(file, errno);
  struct stat status {};
  if (fstat(descriptor.number, &status) != 0) throw cannotRead(file, errno);
  if (!S_ISREG(status.st_mode)) {
    throw Error(HEIRLOOM_TEXT("checkpoint.file.kind", "this is not a regular file"),
                HEIRLOOM_TEXT("checkpoint.file.kind.remedy", "name a checkpoint file"), file);
  }
  if (status.st_size == 0) {
    throw Error(HEIRLOOM_TEXT("checkpoint.file.empty", "the file is empty"),
                HEIRLOOM_TEXT("checkpoint.remedy.damaged", "the file is damaged or not whole: download it again"),
                file);
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  void* address = mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor.number, 0);
  if (address == MAP_FAILED) throw cannotRead(file, errno);
  bytes_ = {static_cast<const std::byte*>(address), size};
}

MappedFile::~MappedFile() {
  munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

void MappedFile::expect(Access access) const {
  // Advice only: a system that refuses it reads just as right.
  madvise(const_cast<std::byte*>(bytes_.data()), bytes_.size(),
          access == Access::Scattered ? MADV_RANDOM : MADV_NORMAL);
}

void MappedFile::leave(std::span<const std::byte> part) const {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const auto begin = static_cast<std::size_t>(part.data() - bytes_.data());
  const std::size_t first = (begin + page - 1) / page * page, last = (begin + part.size()) / page * page;
  if (first < last) madvise(const_cast<std::byte*>(bytes_.data()) + first, last - first, MADV_DONTNEED);
}

}  // namespace heirloom::models
