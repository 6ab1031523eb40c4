#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heirloom::core {

// Where things stand in the text of an XMP packet: a reader of tags that knows no more of XML than packets use.

inline constexpr std::string_view kRdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::string_view part(std::string_view text, Span span);

struct Property {
  Span whole;  // with the white space before it
  Span value;
};

/// Whether a property, by its namespace and local name, is one of those that are looked for.
using Chosen = std::function<bool(std::string_view space, std::string_view name)>;

/// The properties that `chosen` names, in their order: elements with all they hold, or attributes.
std::vector<Property> properties(std::string_view packet, const Chosen& chosen);

/// The place where a new rdf:Description goes, and what the others are about; npos when there is no RDF.
std::pair<std::size_t, std::string> endOfRdf(std::string_view packet);

/// Text as it stands in a packet, with entities, and what it says.
std::string escaped(std::string_view plain);
std::string unescaped(std::string_view text);

void appendUtf8(std::string& text, std::uint32_t c);

}  // namespace heirloom::core
