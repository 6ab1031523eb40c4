#pragma once

#include <span>
#include <string>

#include "models/common/message.h"

namespace heirloom::models {

/// What the reference restores with where nobody says anything (InstantIR, infer.py).
extern const char* const kDefaultPrompt;
extern const char* const kDefaultNegativePrompt;

/// A prompt to begin from, for people.
struct PromptPreset {
  Message name;
  std::string prompt;
};

/// Kinds of edits that the paper's examples show: what the photo shows, in words.
std::span<const PromptPreset> promptPresets();

}  // namespace heirloom::models
