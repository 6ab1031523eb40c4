#pragma once

#include <span>
#include <string>

#include "models/common/message.h"

namespace heirloom::models {

/// With which the reference restores where nobody says anything: PROMPT and NEG_PROMPT of infer.py and of
/// gradio_demo/app.py, white space made single (instantX-research/InstantIR at 183ccf5; instantir.md 2.5). No others
/// for restoration are in that repository, whose pictures during training are asked for without words, nor in the
/// authors' later demonstration, whose examples are pictures alone. Of the paper, arXiv 2410.06551, what could be read
/// has none either (instantir.md 3).
extern const char* const kDefaultPrompt;
extern const char* const kDefaultNegativePrompt;

/// A prompt to begin from, for people.
struct PromptPreset {
  Message name;
  std::string prompt;
};

/// Each with its source in prompts.cpp. The first is the reference's own. The others are ours: what the photo shows, in
/// words, as its creative restoration takes them in the place of that one (instantir.md 3).
std::span<const PromptPreset> promptPresets();

}  // namespace heirloom::models
