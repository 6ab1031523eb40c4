#include "tests/support/zeroed_weights.h"

#include <cstdint>
#include <fstream>
#include <vector>

namespace heirloom::tests {

void zeroWeights(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().extension() != ".safetensors") continue;
    const fs::file_time_type written = fs::last_write_time(entry.path());
    {
      std::fstream file(entry.path(), std::ios::binary | std::ios::in | std::ios::out);
      std::uint64_t header = 0;
      file.read(reinterpret_cast<char*>(&header), sizeof header);
      const auto begin = static_cast<std::streamoff>(sizeof header + header);
      file.seekp(begin);
      const std::vector<char> zeros(static_cast<std::size_t>(static_cast<std::streamoff>(entry.file_size()) - begin));
      file.write(zeros.data(), static_cast<std::streamsize>(zeros.size()));
    }
    fs::last_write_time(entry.path(), written);
  }
}

}  // namespace heirloom::tests
