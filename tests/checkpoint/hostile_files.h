#pragma once

#include <string>
#include <vector>

#include "tests/checkpoint/sample_files.h"

namespace heirloom::tests {

/// A file that must be refused, and words that its one-line error must hold.
struct HostileFile {
  std::string name;
  std::string bytes;
  std::string reason;
};

/// By the part of the format that each abuses.
std::vector<HostileFile> hostileSafetensors();
std::vector<HostileFile> hostileZips();
std::vector<HostileFile> hostilePickles();  // within sound zip files
std::vector<HostileFile> hostileLegacyFiles();
std::vector<HostileFile> strangers();  // other kinds of files

/// All of them.
std::vector<HostileFile> hostileFiles();

/// Every good file cut after every byte: none may be accepted.
std::vector<NamedBytes> truncations();

/// Every good file with one bit flipped, for every bit: may be sound or not, must never do harm.
std::vector<NamedBytes> bitFlips();

}  // namespace heirloom::tests
