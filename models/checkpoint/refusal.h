#pragma once

#include <string>
#include <string_view>

#include "models/common/error.h"

namespace heirloom::models {

/// A fault of the file itself, as a damaged or half-downloaded one has. The file's name is filled in by Archive.
Error damaged(Message fault);

/// A rule broken in a way that no program which writes checkpoints does.
Error untrustworthy(Message fault);

/// A sound file of a kind that is not read; the remedy says how to write it anew.
Error unsupported(Message fault);

/// The same for numbers of a type that is not read, named as the file names it.
Error unsupportedType(std::string_view type);

/// Text out of a file, fit for a message: at most 64 characters, invalid UTF-8 and control characters replaced by '?'.
std::string printable(std::string_view text);

bool isUtf8(std::string_view text);

}  // namespace heirloom::models
