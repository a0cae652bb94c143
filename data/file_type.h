// What stands at a path, for those who look for data.
#pragma once

#include <filesystem>

namespace norma {

/// fs::status, links followed: `not_found` where there is nothing; throws where it cannot be looked at.
std::filesystem::file_type type_of(const std::filesystem::path& path);

}  // namespace norma
