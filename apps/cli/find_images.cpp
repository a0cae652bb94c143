#include "apps/cli/find_images.h"

#include "core/error.h"
#include "data/find_data.h"

namespace norma {

DataSplit find_images(const KnownDataSet& set, const ImageSource& source, const LoadOptions& options,
                      bool quiet, Progress& progress) {
  DataRequest request;
  request.set = set;
  request.data = source.data;
  if (!source.mirror.empty()) request.mirrors = {source.mirror};
  request.cancelled = interrupted;
  request.progress = [&](const DownloadProgress& p) {
    progress.show(
        static_cast<double>(p.bytes) / static_cast<double>(p.total), "downloading " + set.title,
        fmt::format("{:.1f} of {:.1f} MB  {:.0f} kB/s  {} left", static_cast<double>(p.bytes) / 1e6,
                    static_cast<double>(p.total) / 1e6, p.bytes_per_second / 1e3, duration(p.seconds_left)));
  };
  const DataChoice choice = find_data(request);
  progress.clear();
  say(quiet, "data      " + choice.reason);
  DataSplit images = load_data(set, choice.folder, options);
  if (!images.note.empty()) say(quiet, "note      " + images.note);
  return images;
}

}  // namespace norma
