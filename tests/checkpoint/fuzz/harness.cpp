#include "tests/checkpoint/fuzz/harness.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/checkpoint/parts.h"
#include "models/common/error.h"
#include "tests/checkpoint/sample_files.h"

namespace heirloom::tests {
namespace {

std::string asText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

void fuzzArchive(std::span<const std::byte> file) {
  try {
    const auto archive = models::Archive::parse(file, "fuzz");
    const auto weights = models::preferredWeights(archive);
    if (models::partsOf(archive).size() > models::kMostParts) throw std::logic_error("too many parts");
    for (const auto& [name, entry] : weights.entries()) {
      // A tensor larger than its file and a small broadcast would mean that a small file can ask for a large memory.
      const std::size_t bytes = static_cast<std::size_t>(entry.numel()) * models::itemSize(entry.dtype);
      if (bytes > std::max(file.size(), std::size_t{1} << 20)) throw std::logic_error("a tensor out of nothing");
      std::vector<std::byte> target(bytes);
      archive->read(entry, target);
    }
  } catch (const Error& error) {
    if (std::string_view(error.what()).find('\n') != std::string_view::npos) throw std::logic_error("two lines");
  }
}

void fuzzPickle(std::span<const std::byte> pickle) {
  auto parts = zipCheckpoint(asText(pickle), {{"0", sampleStorage()}});
  if (!pickle.empty() && pickle.back() == std::byte{'!'}) {
    parts.push_back({.name = "archive/constants.pkl", .content = ""});
    parts[0].content.pop_back();
  }
  fuzzArchive(asBytes(zipFile(parts)));
}

void fuzzLegacyPickle(std::span<const std::byte> rest) {
  fuzzArchive(asBytes(legacyPreamble() + asText(rest)));
}

void fuzzSafetensors(std::span<const std::byte> rest) {
  const std::string text = asText(rest);
  const std::size_t header = std::min(text.find('\n'), text.size());
  fuzzArchive(asBytes(number(header, 8) + text));
}

void fuzzZip(std::span<const std::byte> file) {
  fuzzArchive(file);
  const std::string text = asText(file);
  const std::size_t directory = text.find("PK\x01\x02");
  if (directory == std::string::npos) return;
  std::size_t entries = 0;
  for (std::size_t at = directory; at != std::string::npos; at = text.find("PK\x01\x02", at + 4)) ++entries;
  fuzzArchive(asBytes(text + number(0x06054b50, 4) + number(0, 4) + number(entries, 2) + number(entries, 2) +
                      number(text.size() - directory, 4) + number(directory, 4) + number(0, 2)));
}

}  // namespace heirloom::tests
