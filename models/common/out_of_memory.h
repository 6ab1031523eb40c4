#pragma once

#include <exception>

namespace heirloom::models {

/// Whether `error` says that memory ran out, of a GPU or of the system. LibTorch's CPU allocator reports it as a plain
/// c10::Error, which only its text tells from others.
bool isOutOfMemory(const std::exception& error);

}  // namespace heirloom::models
