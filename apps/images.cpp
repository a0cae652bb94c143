#include "apps/images.h"

#include "core/error.h"
#include "data/cifar10.h"
#include "data/find_data.h"
#include "data/synthetic.h"

namespace norma {

DataSplit find_images(const std::string& /*TODO*/, const ImageSource& source, Progress& progress) {
  DataRequest request;
  request.data = source.data;
  if (!source.mirror.empty()) request.mirrors = {source.mirror};
  request.cancelled = interrupted;
  request.progress = [&](const DownloadProgress& p) {
    progress.show(
        static_cast<double>(p.bytes) / static_cast<double>(p.total), "downloading CIFAR-10",
        fmt::format("{:.1f} of {:.1f} MB  {:.0f} kB/s  {} left", static_cast<double>(p.bytes) / 1e6,
                    static_cast<double>(p.total) / 1e6, p.bytes_per_second / 1e3, duration(p.seconds_left)));
  };
  const DataChoice choice = find_data(request);
  progress.clear();
  say(source.quiet, "data      " + choice.reason);
  return choice.folder ? load_cifar10(*choice.folder) : make_synthetic();
}

}  // namespace norma
