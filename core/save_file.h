// Files that are complete or do not exist.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

namespace norma {

/// Writes in the same folder, under a name that no other process uses, then renames. If several processes
/// write, one of the files remains. On failure, throws an error that names the file and leaves nothing
/// behind. A link stays a link; a pipe or a device is written directly.
void save_file(const std::filesystem::path& file, const std::function<void(std::ostream&)>& write);
void save_file(const std::filesystem::path& file, std::string_view content);

/// The whole content of a file. Throws an error that names the file if it cannot be read.
std::string read_file(const std::filesystem::path& file);
/// The same for a file that is not trusted: throws if it is a folder, a pipe or a device, or has more than
/// `most` bytes.
std::string read_file(const std::filesystem::path& file, std::size_t most);
/// The size of a file. Throws an error that names it if it does not exist or is not a regular file: a pipe or
/// a device may block, or never end.
std::uintmax_t regular_file_size(const std::filesystem::path& file);

}  // namespace norma
