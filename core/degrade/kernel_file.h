#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/common/message.h"
#include "models/settings.h"

namespace heirloom::core {

/// The file of "FILE" or "FILE#N".
std::filesystem::path kernelFileOf(const std::string& text);

/// A blur kernel out of a picture (its luma; black is 0) or a .mat file; "FILE#3" is the third matrix of the latter.
/// Scaled to a sum of 1, which `notes` say where it was not. Throws Error: unreadable, larger than
/// models::kLargestKernel, nothing but zeros, no such number.
models::Grid readKernel(const std::string& text, std::vector<Message>& notes);

/// The matrix that `wanted` describes, out of a .mat file. Throws Error when it is not there or of another size.
models::Grid readMatrix(const std::string& file, const models::MatrixInput& wanted);

}  // namespace heirloom::core
