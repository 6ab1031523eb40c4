#include <algorithm>
#include <array>
#include <set>

#include "models/checkpoint/parts.h"
#include "models/checkpoint/refusal.h"
#include "models/checkpoint/state_dict.h"

namespace heirloom::models {
namespace {

using Entries = std::vector<std::pair<std::string, TensorEntry>>;

constexpr std::array kWrappings{"model_state_dict", "state_dict", "params_ema", "params-ema", "params", "model", "net"};
constexpr std::array<std::string_view, 3> kPrefixes{"module.", "_orig_mod.", "netG."};

// What programs that average weights count beside them: PyTorch's AveragedModel, ema-pytorch's EMA.
constexpr std::array<std::string_view, 3> kCounters{"n_averaged", "initted", "step"};

void flatten(const Node& node, const std::string& name, Entries& entries) {
  if (node.kind == Node::Kind::Tensor) entries.emplace_back(name, node.tensor);
  for (const auto& [key, value] : node.dictionary) flatten(value, name.empty() ? key : name + "." + key, entries);
}

const Node* unwrap(const Node* node, std::vector<std::string>& unwrapped) {
  for (const char* wrapping : kWrappings) {
    const Node* inner = node->find(wrapping);
    if (inner && inner->kind == Node::Kind::Dictionary) {
      unwrapped.emplace_back(wrapping);
      node = inner;
      break;
    }
  }
  if (node->dictionary.size() == 1 && node->dictionary[0].value.kind == Node::Kind::Dictionary) {
    unwrapped.push_back(node->dictionary[0].key);
    node = &node->dictionary[0].value;
  }
  return node;
}

void dropCounters(Entries& entries) {
  const auto isCounter = [](const auto& entry) {
    return entry.second.numel() == 1 && std::ranges::find(kCounters, std::string_view(entry.first)) != kCounters.end();
  };
  if (!std::ranges::all_of(entries, isCounter)) std::erase_if(entries, isCounter);
}

/// Data parallelism and compilation nest in either order and more than once, so this goes on while a prefix comes off.
void stripPrefixes(Entries& entries, std::vector<std::string>& unwrapped) {
  const auto strip = [&](std::string_view prefix) {
    const bool everywhere = !entries.empty() && std::all_of(entries.begin(), entries.end(), [&](const auto& entry) {
      return entry.first.size() > prefix.size() && entry.first.starts_with(prefix);
    });
    if (!everywhere) return false;
    for (auto& entry : entries) entry.first.erase(0, prefix.size());
    unwrapped.emplace_back(prefix);
    return true;
  };
  while (std::any_of(kPrefixes.begin(), kPrefixes.end(), strip)) {
  }
}

}  // namespace

StateDict canonicalise(std::shared_ptr<const Archive> archive) {
  const Node& root = archive->root();
  return canonicalise(std::move(archive), root);
}

StateDict canonicalise(std::shared_ptr<const Archive> archive, const Node& outer) {
  const Node* node = &outer;
  if (node->kind == Node::Kind::Opaque) {
    throw Error(HEIRLOOM_TEXT("checkpoint.noTensors", "the file holds no tensors with names"),
                HEIRLOOM_TEXT("checkpoint.noTensors.remedy", "give a file with the weights of a network"),
                archive->file());
  }
  std::vector<std::string> unwrapped;
  // In TorchScript dictionaries are the network's modules, and "model" or "net" part of its tensors' names.
  if (archive->format() != "TorchScript") node = unwrap(node, unwrapped);

  Entries entries;
  flatten(*node, "", entries);
  dropCounters(entries);
  stripPrefixes(entries, unwrapped);

  std::set<std::string_view> names;
  for (const auto& entry : entries) {
    if (!names.insert(entry.first).second) {
      throw untrustworthy(
          HEIRLOOM_TEXT("checkpoint.repeated", "the file names the tensor '%1' twice").with(printable(entry.first)))
          .in(archive->file());
    }
  }
  StateDict result(std::move(archive), std::move(entries));
  result.unwrapped = std::move(unwrapped);
  return result;
}

}  // namespace heirloom::models
