#pragma once

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "models/checkpoint/archive.h"
#include "tests/checkpoint/sample_files.h"

namespace heirloom::tests {

struct Tree;
using Dictionary = std::vector<std::pair<std::string, Tree>>;
struct Nothing {};
/// Rows x 3 elements of the sample storage, of which there are two.
struct Tensor {
  std::int64_t rows = 2;
};

/// A tree to write down: a tensor, nothing, or a dictionary.
struct Tree {
  std::variant<Tensor, Nothing, Dictionary> value;
  Tree(Tensor tensor) : value(tensor) {}
  Tree(Nothing) : value(Nothing{}) {}
  Tree(Dictionary dictionary) : value(std::move(dictionary)) {}
};

inline void write(const Tree& tree, PickleWriter& pickle) {
  if (const auto* tensor = std::get_if<Tensor>(&tree.value)) {
    pickle.tensor({.shape = {tensor->rows, 3}});
  } else if (std::holds_alternative<Nothing>(tree.value)) {
    pickle.none();
  } else {
    pickle.orderedDictionary().mark();
    for (const auto& [key, value] : std::get<Dictionary>(tree.value)) write(value, pickle.text(key));
    pickle.setItems();
  }
}

/// A zip checkpoint of the tree, kept together with its bytes.
struct WrittenTree {
  std::string bytes;
  std::shared_ptr<const models::Archive> archive;

  explicit WrittenTree(const Tree& tree) {
    PickleWriter pickle;
    write(tree, pickle);
    bytes = zipFile(zipCheckpoint(pickle.done(), {{"0", sampleStorage()}}));
    archive = models::Archive::parse(asBytes(bytes), "x.pth");
  }
};

}  // namespace heirloom::tests
