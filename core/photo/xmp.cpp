#include "core/photo/xmp.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace heirloom::core {
namespace {

using std::string_view_literals::operator""sv;

constexpr auto kHeirloom = "http://ns.heirloom.app/1.0/"sv;
constexpr auto kRdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"sv;
constexpr auto kXmp = "http://ns.adobe.com/xap/1.0/"sv;
constexpr auto kTiffSpace = "http://ns.adobe.com/tiff/1.0/"sv;
constexpr auto kExif = "http://ns.adobe.com/exif/1.0/"sv;
constexpr auto kPhotoshop = "http://ns.adobe.com/photoshop/1.0/"sv;
constexpr auto kIptcCore = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"sv;
constexpr auto kIptcExtension = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"sv;

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct Attribute {
  std::string_view name;
  Span value;  // between the quotes
  Span whole;  // with the white space before it
};

struct Tag {
  enum class Kind { Open, Close, Empty };
  Kind kind = Kind::Open;
  std::string_view name;
  Span whole;
  std::vector<Attribute> attributes;
};

bool isSpace(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// The tags of a document one after the other; comments, CDATA, processing instructions and declarations are passed
/// over.
class Tags {
 public:
  explicit Tags(std::string_view text) : text_(text) {}

  bool next(Tag& tag) {
    for (at_ = text_.find('<', at_); at_ != text_.npos; at_ = text_.find('<', at_)) {
      if (skip("<!--", "-->") || skip("<![CDATA[", "]]>") || skip("<?", "?>") || skip("<!", ">")) continue;
      return read(tag);
    }
    return false;
  }

 private:
  bool skip(std::string_view opening, std::string_view closing) {
    if (!text_.substr(at_).starts_with(opening)) return false;
    const std::size_t end = text_.find(closing, at_ + opening.size());
    at_ = end == text_.npos ? text_.size() : end + closing.size();
    return true;
  }

  bool read(Tag& tag) {
    tag = {};
    tag.whole.begin = at_++;
    if (at_ < text_.size() && text_[at_] == '/') {
      tag.kind = Tag::Kind::Close;
      ++at_;
    }
    tag.name = word();
    while (at_ < text_.size() && text_[at_] != '>') {
      const std::size_t before = at_;
      while (at_ < text_.size() && isSpace(text_[at_])) ++at_;
      if (at_ < text_.size() && text_[at_] == '/') {
        tag.kind = Tag::Kind::Empty;
        ++at_;
      } else if (at_ < text_.size() && text_[at_] != '>' && !readAttribute(tag, before)) {
        return false;
      }
    }
    if (at_ >= text_.size()) return false;
    tag.whole.end = ++at_;
    return true;
  }

  bool readAttribute(Tag& tag, std::size_t before) {
    Attribute attribute;
    attribute.name = word();
    while (at_ < text_.size() && isSpace(text_[at_])) ++at_;
    if (at_ >= text_.size() || text_[at_] != '=') return false;
    ++at_;
    while (at_ < text_.size() && isSpace(text_[at_])) ++at_;
    if (at_ >= text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) return false;
    const std::size_t end = text_.find(text_[at_], at_ + 1);
    if (end == text_.npos) return false;
    attribute.value = {at_ + 1, end};
    at_ = end + 1;
    attribute.whole = {before, at_};
    tag.attributes.push_back(attribute);
    return true;
  }

  std::string_view word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && !isSpace(text_[at_]) && text_[at_] != '>' && text_[at_] != '/' && text_[at_] != '=')
      ++at_;
    return text_.substr(begin, at_ - begin);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::string_view part(std::string_view text, Span span) {
  return text.substr(span.begin, span.end - span.begin);
}

void appendUtf8(std::string& text, std::uint32_t c) {
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | ((c >> shift) & 0x3f)); };
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += static_cast<char>(0xc0 | c >> 6);
    tail(0);
  } else if (c < 0x10000) {
    text += static_cast<char>(0xe0 | c >> 12);
    tail(6);
    tail(0);
  } else {
    text += static_cast<char>(0xf0 | c >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

/// "&#10;" or "&#xA;" at the start of `text`: its length and character; 0 when it is something else.
std::pair<std::size_t, std::uint32_t> numericReference(std::string_view text) {
  const std::size_t end = text.substr(0, 12).find(';');
  if (!text.starts_with("&#") || end == text.npos) return {};
  const bool hexadecimal = text[2] == 'x';
  const char* last = text.data() + end;
  std::uint32_t c = 0;
  const auto parsed = std::from_chars(text.data() + (hexadecimal ? 3 : 2), last, c, hexadecimal ? 16 : 10);
  if (parsed.ec != std::errc() || parsed.ptr != last || c > 0x10ffff) return {};
  return {end + 1, c};
}

std::string unescaped(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 5> kEntities = {
      {{"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&amp;", '&'}}};
  std::string plain;
  while (!text.empty()) {
    if (const auto [length, c] = numericReference(text); length > 0) {
      appendUtf8(plain, c);
      text.remove_prefix(length);
      continue;
    }
    std::size_t length = 1;
    char c = text.front();
    for (const auto& [entity, meaning] : kEntities) {
      if (c == '&' && text.starts_with(entity)) {
        length = entity.size();
        c = meaning;
        break;
      }
    }
    plain += c;
    text.remove_prefix(length);
  }
  return plain;
}

std::string escaped(std::string_view plain) {
  std::string text;
  for (const char c : plain) {
    switch (c) {
      case '<':
        text += "&lt;";
        break;
      case '>':
        text += "&gt;";
        break;
      case '"':
        text += "&quot;";
        break;
      case '\'':
        text += "&apos;";
        break;
      case '&':
        text += "&amp;";
        break;
      default:
        text += c;
    }
  }
  return text;
}

/// Prefixes of a packet. Scopes are ignored: a prefix that means two things in one packet is unheard of.
class NamespaceNames {
 public:
  explicit NamespaceNames(std::string_view packet) {
    Tags tags(packet);
    for (Tag tag; tags.next(tag);) {
      for (const Attribute& attribute : tag.attributes) {
        if (attribute.name.starts_with("xmlns:")) spaces_[attribute.name.substr(6)] = part(packet, attribute.value);
      }
    }
  }

  /// Namespace and local name.
  std::pair<std::string_view, std::string_view> resolve(std::string_view name) const {
    const std::size_t colon = name.find(':');
    if (colon == name.npos) return {{}, name};
    const auto found = spaces_.find(name.substr(0, colon));
    return {found == spaces_.end() ? std::string_view{} : found->second, name.substr(colon + 1)};
  }

 private:
  std::map<std::string_view, std::string_view> spaces_;
};

using Chosen = std::function<bool(std::string_view space, std::string_view name)>;

/// The properties that `chosen` names: elements with all they hold, or attributes.
struct Property {
  Span whole;
  Span value;
};

std::vector<Property> properties(std::string_view packet, const Chosen& chosen) {
  const NamespaceNames names(packet);
  std::vector<Property> found;
  Tags tags(packet);
  int depth = 0;
  int foundAt = -1;
  Property open;
  for (Tag tag; tags.next(tag);) {
    const auto [space, name] = names.resolve(tag.name);
    if (tag.kind == Tag::Kind::Close) {
      --depth;
      if (foundAt >= 0 && depth == foundAt) {
        open.value.end = tag.whole.begin;
        open.whole.end = tag.whole.end;
        found.push_back(open);
        foundAt = -1;
      }
      continue;
    }
    if (foundAt < 0 && chosen(space, name)) {
      open = {tag.whole, {tag.whole.end, tag.whole.end}};
      while (open.whole.begin > 0 && isSpace(packet[open.whole.begin - 1])) --open.whole.begin;
      if (tag.kind == Tag::Kind::Empty) {
        found.push_back(open);
      } else {
        foundAt = depth;
      }
    } else if (foundAt < 0) {
      for (const Attribute& attribute : tag.attributes) {
        const auto [attributeSpace, attributeName] = names.resolve(attribute.name);
        if (chosen(attributeSpace, attributeName)) found.push_back({attribute.whole, attribute.value});
      }
    }
    if (tag.kind == Tag::Kind::Open) ++depth;
  }
  return found;
}

std::string without(std::string_view packet, const Chosen& chosen) {
  std::string rest;
  std::size_t at = 0;
  for (const Property& property : properties(packet, chosen)) {
    rest += packet.substr(at, property.whole.begin - at);
    at = property.whole.end;
  }
  rest += packet.substr(at);
  return rest;
}

/// The place where a new rdf:Description goes, and what the others are about; npos when there is no RDF.
std::pair<std::size_t, std::string> endOfRdf(std::string_view packet) {
  const NamespaceNames names(packet);
  std::size_t end = packet.npos;
  std::string about;
  Tags tags(packet);
  for (Tag tag; tags.next(tag);) {
    const auto [space, name] = names.resolve(tag.name);
    if (space != kRdf) continue;
    if (name == "RDF" && tag.kind == Tag::Kind::Close) end = tag.whole.begin;
    if (name != "Description" || tag.kind == Tag::Kind::Close || !about.empty()) continue;
    for (const Attribute& attribute : tag.attributes) {
      if (names.resolve(attribute.name) == std::pair{kRdf, "about"sv}) about = part(packet, attribute.value);
    }
  }
  return {end, about};
}

std::string addProperty(std::string packet, std::string_view space, std::string_view prefix, std::string_view name,
                        std::string_view value) {
  auto [end, about] = endOfRdf(packet);
  if (end == packet.npos) {
    packet =
        "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
        "<rdf:RDF xmlns:rdf=\"" +
        std::string(kRdf) + "\">\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>";
    std::tie(end, about) = endOfRdf(packet);
  }
  // The packet's own prefix of RDF: "</rdf:RDF" names it.
  const std::string rdf = packet.substr(end + 2, packet.find(':', end) - end - 2);
  const std::string property = std::string(prefix) + ":" + std::string(name);
  const std::string description = "<" + rdf + ":Description " + rdf + ":about=\"" + about +
                                  "\" xmlns:" + std::string(prefix) + "=\"" + std::string(space) + "\"><" + property +
                                  ">" + escaped(value) + "</" + property + "></" + rdf + ":Description>\n";
  packet.insert(end, description);
  return packet;
}

/// In its own place where the packet has it already, so that saving again and again does not make packets grow.
std::string withProperty(std::string_view packet, std::string_view space, std::string_view prefix,
                         std::string_view name, std::string_view value) {
  const auto found = properties(packet, [&](auto eachSpace, auto each) { return eachSpace == space && each == name; });
  std::string changed(packet);
  if (found.empty() || found.front().value.begin == found.front().value.end) {
    return addProperty(std::move(changed), space, prefix, name, value);
  }
  const Span at = found.front().value;
  changed.replace(at.begin, at.end - at.begin, escaped(value));
  return changed;
}

bool isPlace(std::string_view space, std::string_view name) {
  if (space == kExif) return name.starts_with("GPS");
  if (space == kPhotoshop) return name == "City" || name == "State" || name == "Country";
  if (space == kIptcCore) return name == "Location" || name == "CountryCode";
  return space == kIptcExtension && name.starts_with("Location");
}

bool isRecipe(std::string_view space, std::string_view name) {
  return space == kHeirloom && name == "Recipe";
}

}  // namespace

std::string utf8Xmp(std::string_view packet) {
  // The packet's first character is '<' or a byte order mark.
  const bool big = packet.starts_with("\xfe\xff"sv) || packet.starts_with("\0<"sv);
  const bool little = packet.starts_with("\xff\xfe"sv) || packet.starts_with("<\0"sv);
  if (!big && !little) return std::string(packet);
  const auto unit = [&](std::size_t at) {
    const auto first = static_cast<unsigned char>(packet[at]);
    const auto second = static_cast<unsigned char>(packet[at + 1]);
    return static_cast<std::uint32_t>(big ? first << 8 | second : second << 8 | first);
  };
  std::string text;
  for (std::size_t at = 0; at + 1 < packet.size(); at += 2) {
    std::uint32_t c = unit(at);
    if (c >= 0xd800 && c < 0xdc00 && at + 3 < packet.size()) {
      at += 2;
      c = 0x10000 + ((c - 0xd800) << 10) + (unit(at) - 0xdc00);
    }
    if (c != 0xfeff || !text.empty()) appendUtf8(text, c);
  }
  return text;
}

std::string uprightXmp(std::string_view packet) {
  const auto found =
      properties(packet, [](auto space, auto name) { return space == kTiffSpace && name == "Orientation"; });
  std::string upright(packet);
  for (auto property = found.rbegin(); property != found.rend(); ++property) {
    if (property->value.begin == property->value.end) continue;
    upright.replace(property->value.begin, property->value.end - property->value.begin, "1");
  }
  return upright;
}

std::string xmpWithoutPlaces(std::string_view packet) {
  return without(packet, isPlace);
}

std::string xmpWithoutRecipe(std::string_view packet) {
  return without(packet, isRecipe);
}

std::string xmpWithRecipe(std::string_view packet, std::string_view recipe) {
  return withProperty(packet, kHeirloom, "heirloom", "Recipe", recipe);
}

std::string xmpWithSoftware(std::string_view packet, std::string_view software) {
  return withProperty(packet, kXmp, "xmp", "CreatorTool", software);
}

std::string xmpAsGenerated(std::string_view packet) {
  return withProperty(packet, kIptcExtension, "Iptc4xmpExt", "DigitalSourceType",
                      "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia");
}

std::string recipeInXmp(std::string_view packet) {
  const auto found = properties(packet, isRecipe);
  return found.empty() ? std::string{} : unescaped(part(packet, found.front().value));
}

}  // namespace heirloom::core
