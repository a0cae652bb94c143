#include "data/download_set.h"

#include "data/file_type.h"

namespace norma {
namespace {

namespace fs = std::filesystem;

// Makes a folder and its missing parents. The destructor removes those of them that are still empty.
class NewFolder {
 public:
  explicit NewFolder(const fs::path& folder) {
    std::error_code error;
    for (fs::path level = folder; !level.empty() && !fs::exists(level, error); level = level.parent_path())
      made_.push_back(level);
    fs::create_directories(folder, error);
    if (error)
      fail("cannot make the folder {} for the data: {}; name another with --data", folder.string(),
           error.message());
  }
  ~NewFolder() {
    std::error_code not_empty;
    for (const fs::path& level : made_) fs::remove(level, not_empty);
  }
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

 private:
  std::vector<fs::path> made_;  // innermost first
};

std::vector<std::string> addresses(const SetRequest& request, const RemoteFile& file) {
  const std::size_t count = request.set.files.size();
  for (const std::string& mirror : request.mirrors)
    if (count > 1 && !mirror.ends_with('/'))
      fail_usage("{} has {} files: name the mirror's folder, with a / at its end, instead of {}",
                 request.set.title, count, mirror);
  std::vector<std::string> urls = request.mirrors.empty() ? file.urls : request.mirrors;
  for (std::string& url : urls)
    if (url.ends_with('/')) url += file.name;
  return urls;
}

// `before` of the set's `total` bytes belong to earlier files. The speed is that of the current file.
DownloadProgress over_all(const DownloadProgress& p, std::int64_t before, std::int64_t total) {
  const std::int64_t bytes = before + p.bytes;
  return {bytes, total, p.bytes_per_second,
          bytes == total ? 0 : static_cast<double>(total - bytes) / p.bytes_per_second};
}

void download_files(const SetRequest& request, const fs::path& folder) {
  std::int64_t before = 0, total = 0;
  for (const RemoteFile& file : request.set.files) total += file.bytes;
  bool connected = false;
  for (const RemoteFile& file : request.set.files) {
    try {
      DownloadRequest one;
      one.urls = addresses(request, file);
      one.target = folder / file.name;
      one.bytes = file.bytes;
      one.sha256 = file.sha256;
      one.cancelled = request.cancelled;
      if (request.progress)
        one.progress = [&](const DownloadProgress& p) { request.progress(over_all(p, before, total)); };
      if (type_of(one.target) == fs::file_type::not_found) {  // else an earlier attempt has completed it
        download(one);
        connected = true;
      }
      before += file.bytes;
    } catch (const NoNetwork& none) {
      if (!connected) throw;
      fail("{} before all of {} had arrived: run again to continue with {}", none.what(), request.set.title,
           file.name);
    }
  }
}

}  // namespace

void download_set(const SetRequest& request) {
  if (request.set.folder.empty()) {
    const NewFolder made(request.data);
    return download_files(request, request.data);
  }
  const fs::path folder = request.data / request.set.folder, part = folder.string() + ".part";
  const fs::file_type type = type_of(folder);
  std::error_code error;
  if (type != fs::file_type::not_found && !(type == fs::file_type::directory && fs::is_empty(folder, error)))
    fail(
        "{} already exists, but contains no file of {}, which would be downloaded there: move it, or name "
        "another folder with --data",
        folder.string(), request.set.title);
  const NewFolder made(part);
  download_files(request, part);
  fs::rename(part, folder, error);
  if (error) fail("cannot rename {} to {}: {}", part.string(), folder.string(), error.message());
}

}  // namespace norma
