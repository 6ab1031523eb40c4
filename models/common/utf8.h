#pragma once

#include <string>
#include <string_view>

namespace heirloom::models {

/// Code points of well-formed UTF-8. Throws Error for anything else.
std::u32string decoded(std::string_view text);

std::string encoded(std::u32string_view text);

}  // namespace heirloom::models
