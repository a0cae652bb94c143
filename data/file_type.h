// What a path leads to: a file, a folder, nothing.
#pragma once

#include <filesystem>

namespace norma {

/// fs::status, links followed: `not_found` where there is nothing; throws where the system cannot say.
std::filesystem::file_type type_of(const std::filesystem::path& path);

}  // namespace norma
