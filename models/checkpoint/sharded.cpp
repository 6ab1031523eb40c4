#include "models/checkpoint/sharded.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "models/common/error.h"

namespace heirloom::models {
namespace {

namespace fs = std::filesystem;

Error noIndex(const fs::path& index) {
  return Error(HEIRLOOM_TEXT("shards.index", "this is no index of a checkpoint in several files"),
               HEIRLOOM_TEXT("shards.index.remedy", "download it again, or give the checkpoint itself"), index);
}

}  // namespace

bool isShardIndex(const fs::path& file) {
  const std::string name = file.filename().string();
  return name.ends_with(".json") && name.find(".index.") != std::string::npos;
}

std::vector<StateDict> openShards(const fs::path& index) {
  std::ifstream in(index, std::ios::binary);
  const nlohmann::json json = nlohmann::json::parse(in, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("weight_map") || !json["weight_map"].is_object()) throw noIndex(index);
  std::set<std::string> names;
  for (const auto& [key, name] : json["weight_map"].items()) {
    // A name that leads elsewhere is none of a shard.
    if (!name.is_string() || fs::path(name.get<std::string>()).filename() != name.get<std::string>())
      throw noIndex(index);
    names.insert(name.get<std::string>());
  }
  if (names.empty()) throw noIndex(index);
  std::vector<StateDict> shards;
  for (const std::string& name : names) {
    const fs::path file = index.parent_path() / name;
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored)) {
      throw Error(HEIRLOOM_TEXT("shards.missing", "%1 of this checkpoint in several files is missing").with(name),
                  HEIRLOOM_TEXT("folder.incomplete.remedy", "put that file beside the others"), index);
    }
    shards.push_back(canonicalise(Archive::open(file)));
  }
  return shards;
}

}  // namespace heirloom::models
