#include "models/checkpoint/joined_archive.h"

#include <stdexcept>

namespace heirloom::models {
namespace {

// No file is so large: where a storage begins says in which of them it lies.
constexpr int kShift = 48;

class JoinedArchive : public Archive {
 public:
  JoinedArchive(const std::vector<std::pair<std::string, StateDict>>& parts, std::filesystem::path folder,
                std::map<std::string, std::string> metadata)
      : folder_(std::move(folder)), metadata_(std::move(metadata)) {
    root_.kind = Node::Kind::Dictionary;
    for (const auto& [name, tensors] : parts) {
      Node& part = name.empty() ? root_ : dictionary(name);
      for (const auto& [key, entry] : tensors.entries()) {
        NamedNode tensor{key, {}};
        tensor.value.kind = Node::Kind::Tensor;
        tensor.value.tensor = entry;
        tensor.value.tensor.storageBegin += static_cast<std::uint64_t>(archives_.size()) << kShift;
        part.dictionary.push_back(std::move(tensor));
      }
      archives_.push_back(tensors.archive());
    }
  }

  const std::filesystem::path& file() const override { return folder_; }
  std::string_view format() const override { return "folder"; }
  const Node& root() const override { return root_; }
  const std::map<std::string, std::string>& metadata() const override { return metadata_; }

  std::span<const std::byte> storage(const TensorEntry& entry) const override {
    const std::uint64_t part = entry.storageBegin >> kShift;
    if (part >= archives_.size()) throw std::invalid_argument("a tensor entry of another archive");
    TensorEntry own = entry;
    own.storageBegin -= part << kShift;
    return archives_[part]->storage(own);
  }

 private:
  Node& dictionary(const std::string& name) {
    for (NamedNode& node : root_.dictionary) {
      if (node.key == name) return node.value;
    }
    root_.dictionary.push_back({name, {}});
    root_.dictionary.back().value.kind = Node::Kind::Dictionary;
    return root_.dictionary.back().value;
  }

  std::filesystem::path folder_;
  Node root_;
  std::vector<std::shared_ptr<const Archive>> archives_;
  std::map<std::string, std::string> metadata_;
};

}  // namespace

std::shared_ptr<const Archive> join(const std::vector<std::pair<std::string, StateDict>>& parts,
                                    const std::filesystem::path& folder, std::map<std::string, std::string> metadata) {
  return std::make_shared<JoinedArchive>(parts, folder, std::move(metadata));
}

}  // namespace heirloom::models
