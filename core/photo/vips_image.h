#pragma once

#include <vips/vips.h>

#include <memory>
#include <string>

namespace heirloom::core {

struct Unreference {
  void operator()(void* object) const { g_object_unref(object); }
};

template <typename T>
using VipsPointer = std::unique_ptr<T, Unreference>;

/// libvips' error text of this thread on one line, and the buffer emptied. libvips shares one buffer among threads, so
/// the text may hold a stranger's line; it is for people only.
std::string takeVipsError();

}  // namespace heirloom::core
