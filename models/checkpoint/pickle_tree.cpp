#include <unordered_set>

#include "models/checkpoint/pickle.h"
#include "models/checkpoint/refusal.h"

namespace heirloom::models {
namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxNodes = 1u << 18;
constexpr std::size_t kMaxName = 4096;
constexpr std::size_t kMaxNames =
    64u << 20;  // bytes of all full names: sharing one dictionary many times multiplies them

class TreeMaker {
 public:
  TreeMaker(const PickleObjects& objects, const StorageFinder& find) : objects_(objects), find_(find) {}

  Node make(const PickleValue& value, std::size_t depth, std::size_t pathLength) {
    Node node;
    if (const auto dictionary = dictionaryOf(value)) {
      if (depth == kMaxDepth) {
        throw untrustworthy(HEIRLOOM_TEXT("checkpoint.tree.depth", "its dictionaries are nested too deep"));
      }
      node.kind = Node::Kind::Dictionary;
      fill(node, objects_.dictionaries[*dictionary], depth, pathLength);
    } else if (value.kind == PickleValue::Kind::Tensor) {
      const PickleTensor& tensor = objects_.tensors[value.index];
      node.kind = Node::Kind::Tensor;
      node.tensor = tensor.entry;
      find_(objects_.storages[tensor.storage], node.tensor);
    }
    return node;
  }

 private:
  std::optional<std::uint32_t> dictionaryOf(const PickleValue& value) const {
    if (value.kind == PickleValue::Kind::Dictionary) return value.index;
    if (value.kind == PickleValue::Kind::Script) return objects_.scripts[value.index];
    return std::nullopt;
  }

  void fill(Node& node, const std::vector<std::pair<PickleValue, PickleValue>>& items, std::size_t depth,
            std::size_t pathLength) {
    std::unordered_set<std::string> names;
    for (const auto& [key, value] : items) {
      std::string name;
      if (key.kind == PickleValue::Kind::Text) {
        if (key.text.size() > kMaxName || !isUtf8(key.text)) {
          throw untrustworthy(HEIRLOOM_TEXT("checkpoint.tree.name", "it holds a name that is no text"));
        }
        name = key.text;
      } else if (key.kind == PickleValue::Kind::Integer) {
        name = std::to_string(key.integer);
      } else {
        continue;  // what has no name cannot be a weight
      }
      const std::size_t path = pathLength + name.size() + 1;
      names_ += path;
      if (++nodes_ > kMaxNodes || names_ > kMaxNames) {
        throw untrustworthy(HEIRLOOM_TEXT("checkpoint.tree.size", "it holds more entries than any checkpoint"));
      }
      if (!names.insert(name).second) {
        throw untrustworthy(HEIRLOOM_TEXT("checkpoint.tree.repeated", "it names '%1' twice").with(printable(name)));
      }
      Node child = make(value, depth + 1, path);
      node.dictionary.push_back({std::move(name), std::move(child)});
    }
  }

  const PickleObjects& objects_;
  const StorageFinder& find_;
  std::size_t nodes_ = 0;
  std::size_t names_ = 0;
};

}  // namespace

Node makeTree(const PickleObjects& objects, const PickleValue& root, const StorageFinder& find) {
  return TreeMaker(objects, find).make(root, 0, 0);
}

}  // namespace heirloom::models
