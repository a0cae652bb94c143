// The type of a path: a file, a folder, or nothing.
#pragma once

#include <filesystem>

namespace norma {

/// fs::status, links followed: `not_found` if nothing exists. Throws if the system cannot tell.
std::filesystem::file_type type_of(const std::filesystem::path& path);

}  // namespace norma
