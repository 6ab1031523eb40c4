#pragma once

#include <optional>
#include <string_view>

#include "models/common/grid.h"
#include "models/common/message.h"

namespace heirloom::models {

/// The written forms of a blur kernel, for messages.
inline constexpr std::string_view kKernelForms =
    "gaussian:WIDTH[,ACROSS[,ANGLE]], motion:LENGTH[,ANGLE], grid:COLUMNSxROWS:V,V,... or a file (picture, .mat)";

/// The largest side of a kernel that is taken.
inline constexpr int kLargestKernel = 255;

/// The largest width of a Gaussian that is taken: 4 of it on both sides fit kLargestKernel.
inline constexpr double kLargestWidth = 30;

/// Reads a written form: widths are standard deviations in pixels of the picture that comes out, angles are degrees
/// counterclockwise from the horizontal. `grid` holds its values row by row. The result sums to 1 and has odd sides
/// (grid: as given). Empty for everything else, files included. `note`, where wanted: what to say of it (noteOnSum).
std::optional<Grid> parseKernel(std::string_view text, std::optional<Message>* note = nullptr);

/// Gaussian of the covariance with the variances `along` and `across`, the first direction turned by `theta` radians
/// clockwise (rows grow downwards), on a square of `side`; sums to 1 (KAIR utils_sisr.py, anisotropic_Gaussian;
/// kair.md 4.3).
Grid gaussianKernel(int side, double along, double across, double theta);

/// MATLAB's fspecial('motion', length, degrees): the trace of a point that moves `length` pixels.
Grid motionKernel(double length, double degrees);

/// Of all values.
double sumOf(const Grid& kernel);

/// The same kernel with a sum of 1. Throws Error when its sum is not positive or a value no number.
Grid normalised(Grid kernel);

/// What to say of a kernel that `normalised` scales; nothing of one whose sum is 1 but for the rounding of files.
std::optional<Message> noteOnSum(const Grid& kernel);

/// Cut to, or padded with zeros to, a square of `side` about its middle.
Grid onSquare(const Grid& kernel, int side);

/// The same, normalised.
Grid fitted(const Grid& kernel, int side);

}  // namespace heirloom::models
