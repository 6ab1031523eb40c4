#pragma once

#include <string>
#include <vector>

#include "models/sdxl/prompt.h"

namespace heirloom::tests {

/// Text of a vocab.json that knows every single byte, alone and at the end of a word: 514 tokens, no merges needed.
std::string tinyVocabulary();
inline constexpr const char* kTinyMerges = "#version: 0.2\na b\n";

inline constexpr models::ClipTextConfig kTinyText1{
    .vocabulary = 514, .positions = 77, .width = 16, .layers = 2, .heads = 2, .hidden = 32};
inline constexpr models::ClipTextConfig kTinyText2{.vocabulary = 514,
                                                   .positions = 77,
                                                   .width = 32,
                                                   .layers = 2,
                                                   .heads = 2,
                                                   .hidden = 64,
                                                   .projection = 24,
                                                   .quickGelu = false};

/// Both tokenisers and both text encoders of a tiny SDXL, their weights not yet filled.
std::vector<models::TextEncoder> tinyTextEncoders();

}  // namespace heirloom::tests
