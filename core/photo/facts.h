#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/photo/photo.h"

namespace heirloom::core {

/// What the profile calls itself: "Adobe RGB (1998)"; empty when it is no profile or has no name.
std::string profileName(std::span<const std::byte> profile);

/// The few tags that people ask for, by name: camera, lens, date, exposure, place, title, author, copyright. Only those
/// that are there.
std::vector<std::pair<std::string, std::string>> tagsOf(const Metadata& metadata);

}  // namespace heirloom::core
