#include "kernels/measure/example_profile.h"

#include <algorithm>

#include "core/error.h"

namespace norma {
std::string extent(const simt::dim3& d) {
  std::string words = std::to_string(d.x);
  if (d.y > 1 || d.z > 1) words += "·" + std::to_string(d.y);
  if (d.z > 1) words += "·" + std::to_string(d.z);
  return words;
}

namespace {

using simt::Counters;
using simt::LaunchCounters;
using simt::Requests;
using Json = nlohmann::ordered_json;

std::uint64_t bytes_read(const Counters& c) { return c.global_reads.moved + c.global_bytes_added; }
std::uint64_t bytes_written(const Counters& c) { return c.global_writes.moved + c.global_bytes_added; }
std::uint64_t conflicts(const Counters& c) { return c.shared_reads.waste() + c.shared_writes.waste(); }

double ratio(std::uint64_t a, std::uint64_t b) {
  return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b);
}

/// Instructions with much waste: more than a hundredth of the ideal. At most four per launch.
std::vector<simt::SiteRequests> wasteful_sites(const LaunchCounters& launch) {
  std::vector<simt::SiteRequests> sites;
  for (const simt::SiteRequests& site : launch.sites)
    if (site.waste() * 100 > site.ideal && sites.size() < 4) sites.push_back(site);
  return sites;
}

std::uintptr_t code_of(const LaunchCounters& l) { return reinterpret_cast<std::uintptr_t>(l.launch.kernel); }

std::string kernel_name(const Profile& profile, const LaunchCounters& launch) {
  const std::string name = short_function(profile.code.at(code_of(launch)).function);
  if (!name.empty()) return name;
  return fmt::format("{}:{}", short_path(launch.launch.where.file_name()), launch.launch.where.line());
}

// ── Words ──────────────────────────────────────────────────────────────────────────────────────────────────

struct Unit {
  const char* name;
  double bytes;
};

Unit unit_for(std::uint64_t bytes) {
  const double b = static_cast<double>(bytes);
  if (bytes < 1000) return {"B", 1};
  if (b < 1000 * 1024.0) return {"KiB", 1024};
  if (b < 1000 * 1048576.0) return {"MiB", 1048576};
  return {"GiB", 1073741824};
}

std::string in_unit(std::uint64_t bytes, const Unit& unit) {
  return fmt::format("{:.{}f}", static_cast<double>(bytes) / unit.bytes, unit.bytes == 1 ? 0 : 1);
}
std::string human(std::uint64_t bytes) {
  return in_unit(bytes, unit_for(bytes)) + " " + unit_for(bytes).name;
}

/// "32.1 / 32.0 MiB", or with two units if they differ.
std::string against(std::uint64_t bytes, std::uint64_t floor) {
  const Unit unit = unit_for(bytes), unit_of_floor = unit_for(floor);
  if (unit.bytes != unit_of_floor.bytes) return human(bytes) + " / " + human(floor);
  return in_unit(bytes, unit) + " / " + human(floor);
}

/// "16.0 / 16.0", or a dash if there was no request.
std::string sectors(const Requests& r) {
  if (r.requests == 0) return "–";
  return fmt::format("{:.1f} / {:.1f}", ratio(r.transactions, r.requests), ratio(r.ideal, r.requests));
}

std::string conflict_text(const Counters& c) {
  const std::uint64_t passes = c.shared_reads.transactions + c.shared_writes.transactions;
  if (passes == 0) return "–";
  if (conflicts(c) == 0) return "0";
  return fmt::format("{} ({:.1f} %)", conflicts(c), 100 * ratio(conflicts(c), passes));
}

std::string place(const Profile& profile, std::uintptr_t site) {
  const CodeName& name = profile.code.at(site);
  return name.from.empty() ? name.line : name.line + ", from " + name.from;
}

const char* name(simt::Access::Kind kind) {
  using Kind = simt::Access::Kind;
  return kind == Kind::read ? "read" : kind == Kind::write ? "write" : "atomic";
}
const char* name(simt::Space space) { return space == simt::Space::shared ? "shared" : "global"; }

std::string sentence(const Profile& profile, const simt::SiteRequests& s) {
  return fmt::format("  {:.1f} {} per {} {} where {:.1f} would be enough, {} times: {}\n",
                     ratio(s.transactions, s.requests), s.space == simt::Space::shared ? "passes" : "sectors",
                     name(s.space), name(s.kind), ratio(s.ideal, s.requests), s.requests,
                     place(profile, s.site));
}

std::string sentence(const Profile& profile, const simt::Race& r) {
  return fmt::format(
      "  race in {} memory{}: no order between the {} by thread {} ({}) and the {} by thread {} ({}); {} "
      "pairs\n",
      name(r.space), r.between_blocks ? ", between blocks" : "", name(r.first_kind), r.first_thread,
      place(profile, r.first_site), name(r.second_kind), r.second_thread, place(profile, r.second_site),
      r.count);
}

// ── The table ──────────────────────────────────────────────────────────────────────────────────────────────

using Row = std::vector<std::string>;

Row row_of(const std::string& what, const std::string& size, const Counters& c, std::uint64_t read_floor,
           std::uint64_t written_floor) {
  const auto a_thread = [&](std::uint64_t count) { return fmt::format("{:.3g}", ratio(count, c.threads)); };
  return {what,
          size,
          against(bytes_read(c), read_floor),
          against(bytes_written(c), written_floor),
          sectors(c.global_reads),
          sectors(c.global_writes),
          conflict_text(c),
          std::to_string(c.races.size()),
          a_thread(c.barriers),
          a_thread(c.shuffles)};
}

/// Makes each column as wide as its widest cell; the first is aligned left, the others right.
std::string align(const std::vector<Row>& rows) {
  const auto width = [](const std::string& cell) {
    return static_cast<std::size_t>(
        std::count_if(cell.begin(), cell.end(), [](char c) { return (c & 0xc0) != 0x80; }));
  };
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  std::string text;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - width(row[i]), ' ');
      text += i == 0 ? "  " + row[i] + space : "  " + space + row[i];
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

/// "dy read 2.00 ×, x read 2.00 ×, …": how often each array was read or written, as a multiple of its size.
std::string array_lines(const Profile& profile) {
  const auto times = [](std::uint64_t moved, std::uint64_t bytes) {
    return fmt::format("{:.{}f} ×", ratio(moved, bytes), moved < 10 * bytes ? 2 : 0);
  };
  std::uint64_t read = bytes_read(profile.total), written = bytes_written(profile.total);
  std::vector<std::string> parts;
  for (const simt::ArrayTraffic& a : profile.total.arrays) {
    if (a.read > 0) parts.push_back(fmt::format("{} read {}", a.name, times(a.read, a.bytes)));
    if (a.written > 0) parts.push_back(fmt::format("{} written {}", a.name, times(a.written, a.bytes)));
    read -= a.read, written -= a.written;
  }
  if (read + written > 0)
    parts.push_back(fmt::format("scratch {} read, {} written", human(read), human(written)));
  std::string text, line = "  ";
  for (const std::string& part : parts) {
    if (line.size() > 2) line += " ·";
    if (line.size() + part.size() > 118) text += line + "\n", line = "  ";
    line += (line.size() > 2 ? " " : "") + part;
  }
  return text + line + "\n";
}

// ── JSON ───────────────────────────────────────────────────────────────────────────────────────────────────

Json json(const Requests& r, const char* transactions) {
  const std::string unit = transactions;
  return {{"requests", r.requests},
          {"bytes_asked", r.bytes},
          {"bytes", r.moved},
          {unit, r.transactions},
          {"ideal_" + unit, r.ideal},
          {unit + "_per_request", ratio(r.transactions, r.requests)},
          {"ideal_" + unit + "_per_request", ratio(r.ideal, r.requests)}};
}

Json json(const Counters& c, std::uint64_t read_floor, std::uint64_t written_floor) {
  return {{"threads", c.threads},
          {"bytes_read", bytes_read(c)},
          {"bytes_read_floor", read_floor},
          {"bytes_written", bytes_written(c)},
          {"bytes_written_floor", written_floor},
          {"global_reads", json(c.global_reads, "sectors")},
          {"global_writes", json(c.global_writes, "sectors")},
          {"shared_reads", json(c.shared_reads, "passes")},
          {"shared_writes", json(c.shared_writes, "passes")},
          {"atomics", json(c.atomics, "transactions")},
          {"bank_conflicts", conflicts(c)},
          {"races", c.races.size()},
          {"barriers_per_thread", ratio(c.barriers, c.threads)},
          {"warp_barriers_per_thread", ratio(c.warp_barriers, c.threads)},
          {"shuffles_per_thread", ratio(c.shuffles, c.threads)}};
}

Json json(const Profile& profile, const LaunchCounters& l) {
  const auto& [kernel, grid, block, shared_bytes, where] = l.launch;
  Json row = {{"kernel", kernel_name(profile, l)},
              {"function", profile.code.at(code_of(l)).function},
              {"launched_at", fmt::format("{}:{}", short_path(where.file_name()), where.line())},
              {"grid", {grid.x, grid.y, grid.z}},
              {"block", {block.x, block.y, block.z}},
              {"dynamic_shared_bytes", shared_bytes}};
  row.update(json(l, l.global_bytes_read, l.global_bytes_written));
  row["wasteful"] = Json::array();
  for (const simt::SiteRequests& s : wasteful_sites(l))
    row["wasteful"].push_back({{"space", name(s.space)},
                               {"kind", name(s.kind)},
                               {"requests", s.requests},
                               {"transactions", s.transactions},
                               {"ideal", s.ideal},
                               {"at", profile.code.at(s.site).line},
                               {"from", profile.code.at(s.site).from}});
  row["race_sites"] = Json::array();
  for (const simt::Race& r : l.races)
    row["race_sites"].push_back(
        {{"space", name(r.space)},
         {"between_blocks", r.between_blocks},
         {"pairs", r.count},
         {"first",
          {{"kind", name(r.first_kind)}, {"thread", r.first_thread}, {"at", place(profile, r.first_site)}}},
         {"second",
          {{"kind", name(r.second_kind)},
           {"thread", r.second_thread},
           {"at", place(profile, r.second_site)}}}});
  return row;
}

std::string describe(const ProfileCase& which, const ExampleSetting& s) {
  const auto& n = *s.shape;
  std::string text = fmt::format("{}×{}×{}×{}, {}", n[0], n[1], n[2], n[3], norma::name(s.dtype));
  for (const std::string& flag : which.flags) {
    if (flag == "groups") text += fmt::format(", {} groups", s.groups);
    if (flag == "kernel" && s.kernel) text += fmt::format(", kernel {}", *s.kernel);
    if (flag == "stride" && s.stride) text += fmt::format(", stride {}", *s.stride);
    if (flag == "padding" && s.padding) text += fmt::format(", padding {}", *s.padding);
    if (flag == "out-channels" && s.out_channels) text += fmt::format(", {} outputs", *s.out_channels);
    if (flag == "dilation" && s.dilation > 1) text += fmt::format(", dilation {}", s.dilation);
    if (flag == "conv-groups" && s.conv_groups > 1) text += fmt::format(", {} groups", s.conv_groups);
    if (flag == "precision" && s.precision != Precision::exact) text += ", " + norma::name(s.precision);
    if (flag == "p") text += fmt::format(", p {}", s.p);
    if (flag == "channels" && s.channels) text += ", whole channels";
    if (flag == "eval" && s.eval) text += ", running statistics";
  }
  return text;
}

}  // namespace

