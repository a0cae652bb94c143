#include "data/part_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace norma {
namespace {

namespace fs = std::filesystem;

// Opens and locks the file. Returns -1 if another process renamed or removed it in between: the open file
// then has no name any more.
int open_locked(const fs::path& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0) fail("cannot write {}: {}", path.string(), std::strerror(errno));
  // Any other failure means that the file system has no locks; then we continue without a lock.
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    close(descriptor);
    fail("another process is downloading {} at this moment: wait until it has ended", path.string());
  }
  struct stat ours {
  }, named{};
  if (fstat(descriptor, &ours) == 0 && stat(path.c_str(), &named) == 0 && ours.st_ino == named.st_ino &&
      ours.st_dev == named.st_dev)
    return descriptor;
  close(descriptor);
  return -1;
}

}  // namespace

PartFile::PartFile(const fs::path& target) : target_(target), path_(target.string() + ".part") {
  std::error_code ignored;  // opening the part file reports any other error
  if (fs::is_directory(target, ignored))
    fail("{} is a folder where a file should be: remove it", target.string());
  while (descriptor_ < 0) descriptor_ = open_locked(path_);
  struct stat status {};
  if (fstat(descriptor_, &status) == 0) size_ = status.st_size;
}

PartFile::~PartFile() {
  if (size_ == 0) unlink(path_.c_str());  // while we still hold the lock
  close(descriptor_);
}

std::string PartFile::what_is_kept(std::int64_t of_bytes) const {
  if (size_ == 0) return "nothing had arrived";
  return fmt::format("{} of {} bytes are kept in {}, and the next run continues from there", size_, of_bytes,
                     path_.string());
}

void PartFile::append(const char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t written = write(descriptor_, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_to_write(errno);
    bytes += written;
    count -= static_cast<std::size_t>(written);
    size_ += written;
  }
}

void PartFile::clear() {
  if (size_ > 0 && ftruncate(descriptor_, 0) != 0) fail_to_write(errno);
  size_ = 0;
}

void PartFile::publish() {
  if (fsync(descriptor_) != 0) fail_to_write(errno);
  if (rename(path_.c_str(), target_.c_str()) != 0)
    fail("cannot rename {} to {}: {}", path_.string(), target_.string(), std::strerror(errno));
  // Only when the folder is on disk too does the new name survive a power cut. An error here is ignored,
  // because no data is lost.
  const fs::path folder = target_.has_parent_path() ? target_.parent_path() : ".";
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  fsync(descriptor);
  close(descriptor);
}

void PartFile::fail_to_write(int error) const {
  if (error == ENOSPC || error == EDQUOT)
    fail("the disk is full: {} stopped at {} bytes; free some space and run again to continue from there",
         path_.string(), size_);
  fail("cannot write {}: {}", path_.string(), std::strerror(error));
}

}  // namespace norma
