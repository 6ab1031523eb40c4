#pragma once

#include <functional>
#include <string>

namespace heirloom {

/// The names of `things` for a message: "a, b, c". `nameOf`: of one of them.
template <typename Things, typename NameOf = std::identity>
std::string joined(const Things& things, NameOf nameOf = {}) {
  std::string text;
  for (const auto& thing : things) {
    if (!text.empty()) text += ", ";
    text += std::invoke(nameOf, thing);
  }
  return text;
}

}  // namespace heirloom
