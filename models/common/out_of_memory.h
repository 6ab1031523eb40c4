#pragma once

#include <cstdint>
#include <exception>

#include "models/common/error.h"

namespace heirloom::models {

/// Whether `error` says that memory ran out, of a GPU or of the system. LibTorch's CPU allocator reports it as a plain
/// c10::Error, which only its text tells from others.
bool isOutOfMemory(const std::exception& error);

/// Says that a network needs so many bytes and that there are not so many, in gigabytes.
Error tooLittleMemory(std::uint64_t needed, std::uint64_t free, Message remedy);

}  // namespace heirloom::models
