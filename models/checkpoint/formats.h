#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "models/checkpoint/archive.h"

namespace heirloom::models {

/// What the index of a checkpoint file says. Every tensor in the tree passed checkLayout.
struct Contents {
  std::string_view format;
  Node root;
  std::map<std::string, std::string> metadata;
};

/// The readers of each container. They read the index, never the tensors, and throw Error without the file's name.
Contents parseSafetensors(std::span<const std::byte> file);
Contents parseZipPickle(std::span<const std::byte> file);
Contents parseLegacyPickle(std::span<const std::byte> file);

/// The first bytes of a legacy file: a pickle of protocol 2 or later that holds PyTorch's magic number.
bool looksLikeLegacyPickle(std::span<const std::byte> file);

}  // namespace heirloom::models
