#include "models/checkpoint/state_dict.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "models/common/error.h"

namespace heirloom::models {
namespace {

constexpr std::size_t kMostNamed = 120;  // characters of keys in a message

}  // namespace

StateDict::StateDict(std::shared_ptr<const Archive> archive, std::vector<std::pair<std::string, TensorEntry>> entries)
    : archive_(std::move(archive)), entries_(std::move(entries)) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!index_.emplace(entries_[i].first, i).second) {
      throw std::invalid_argument("a state dict names " + entries_[i].first + " twice");
    }
  }
}

const TensorEntry* StateDict::find(std::string_view key) const {
  const auto found = index_.find(key);
  return found == index_.end() ? nullptr : &entries_[found->second].second;
}

std::vector<std::int64_t> StateDict::shape(std::string_view key) const {
  const TensorEntry* entry = find(key);
  return entry ? entry->shape : std::vector<std::int64_t>{};
}

StateDict StateDict::under(std::string_view prefix) const {
  const std::string start = std::string(prefix) + ".";
  std::vector<std::pair<std::string, TensorEntry>> below;
  for (const auto& [key, entry] : entries_) {
    if (key.starts_with(start)) below.emplace_back(key.substr(start.size()), entry);
  }
  StateDict result(archive_, std::move(below));
  result.unwrapped = unwrapped;
  result.unwrapped.push_back(start);
  result.notes_ = notes_;
  result.prefix_ = prefix_ + start;
  if (partner_) result.partner_ = std::make_shared<StateDict>(partner_->under(prefix));
  result.partnerWeight_ = partnerWeight_;
  return result;
}

StateDict StateDict::renamed(const std::function<std::string(const std::string&)>& rename) const {
  auto entries = entries_;
  for (auto& [key, entry] : entries) key = rename(key);
  StateDict result(archive_, std::move(entries));
  result.unwrapped = unwrapped;
  result.notes_ = notes_;
  if (partner_) result.partner_ = std::make_shared<StateDict>(partner_->renamed(rename));
  result.partnerWeight_ = partnerWeight_;
  return result;
}

StateDict StateDict::blendedWith(StateDict other, double weight) const {
  std::string unlike;
  const auto compare = [&](const StateDict& a, const StateDict& b) {
    for (const auto& [key, entry] : a.entries_) {
      const TensorEntry* twin = b.find(key);
      if (twin && twin->shape == entry.shape) continue;
      if (unlike.size() < kMostNamed) unlike += (unlike.empty() ? "" : ", ") + key;
    }
  };
  compare(*this, other);
  if (unlike.empty()) compare(other, *this);
  if (!unlike.empty()) {
    throw Error(HEIRLOOM_TEXT("blend.unlike", "these are not two checkpoints of one network: %1 differ").with(unlike),
                HEIRLOOM_TEXT("blend.unlike.remedy", "blend checkpoints with the same tensors"),
                other.archive_ ? other.archive_->file() : std::filesystem::path{});
  }
  StateDict result = *this;
  result.partner_ = std::make_shared<StateDict>(std::move(other));
  result.partnerWeight_ = weight;
  return result;
}

void StateDict::noteNotFinite(std::string_view key) const {
  const std::lock_guard lock(notes_->mutex);
  std::string name = prefix_ + std::string(key);
  if (std::ranges::find(notes_->notFinite, name) == notes_->notFinite.end())
    notes_->notFinite.push_back(std::move(name));
}

std::vector<std::string> StateDict::notFinite() const {
  const std::lock_guard lock(notes_->mutex);
  return notes_->notFinite;
}

}  // namespace heirloom::models