Profile profile(const ProfileCase& which, ExampleSetting setting, std::function<void(double)> after_block) {
  if (!setting.shape) setting.shape = which.shape;
  ExampleArrays arrays(Device::simt);
  const auto run = which.prepare(arrays, setting);
  simt::CountLaunches counting;
  counting.after_block(std::move(after_block));
  for (const auto& array : arrays.all()) counting.name_array(array.name, array.tensor.raw(), array.bytes);
  run();

  Profile result{which.name,         setting,           describe(which, setting), arrays.bytes_in(),
                 arrays.bytes_out(), counting.result(), counting.launches(),      {}};
  if (result.total.threads > 0 && !result.total.seen_memory())
    fail(
        "the kernels of this program have no memory-access hooks, so nothing can be counted: build it "
        "with g++ and without a sanitizer (./run simt_profile does so)");
  std::vector<std::uintptr_t> addresses;
  for (const LaunchCounters& launch : result.launches) {
    addresses.push_back(code_of(launch));
    for (const simt::SiteRequests& site : wasteful_sites(launch)) addresses.push_back(site.site);
    for (const simt::Race& race : launch.races)
      addresses.insert(addresses.end(), {race.first_site, race.second_site});
  }
  result.code = code_names(addresses);
  return result;
}

std::string to_text(const Profile& profile) {
  std::vector<Row> rows = {
      {"", "", "read /", "written /", "sectors /", "sectors /", "bank", "", "barriers", "shuffles"},
      {"kernel", "grid × block", "floor", "floor", "ideal, read", "ideal, write", "conflicts", "races",
       "per thread", "per thread"}};
  std::string notes;
  for (const LaunchCounters& launch : profile.launches) {
    const std::string name = kernel_name(profile, launch);
    rows.push_back(row_of(name, extent(launch.launch.grid) + " × " + extent(launch.launch.block), launch,
                          launch.global_bytes_read, launch.global_bytes_written));
    std::string own;
    for (const simt::Race& race : launch.races) own += "  " + sentence(profile, race);
    for (const simt::SiteRequests& site : wasteful_sites(launch)) own += "  " + sentence(profile, site);
    if (!own.empty()) notes += "  " + name + "\n" + own;
  }
  rows.push_back(
      row_of("the operation",
             fmt::format("{} launch{}", profile.launches.size(), profile.launches.size() == 1 ? "" : "es"),
             profile.total, profile.bytes_in, profile.bytes_out));
  rows.back()[8] = rows.back()[9] = "";
  return fmt::format("{} · {}\n\n{}\n{}{}", profile.name, profile.description, align(rows),
                     array_lines(profile), notes);
}

std::string profile_legend() {
  return "read, written   bytes moved by requests of warps; bytes that lanes of a request share count once\n"
         "floor           of a kernel: each of these bytes once; of the operation: each input and output "
         "once\n"
         "sectors         32-byte sectors per request of a warp, and the least number for its bytes\n"
         "bank conflicts  passes over the 32 banks of shared memory beyond the least number for the words\n"
         "races           pairs of instructions on the same bytes in no fixed order; one of them writes\n";
}

Json to_json(const Profile& profile) {
  Json arrays = Json::array(), kernels = Json::array();
  for (const simt::ArrayTraffic& a : profile.total.arrays)
    arrays.push_back(
        {{"name", a.name}, {"bytes", a.bytes}, {"bytes_read", a.read}, {"bytes_written", a.written}});
  for (const LaunchCounters& launch : profile.launches) kernels.push_back(json(profile, launch));
  return {{"operation", profile.name},
          {"description", profile.description},
          {"shape", *profile.setting.shape},
          {"dtype", norma::name(profile.setting.dtype)},
          {"arrays", arrays},
          {"kernels", kernels},
          {"total", json(profile.total, profile.bytes_in, profile.bytes_out)}};
}

}  // namespace norma
