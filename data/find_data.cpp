#include "data/find_data.h"

#include <cstdlib>

#include "data/cifar10.h"

namespace norma {
namespace {

namespace fs = std::filesystem;

// Makes a folder with those above it; in the end removes those it made that are still empty.
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

fs::path default_folder(const Environment& environment) {
  // The XDG specification has relative paths ignored.
  if (environment.xdg_cache_home.starts_with('/')) return fs::path(environment.xdg_cache_home) / "norma";
  if (environment.home.empty()) fail_usage("HOME is not set: name a folder for the data with --data");
  return fs::path(environment.home) / ".cache" / "norma";
}

// "~/.cache/norma", as people write it.
std::string display(const fs::path& folder, const Environment& environment) {
  const std::string text = folder.string();
  if (environment.home.empty() || !text.starts_with(environment.home + "/")) return text;
  return "~" + text.substr(environment.home.size());
}

DownloadRequest download_request(const DataRequest& request, const fs::path& folder) {
  DownloadRequest download;
  download.urls = request.mirrors.empty() ? request.archive.urls : request.mirrors;
  for (std::string& url : download.urls)
    if (url.ends_with('/')) url += request.archive.name;
  download.target = folder / request.archive.name;
  download.bytes = request.archive.bytes;
  download.sha256 = request.archive.sha256;
  download.progress = request.progress;
  download.cancelled = request.cancelled;
  return download;
}

}  // namespace

Environment read_environment() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value ? value : "");
  };
  return {variable("NORMA_DATA"), variable("XDG_CACHE_HOME"), variable("HOME")};
}

DataChoice find_data(const DataRequest& request, const Environment& environment) {
  const std::string& named = request.data.empty() ? environment.norma_data : request.data;
  if (named == "synthetic") return {std::nullopt, "training on the built-in synthetic set, as asked"};
  const fs::path folder = named.empty() ? default_folder(environment) : fs::path(named);
  const std::string shown = display(folder, environment);
  if (find_cifar10(folder)) return {folder, "CIFAR-10 in " + shown};

  std::error_code error;
  const bool existed = fs::exists(folder, error);
  try {
    const NewFolder made(folder);
    download(download_request(request, folder));
    return {folder, fmt::format("CIFAR-10, downloaded to {}", shown)};
  } catch (const NoNetwork& none) {
    if (!request.mirrors.empty()) throw;  // a mirror that was named is meant
    if (!named.empty() && !existed)
      fail(
          "the folder {} does not exist, and there is {} to download CIFAR-10 into it: correct --data or "
          "NORMA_DATA, or ask for --data synthetic",
          shown, none.what());
    return {std::nullopt, fmt::format("{} and no CIFAR-10 in {}: training on the built-in synthetic set",
                                      none.what(), shown)};
  }
}

}  // namespace norma
