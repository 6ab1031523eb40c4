#pragma once

namespace heirloom::models {

/// Descriptor::margin of a network whose session wants the photo whole and cuts it itself: larger than any photo.
inline constexpr int kWholePhoto = 1 << 28;
/// Descriptor::activationBytesPerPixel of such a network, whose own memory does not grow with the photo: the source,
/// the result and what is between them, three float32 channels each.
inline constexpr double kWholePhotoBytesPerPixel = 4 * 3 * 6;

}  // namespace heirloom::models
