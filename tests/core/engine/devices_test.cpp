#include "core/engine/devices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

namespace heirloom::core {
namespace {

TEST(Devices, theProcessorIsAlwaysThereAndLast) {
  const DeviceReport report = devices();
  ASSERT_FALSE(report.devices.empty());
  const DeviceInfo& cpu = report.devices.back();
  EXPECT_EQ(cpu.id, "cpu");
  EXPECT_FALSE(cpu.name.empty());
  EXPECT_GE(cpu.cores, 1);
  EXPECT_GT(cpu.totalMemory, cpu.freeMemory);
  EXPECT_GT(cpu.freeMemory, 0u);
  EXPECT_THAT(cpu.precisions, testing::Contains("float32"));
}

TEST(Devices, instructionsAreThoseThatTheSystemShows) {
  std::ifstream file("/proc/cpuinfo");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const std::string flags = text.substr(std::min(text.find("flags"), text.size()));
  const auto listed = [&](const char* name) {
    const std::vector<std::string> names = devices().devices.back().instructions;
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  EXPECT_EQ(listed("AVX2"), flags.find(" avx2 ") != std::string::npos);
  EXPECT_EQ(listed("AVX-512"), flags.find(" avx512f ") != std::string::npos);
  EXPECT_EQ(listed("AVX-512-BF16"), flags.find(" avx512_bf16 ") != std::string::npos);
  EXPECT_EQ(listed("AMX-BF16"), flags.find(" amx_bf16 ") != std::string::npos);
}

TEST(Devices, saysWhyThereIsNoGpu) {
  const DeviceReport report = devices();
  EXPECT_TRUE(report.devices.size() > 1 || !report.notes.empty());
  for (const Message& note : report.notes) EXPECT_FALSE(note.english().empty());
}

}  // namespace
}  // namespace heirloom::core
