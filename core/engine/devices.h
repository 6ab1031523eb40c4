#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/common/message.h"

namespace heirloom::core {

/// A processor that networks can run on.
struct DeviceInfo {
  std::string id;    // "cpu", "cuda:0"
  std::string name;  // "Intel Xeon ...", "NVIDIA H200"
  std::uint64_t totalMemory = 0;
  std::uint64_t freeMemory = 0;
  std::vector<std::string> precisions;    // that it runs at speed: "float32", "bfloat16"
  std::vector<std::string> instructions;  // CPU: "AVX-512", "AMX-BF16"; GPU: "compute 9.0"
  int cores = 0;
};

struct DeviceReport {
  std::vector<DeviceInfo> devices;  // the CPU last; the first is what "auto" takes
  std::vector<Message> notes;       // why there is no GPU support: the exact library, driver or device that is missing
};

/// Looks once; later calls give the same report with fresh memory figures.
DeviceReport devices();

/// Threads and allocator as a program of ours wants them, GPU support opened if there. Call once, first thing in main.
void initialiseEngine();

/// Gives memory that was freed but kept for the next run back to the system: for a program that has nothing to do.
void releaseMemory();

}  // namespace heirloom::core
