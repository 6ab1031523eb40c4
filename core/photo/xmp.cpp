#include "core/photo/xmp.h"

#include <cstdint>
#include <tuple>

#include "core/photo/xmp_packet.h"

namespace heirloom::core {
namespace {

using std::string_view_literals::operator""sv;

constexpr auto kHeirloom = "http://ns.heirloom.app/1.0/"sv;
constexpr auto kXmp = "http://ns.adobe.com/xap/1.0/"sv;
constexpr auto kTiffSpace = "http://ns.adobe.com/tiff/1.0/"sv;
constexpr auto kExif = "http://ns.adobe.com/exif/1.0/"sv;
constexpr auto kPhotoshop = "http://ns.adobe.com/photoshop/1.0/"sv;
constexpr auto kIptcCore = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"sv;
constexpr auto kIptcExtension = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"sv;

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
