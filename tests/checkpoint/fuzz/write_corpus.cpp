// fuzz_corpus FOLDER: writes the seeds of each fuzzer into FOLDER/<reader>.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/checkpoint/hostile_files.h"

namespace {

using namespace heirloom::tests;

constexpr std::size_t kLargestSeed = 3000;  // the bombs would only slow the fuzzer down

void write(const std::filesystem::path& folder, const std::vector<std::string>& seeds) {
  std::filesystem::create_directories(folder);
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    if (seeds[i].size() > kLargestSeed) continue;
    std::ofstream(folder / std::to_string(i), std::ios::binary) << seeds[i];
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: fuzz_corpus FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder = arguments[1];
  std::vector<std::string> safetensors, zips, legacy, pickles;
  const auto sort = [&](const std::string& bytes) {
    const std::string preamble = legacyPreamble();
    if (bytes.starts_with("PK")) {
      zips.push_back(bytes);
    } else if (bytes.starts_with(preamble)) {
      legacy.push_back(bytes.substr(preamble.size()));
    } else if (bytes.size() > 8 && bytes[8] == '{') {
      safetensors.push_back(bytes.substr(8));
    }
  };
  for (const auto& file : goodFiles()) sort(file.bytes);
  for (const auto& file : hostileFiles()) sort(file.bytes);
  for (const std::string& zip : zips) {
    const std::size_t begin = zip.find("\x80\x02");
    const std::size_t end = zip.find("PK\x03\x04", 4);
    if (begin < end && end != std::string::npos) pickles.push_back(zip.substr(begin, end - begin));
  }
  write(folder / "safetensors", safetensors);
  write(folder / "zip", zips);
  write(folder / "legacy_pickle", legacy);
  write(folder / "pickle", pickles);
}
