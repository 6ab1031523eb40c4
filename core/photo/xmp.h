#pragma once

#include <string>
#include <string_view>

namespace heirloom::core {

// An XMP packet is edited as text: only the named properties change, and every other namespace, structure and comment
// keeps its bytes, which no round trip through an XMP library promises. Packets are UTF-8; `utf8Xmp` makes them so.

/// UTF-16 packets (with a byte order mark) as UTF-8; others as they are.
std::string utf8Xmp(std::string_view packet);

/// tiff:Orientation becomes 1 where present.
std::string uprightXmp(std::string_view packet);

/// Without exif:GPS*, and the places of photoshop, Iptc4xmpCore and Iptc4xmpExt.
std::string xmpWithoutPlaces(std::string_view packet);

std::string xmpWithoutRecipe(std::string_view packet);

/// Replaces the recipe, and xmp:CreatorTool unless `software` is empty; an empty packet becomes a new one.
std::string xmpWithRecipe(std::string_view packet, std::string_view recipe);
std::string xmpWithSoftware(std::string_view packet, std::string_view software);

/// Says that parts of the picture were made by a trained network (IPTC NewsCodes, Digital Source Type).
std::string xmpAsGenerated(std::string_view packet);

std::string recipeInXmp(std::string_view packet);

}  // namespace heirloom::core
