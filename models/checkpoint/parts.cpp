#include "models/checkpoint/parts.h"

#include <algorithm>
#include <array>
#include <utility>

namespace heirloom::models {
namespace {

constexpr std::size_t kDeepest = 3;  // dictionaries around a network
constexpr std::string_view kAverage = "ema";
constexpr std::array<std::string_view, 9> kNetworkNames{"netG", "net_g", "generator", "G",    "g",
                                                        "gen",  "net",   "network",   "model"};

bool holdsTensors(const Node& node) {
  return node.kind == Node::Kind::Tensor ||
         std::ranges::any_of(node.dictionary, [](const NamedNode& child) { return holdsTensors(child.value); });
}

bool isTrainingState(const NamedNode& node) {
  return node.key.find("optim") != std::string::npos || node.key.find("sched") != std::string::npos ||
         node.value.find("param_groups");
}

bool isNetworkName(std::string_view name) {
  const std::optional<std::string> averaged = averagedName(name);
  const std::string_view plain = averaged ? std::string_view(*averaged) : name;
  return (averaged && plain.empty()) || std::ranges::find(kNetworkNames, plain) != kNetworkNames.end();
}

class PartFinder {
 public:
  explicit PartFinder(std::shared_ptr<const Archive> archive) : archive_(std::move(archive)) {}

  std::vector<Part> find() {
    look(archive_->root(), "", 0);
    return std::move(parts_);
  }

 private:
  void look(const Node& node, const std::string& path, std::size_t depth) {
    if (depth == kDeepest) return;
    const auto inner = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
    std::vector<const NamedNode*> children;
    for (const NamedNode& child : node.dictionary) {
      const bool module = archive_->format() == "TorchScript" || child.value.kind != Node::Kind::Dictionary;
      if (!module && !isTrainingState(child) && holdsTensors(child.value)) children.push_back(&child);
    }
    for (const NamedNode* child : children) add(inner(child->key), child->value);
    addPrefixed(node, inner);
    for (const NamedNode* child : children) look(child->value, inner(child->key), depth + 1);
  }

  /// Tensors of one level that share the first word of their names.
  template <typename Inner>
  void addPrefixed(const Node& node, const Inner& inner) {
    Node own{.kind = Node::Kind::Dictionary, .tensor = {}, .dictionary = {}};
    for (const NamedNode& child : node.dictionary) {
      const bool isOwn = child.value.kind == Node::Kind::Tensor || archive_->format() == "TorchScript";
      if (isOwn) own.dictionary.push_back(child);
    }
    std::vector<std::pair<std::string, Node>> groups;
    const StateDict tensors = canonicalise(archive_, own);
    for (const auto& [key, entry] : tensors.entries()) {
      const std::size_t dot = key.find('.');
      if (dot == std::string::npos || dot + 1 == key.size()) continue;
      const std::string first = key.substr(0, dot);
      if (!isNetworkName(first)) continue;
      auto group = std::ranges::find(groups, first, &std::pair<std::string, Node>::first);
      if (group == groups.end()) {
        groups.emplace_back(first, Node{.kind = Node::Kind::Dictionary, .tensor = {}, .dictionary = {}});
        group = std::prev(groups.end());
      }
      group->second.dictionary.push_back({key.substr(dot + 1), {.kind = Node::Kind::Tensor, .tensor = entry}});
    }
    for (const auto& [name, group] : groups) add(inner(name), group);
  }

  void add(std::string name, const Node& node) {
    if (parts_.size() == kMostParts) return;
    StateDict tensors = canonicalise(archive_, node);
    tensors.unwrapped.insert(tensors.unwrapped.begin(), name);
    parts_.push_back({std::move(name), std::move(tensors)});
  }

  std::shared_ptr<const Archive> archive_;
  std::vector<Part> parts_;
};

}  // namespace

std::optional<std::string> averagedName(std::string_view name) {
  const auto isBreak = [&](std::size_t at) { return at >= name.size() || name[at] == '_' || name[at] == '-'; };
  for (std::size_t at = name.find(kAverage); at != std::string_view::npos; at = name.find(kAverage, at + 1)) {
    const std::size_t end = at + kAverage.size();
    if ((at != 0 && !isBreak(at - 1)) || !isBreak(end)) continue;
    // With the break before it, or where it comes first the one behind it.
    const std::size_t from = at == 0 ? 0 : at - 1;
    const std::size_t to = at == 0 && end < name.size() ? end + 1 : end;
    return std::string(name.substr(0, from)) + std::string(name.substr(to));
  }
  return std::nullopt;
}

bool sameTensors(const StateDict& a, const StateDict& b) {
  return a.entries().size() == b.entries().size() && std::ranges::all_of(a.entries(), [&](const auto& entry) {
           const TensorEntry* twin = b.find(entry.first);
           return twin && twin->shape == entry.second.shape;
         });
}

StateDict preferredWeights(const std::shared_ptr<const Archive>& archive) {
  StateDict weights = canonicalise(archive);
  if (archive->format() == "TorchScript") return weights;
  for (const auto& [key, node] : archive->root().dictionary) {
    if (node.kind != Node::Kind::Dictionary || !averagedName(key)) continue;
    StateDict average = canonicalise(archive, node);
    if (average.entries().empty() || !sameTensors(average, weights)) continue;
    average.unwrapped.insert(average.unwrapped.begin(), key);
    return average;
  }
  return weights;
}

std::vector<Part> partsOf(const std::shared_ptr<const Archive>& archive) {
  return PartFinder(archive).find();
}

}  // namespace heirloom::models
