#include "core/photo/xmp_packet.h"

#include <array>
#include <charconv>
#include <map>

namespace heirloom::core {
namespace {

using std::string_view_literals::operator""sv;

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

}  // namespace

std::string_view part(std::string_view text, Span span) {
  return text.substr(span.begin, span.end - span.begin);
}

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

}  // namespace heirloom::core
