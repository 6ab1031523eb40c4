#include "core/recipe/without_folders.h"

#include <filesystem>

#include "models/several_networks.h"

namespace heirloom::core {
namespace {

namespace fs = std::filesystem;

/// The last name of a file or a folder, however it is written: "there/model/", ".".
fs::path lastName(const fs::path& path) {
  std::error_code ignored;
  fs::path whole = fs::absolute(path, ignored).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();  // a folder may end with a slash
  return whole.filename();
}

bool hasFolder(const fs::path& path) {
  return path.has_parent_path() || path == "." || path == "..";
}

std::string lastNameOf(const std::string& text) {
  models::NetworkOfFile named = models::NetworkOfFile::parse(text);
  std::error_code ignored;
  // '#' in a folder's name says nothing, and '/' in a network's name makes no path.
  if (hasFolder(named.file) && !fs::exists(named.file, ignored)) named = {text, {}};
  if (!hasFolder(named.file)) return text;
  named.file = lastName(named.file);
  return named.written().string();
}

std::string blendOf(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return lastNameOf(text);
  return lastNameOf(text.substr(0, colon)) + text.substr(colon);
}

}  // namespace

bool holdsWords(std::string_view setting) {
  return setting == "prompt" || setting == "negative_prompt";
}

Recipe withoutFolders(Recipe recipe) {
  for (Step& step : recipe.steps) {
    step.model = lastNameOf(step.model);
    step.mask = lastNameOf(step.mask);
    for (auto& [name, text] : step.settings) {
      if (!holdsWords(name)) text = name == kBlend ? blendOf(text) : lastNameOf(text);
    }
  }
  return recipe;
}

}  // namespace heirloom::core
