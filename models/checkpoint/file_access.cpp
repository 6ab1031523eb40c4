#include "models/checkpoint/file_access.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
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

Error cannotWrite(const std::filesystem::path& file, int code) {
  return Error(
      HEIRLOOM_TEXT("checkpoint.file.write", "the file cannot be written (%1)").with(reason(code)),
      HEIRLOOM_TEXT("checkpoint.file.write.remedy", "choose a folder you may write to, with enough free space"), file);
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
                HEIRLOOM_TEXT("checkpoint.remedy.damaged", "the file is damaged: get it again"), file);
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

AtomicFile::AtomicFile(const std::filesystem::path& file) : file_(file) {
  static std::atomic<unsigned> counter{0};
  // Not mkstemp: it makes files that only their owner may read, whatever the umask says.
  do {
    partial_ = file_;
    partial_ += "." + std::to_string(getpid()) + "-" + std::to_string(counter++) + ".part";
    descriptor_ = open(partial_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (descriptor_ < 0 && errno == EEXIST);
  if (descriptor_ < 0) throw cannotWrite(file_, errno);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!partial_.empty()) unlink(partial_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), std::min(bytes.size(), kMostAtOnce));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw cannotWrite(file_, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void AtomicFile::commit() {
  if (fsync(descriptor_) != 0) throw cannotWrite(file_, errno);
  const int descriptor = descriptor_;
  descriptor_ = -1;
  if (close(descriptor) != 0) throw cannotWrite(file_, errno);
  if (rename(partial_.c_str(), file_.c_str()) != 0) throw cannotWrite(file_, errno);
  partial_.clear();

  // The new name itself is safe only when the folder is; some file systems cannot do that, and the content is safe by
  // then.
  const std::filesystem::path folder = file_.has_parent_path() ? file_.parent_path() : ".";
  const Descriptor opened{open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (opened.number >= 0) fsync(opened.number);
}

}  // namespace heirloom::models
