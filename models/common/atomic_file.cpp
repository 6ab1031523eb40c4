#include "models/common/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>

#include "models/common/error.h"

namespace heirloom {
namespace {

std::filesystem::path folderOf(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

Error exists() {
  return Error(HEIRLOOM_TEXT("file.exists", "there is a file of that name already"),
               HEIRLOOM_TEXT("file.existing", "use --existing skip, --existing number or --overwrite"));
}

/// 0, or errno.
int renameInto(const std::filesystem::path& from, const std::filesystem::path& to, bool overwrite) {
  if (overwrite) return rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // File systems that cannot rename without replacing can mostly link, which never replaces.
  if (link(from.c_str(), to.c_str()) != 0) return errno;
  unlink(from.c_str());
  return 0;
}

void syncFolder(const std::filesystem::path& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  fsync(descriptor);
  close(descriptor);
}

}  // namespace

Error cannotWrite(int code) {
  if (code == ENOSPC || code == EDQUOT || code == EFBIG) {
    return Error(HEIRLOOM_TEXT("file.diskFull", "it cannot be written: %1").with(std::strerror(code)),
                 HEIRLOOM_TEXT("file.freeDisk", "free space there or choose another folder"));
  }
  return Error(HEIRLOOM_TEXT("file.cannotWrite", "it cannot be written: %1").with(std::strerror(code)),
               HEIRLOOM_TEXT("file.chooseFolder", "choose another folder or change its permissions"));
}

void requireAbsent(const std::filesystem::path& target) {
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(target, ignored))) throw exists().in(target);
}

AtomicFile::AtomicFile(const std::filesystem::path& target) : target_(target) {
  std::random_device random;
  for (int attempt = 0; attempt < 16; ++attempt) {
    temporary_ = folderOf(target) / (".heirloom-" + std::to_string(random()) + ".tmp");
    // 0666, so that the umask decides as it does for every new file.
    descriptor_ = open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ >= 0) return;
    if (errno != EEXIST) break;
  }
  throw cannotWrite(errno).in(target);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw cannotWrite(count < 0 ? errno : ENOSPC).in(target_);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void AtomicFile::replaceContents(std::span<const std::byte> bytes) {
  if (ftruncate(descriptor_, 0) != 0 || lseek(descriptor_, 0, SEEK_SET) != 0) throw cannotWrite(errno).in(target_);
  write(bytes);
}

void AtomicFile::commit(bool overwrite) {
  if (fsync(descriptor_) != 0) throw cannotWrite(errno).in(target_);
  struct stat replaced {};
  // Who saves over a file does not change who may read it.
  if (overwrite && stat(target_.c_str(), &replaced) == 0) fchmod(descriptor_, replaced.st_mode & 07777);
  const int code = renameInto(temporary_, target_, overwrite);
  if (code == EEXIST) throw exists().in(target_);
  if (code != 0) throw cannotWrite(code).in(target_);
  temporary_.clear();
  syncFolder(folderOf(target_));
}

}  // namespace heirloom
