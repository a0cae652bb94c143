// Files that are complete or do not exist.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

namespace norma {

/// Writes beside it, under a name that no other process uses, then renames: of several that write, one wins. Throws, naming
/// the file, where that fails, and leaves nothing behind. A link stays a link; a pipe or a device is written into.
void save_file(const std::filesystem::path& file, const std::function<void(std::ostream&)>& write);
void save_file(const std::filesystem::path& file, std::string_view content);

/// All of a file. Throws, naming it, where it cannot be read.
std::string read_file(const std::filesystem::path& file);

}  // namespace norma
