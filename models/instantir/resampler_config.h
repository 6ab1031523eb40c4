#pragma once

namespace heirloom::models {

/// Default: the published one.
struct ResamplerConfig {
  int width = 1280;
  int depth = 4;
  int heads = 20;
  int headWidth = 64;
  int queries = 64;    // tokens that come out
  int inputs = 1024;   // width of the picture's tokens
  int outputs = 2048;  // width of the tokens that come out: the text's
  int multiplier = 4;  // of the feed-forward layers
  bool operator==(const ResamplerConfig&) const = default;
};

}  // namespace heirloom::models
