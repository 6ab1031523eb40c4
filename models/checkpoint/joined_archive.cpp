#include "models/checkpoint/joined_archive.h"

#include <stdexcept>

namespace heirloom::models {
namespace {

// No file is so large: where a storage begins says in which of them it lies.
constexpr int kShift = 48;

class JoinedArchive : public Archive {
 public:
  JoinedArchive(const std::vector<std::pair<std::string, StateDict>>& parts, std::filesystem::path folder)
      : folder_(std::move(folder)) {
    root_.kind = Node::Kind::Dictionary;
    for (const auto& [name, tensors] : parts) {
      NamedNode part{name, {}};
      part.value.kind = Node::Kind::Dictionary;
      for (const auto& [key, entry] : tensors.entries()) {
        NamedNode tensor{key, {}};
        tensor.value.kind = Node::Kind::Tensor;
        tensor.value.tensor = entry;
        tensor.value.tensor.storageBegin += static_cast<std::uint64_t>(archives_.size()) << kShift;
        part.value.dictionary.push_back(std::move(tensor));
      }
      root_.dictionary.push_back(std::move(part));
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
  std::filesystem::path folder_;
  Node root_;
  std::vector<std::shared_ptr<const Archive>> archives_;
  std::map<std::string, std::string> metadata_;
};

}  // namespace

std::shared_ptr<const Archive> join(const std::vector<std::pair<std::string, StateDict>>& parts,
                                    const std::filesystem::path& folder) {
  return std::make_shared<JoinedArchive>(parts, folder);
}

}  // namespace heirloom::models
