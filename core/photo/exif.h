#pragma once

#include <cstddef>
#include <cstdint>
#include <exiv2/exiv2.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/photo/photo.h"

namespace heirloom::core {

/// Starts Exiv2 once: thread-safe XMP, nothing on standard error.
void initialiseExiv2();

/// A TIFF block (an "Exif\0\0" prefix is allowed) as tags. Throws Exiv2::Error for nonsense.
Exiv2::ExifData decodeExif(std::span<const std::byte> block);

/// The tags as a TIFF block; `original` keeps its byte order and, where nothing grew, its places.
std::vector<std::byte> encodeExif(const Exiv2::ExifData& tags, std::span<const std::byte> original);

/// The tags as a new TIFF block.
std::vector<std::byte> encodeExif(const Exiv2::ExifData& tags, Exiv2::ByteOrder order);

int orientationOf(const Exiv2::ExifData& tags);  // 0: no such tag

/// Orientation 1 where there is one, and no thumbnail.
void makeUpright(Exiv2::ExifData& tags);

/// Leaves out what describes the file's own layout (strips, depth, embedded profile) and not the photo.
void dropStructure(Exiv2::ExifData& tags);

/// Adds the tags of `own` that `tags` lacks and that Exiv2 does not carry over itself: resolution and profile.
void addMissing(Exiv2::ExifData& tags, const Exiv2::ExifData& own);

void dropPlaces(Exiv2::ExifData& tags);
void dropPlaces(Exiv2::IptcData& records);

/// Exif.Photo.PixelXDimension and PixelYDimension, where present.
void setPixelSize(Exiv2::ExifData& tags, std::int64_t width, std::int64_t height);

}  // namespace heirloom::core
