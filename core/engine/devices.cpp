#include "core/engine/devices.h"

#include <ATen/Parallel.h>
#include <sched.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <algorithm>
#include <fstream>
#include <set>
#include <utility>

#include "core/engine/memory_budget.h"
#include "core/photo/photo.h"
#include "models/cuda.h"
#include "models/placement.h"

namespace heirloom::core {
namespace {

/// What /proc/cpuinfo says of the processors that this process may run on.
struct Processors {
  std::string name;
  int cores = 0;  // physical ones: two threads of one core share its arithmetic units
};

Processors readProcessors() {
  Processors processors;
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) CPU_ZERO(&allowed);
  std::set<std::pair<std::string, std::string>> cores;
  std::ifstream file("/proc/cpuinfo");
  std::string processor;
  std::string package;
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string key = line.substr(0, line.find_last_not_of(" \t", colon - 1) + 1);
    const std::string value = colon + 2 < line.size() ? line.substr(colon + 2) : "";
    if (key == "processor") processor = value;
    if (key == "model name" && processors.name.empty()) processors.name = value;
    if (key == "physical id") package = value;
    if (key == "core id" && CPU_ISSET(std::stoul(processor), &allowed)) cores.emplace(package, value);
  }
  processors.cores = cores.empty() ? std::max(1, CPU_COUNT(&allowed)) : static_cast<int>(cores.size());
  return processors;
}

std::uint64_t totalMemory() {
  std::ifstream file("/proc/meminfo");
  std::string key;
  std::uint64_t kilobytes = 0;
  file >> key >> kilobytes;  // MemTotal comes first
  return kilobytes * 1024;
}

/// Instruction sets that matter to networks, by CPUID; of AMX also whether the system saves its tiles.
struct Instructions {
  std::vector<std::string> names;
  bool bfloat16 = false;
  bool float16 = false;
};

Instructions readInstructions() {
  Instructions found;
#if defined(__x86_64__)
  const auto add = [&found](bool there, const char* name) {
    if (there) found.names.emplace_back(name);
    return there;
  };
  add(__builtin_cpu_supports("avx2"), "AVX2");
  add(__builtin_cpu_supports("avx512f"), "AVX-512");
  add(__builtin_cpu_supports("avx512vnni"), "AVX-512-VNNI");
  found.bfloat16 = add(__builtin_cpu_supports("avx512bf16"), "AVX-512-BF16");
  constexpr unsigned kAmxBf16 = 1U << 22;  // leaf 7, EDX
  constexpr unsigned kAmxFp16 = 1U << 21;  // leaf 7.1, EAX
  constexpr unsigned kOsxsave = 1U << 27;  // leaf 1, ECX
  constexpr unsigned kTileState = 3U << 17;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & kOsxsave)) return found;
  unsigned enabled = 0;
  unsigned upper = 0;
  __asm__("xgetbv" : "=a"(enabled), "=d"(upper) : "c"(0));
  const bool tiles = (enabled & kTileState) == kTileState;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) && add(tiles && (d & kAmxBf16), "AMX-BF16")) found.bfloat16 = true;
  if (__get_cpuid_count(7, 1, &a, &b, &c, &d)) found.float16 = add(tiles && (a & kAmxFp16), "AMX-FP16");
#endif
  return found;
}

DeviceInfo processor() {
  const Processors processors = readProcessors();
  const Instructions instructions = readInstructions();
  DeviceInfo info;
  info.id = "cpu";
  info.name = processors.name;
  info.cores = processors.cores;
  info.totalMemory = totalMemory();
  info.instructions = instructions.names;
  info.precisions = {"float32"};
  if (instructions.bfloat16) info.precisions.emplace_back("bfloat16");
  if (instructions.float16) info.precisions.emplace_back("float16");
  return info;
}

DeviceReport lookOnce() {
  DeviceReport report;
  report.notes = models::openCuda().notes;
  int index = 0;
  for (const models::CudaDevice& device : models::cudaDevices()) {
    DeviceInfo info;
    info.id = "cuda:" + std::to_string(index++);
    info.name = device.name;
    info.totalMemory = device.totalMemory;
    info.instructions = {"compute " + std::to_string(device.computeMajor) + "." + std::to_string(device.computeMinor)};
    info.precisions = {"float32"};
    if (device.computeMajor >= 7) info.precisions.emplace_back("float16");
    if (device.computeMajor >= 8) info.precisions.emplace_back("bfloat16");
    report.devices.push_back(std::move(info));
  }
  report.devices.push_back(processor());
  return report;
}

}  // namespace

DeviceReport devices() {
  static const DeviceReport found = lookOnce();
  DeviceReport report = found;
  for (DeviceInfo& info : report.devices) info.freeMemory = availableMemory(at::Device(info.id));
  return report;
}

void initialiseEngine() {
  models::keepFreedMemory();
  models::openCuda();  // before the first tensor
  at::set_num_threads(readProcessors().cores);
  at::set_num_interop_threads(1);
  initialiseVips();
}

void releaseMemory() {
  models::releaseFreedMemory(at::kCPU);
  models::releaseCudaMemory();
}

}  // namespace heirloom::core
