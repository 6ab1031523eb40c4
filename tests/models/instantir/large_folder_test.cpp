// A diffusion's folder of hundreds of megabytes takes the memory of its placed weights and little more.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <thread>

#include "models/instantir/session_networks.h"
#include "models/instantir/weight_policy.h"
#include "models/placement.h"
#include "models/registry.h"
#include "tests/models/instantir/tiny_folder.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
namespace fs = std::filesystem;

/// Bytes of main memory that the process has for itself, without pages of files.
std::uint64_t anonymousMemory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::stoull(line.substr(8)) * 1024;
  }
  return 0;
}

/// The most of it while this lives, looked at every millisecond.
class AnonymousPeak {
 public:
  std::uint64_t most() const { return most_; }

 private:
  std::atomic<std::uint64_t> most_ = 0;
  std::jthread watch_{[this](const std::stop_token& stop) {
    for (; !stop.stop_requested(); std::this_thread::sleep_for(std::chrono::milliseconds(1)))
      most_ = std::max(most_.load(), anonymousMemory());
  }};
};

/// A file of zeros, which take no room on the disk; the last value is none, because downloads that stopped end in
/// zeros.
void writeHollow(const fs::path& file, std::span<const NamedTensors::value_type> shapes) {
  nlohmann::json header;
  std::uint64_t end = 0;
  for (const auto& [name, tensor] : shapes) {
    const std::uint64_t begin = end;
    end += tensor.nbytes();
    header[name] = {{"dtype", "F32"}, {"shape", tensor.sizes().vec()}, {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  const float last = 1;
  {
    std::ofstream out(file, std::ios::binary);
    out.write(reinterpret_cast<const char*>(&length), sizeof length);
    out << text;
  }
  fs::resize_file(file, sizeof length + length + end);
  std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(-static_cast<std::streamoff>(sizeof last), std::ios::end);
  out.write(reinterpret_cast<const char*>(&last), sizeof last);
}

/// In two files, with their index beside them.
void writeHollowParts(const fs::path& file, const NamedTensors& shapes) {
  nlohmann::json index;
  const auto write = [&](const std::string& name, std::span<const NamedTensors::value_type> part) {
    writeHollow(file.parent_path() / name, part);
    for (const auto& item : part) index["weight_map"][item.first] = name;
  };
  const std::span<const NamedTensors::value_type> all(shapes);
  write("one.safetensors", all.first(all.size() / 2));
  write("two.safetensors", all.subspan(all.size() / 2));
  writeText(file.string() + ".index.json", index.dump());
}

TEST(LargeFolders, takeTheMemoryOfTheirPlacedWeightsAndLittleMore) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers have an allocator of their own";
#endif
  constexpr std::uint64_t kMegabyte = 1'000'000;
  constexpr std::uint64_t kOpening = 64 * kMegabyte;   // names, shapes and networks without values
  constexpr std::uint64_t kPlacing = 500 * kMegabyte;  // half of what is promised; freed memory the C library keeps
  TemporaryFolder folder;
  FolderNetworks networks = tinyNetworks();
  networks.restorer.unet.widths = {32, 64, 640};
  networks.restorer.unet.heads = {2, 4, 20};
  writeSdxl(folder.path(), networks, writeHollowParts);
  for (const char* part : {"one.safetensors", "two.safetensors"})
    ASSERT_GT(fs::file_size(folder / "unet" / part), 250 * kMegabyte);
  const StateDict tensors = withPresentNames(inspect(folder.path()).tensors);
  const DiffusionConfig config = readDiffusion(tensors).config.value();
  releaseFreedMemory(at::kCPU);
  const std::uint64_t closed = anonymousMemory();
  const auto model = models::open(folder.path());
  EXPECT_LT(anonymousMemory(), closed + kOpening);

  Observer nobody;
  for (const Placement& placement : {Placement{}, Placement{.precision = at::kBFloat16}}) {
    const std::uint64_t placed = weightBytes(tensors, placement).unet;
    ASSERT_GT(placed, 250 * kMegabyte);
    SessionNetworks held(tensors, config, placement);
    held.hold(WeightChoice::Resident, 64 * 64, nobody);
    const std::uint64_t before = anonymousMemory();
    const AnonymousPeak peak;
    held.painter();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_LT(peak.most(), before + placed + kPlacing) << placement.precision;
    EXPECT_GT(peak.most(), before + placed / 2) << placement.precision;  // it is what is measured
  }
}

}  // namespace
}  // namespace heirloom::tests
