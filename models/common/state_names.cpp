#include "models/common/state_names.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace heirloom::models {
namespace {

/// Of the file, written small; empty of tensors that come from none.
std::string smallName(const StateDict& tensors) {
  std::string name = tensors.archive() ? tensors.archive()->file().filename().string() : std::string();
  for (char& letter : name) letter = 'A' <= letter && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  return name;
}

}  // namespace

int countNumbered(const StateDict& tensors, std::string_view prefix) {
  constexpr int kMost = 1'000'000;  // a hostile key may hold any number
  int count = 0;
  for (const auto& [key, entry] : tensors.entries()) {
    if (!key.starts_with(prefix) || key.size() <= prefix.size() + 1 || key[prefix.size()] != '.') continue;
    int number = 0;
    const char* begin = key.data() + prefix.size() + 1;
    const auto [end, error] = std::from_chars(begin, key.data() + key.size(), number);
    if (error == std::errc{} && number >= 0 && number < kMost) count = std::max(count, number + 1);
  }
  return count;
}

std::vector<std::string> missingOf(const StateDict& tensors, const std::vector<std::string>& required) {
  std::vector<std::string> missing;
  for (const std::string& key : required) {
    if (!tensors.contains(key)) missing.push_back("missing " + key);
  }
  return missing;
}

int sideOf(const StateDict& tensors, std::string_view key, std::size_t index) {
  const TensorEntry* entry = tensors.find(key);
  return entry && entry->shape.size() > index ? static_cast<int>(entry->shape[index]) : 0;
}

bool isNamedWith(const StateDict& tensors, std::string_view word) {
  return smallName(tensors).find(word) != std::string::npos;
}

bool isNamedWithScale(const StateDict& tensors, int factor) {
  const std::string name = ".." + smallName(tensors) + "..";
  const char digit = static_cast<char>('0' + factor);
  const auto isDigit = [&](std::size_t at) { return '0' <= name[at] && name[at] <= '9'; };
  for (std::size_t i = 2; i + 2 < name.size(); ++i) {
    if (name[i] != digit) continue;
    const bool before = name[i - 1] == 'x' && !isDigit(i - 2) && !isDigit(i + 1);
    const bool after = name[i + 1] == 'x' && !isDigit(i + 2) && !isDigit(i - 1);
    if (before || after) return true;
  }
  return false;
}

int squareRoot(int value) {
  const int root = static_cast<int>(std::lround(std::sqrt(static_cast<double>(std::max(0, value)))));
  return root * root == value ? root : 0;
}

}  // namespace heirloom::models
