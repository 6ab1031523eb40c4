#include "core/engine/placement.h"

#include <charconv>

#include "models/common/error.h"
#include "models/cuda.h"

namespace heirloom::core {
namespace {

Error noSuchDevice(const std::string& device, const std::string& why) {
  return Error(HEIRLOOM_TEXT("run.device", "device '%1' is not there%2").with(device, why.empty() ? "" : ": " + why),
               HEIRLOOM_TEXT("run.device_remedy", "use auto, cpu or one that `heirloom-cli devices` lists"));
}

at::Device deviceOf(const std::string& device) {
  if (device == "cpu") return at::kCPU;
  const models::CudaStatus& cuda = models::openCuda();
  if (device == "auto") return cuda.available ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
  int index = 0;
  if (device.starts_with("cuda:")) {
    const char* end = device.data() + device.size();
    const auto parsed = std::from_chars(device.data() + 5, end, index);
    if (parsed.ec != std::errc() || parsed.ptr != end || index < 0) throw noSuchDevice(device, {});
  } else if (device != "cuda") {
    throw noSuchDevice(device, {});
  }
  if (!cuda.available) throw noSuchDevice(device, cuda.notes.empty() ? std::string() : cuda.notes.front().english());
  if (static_cast<std::size_t>(index) >= models::cudaDevices().size()) throw noSuchDevice(device, {});
  return {at::kCUDA, static_cast<at::DeviceIndex>(index)};
}

}  // namespace

Placed place(const std::string& device, const std::string& precision) {
  Placed placed;
  placed.placement.device = deviceOf(device);
  if (precision == "auto") {
    placed.placement.precision = placed.placement.device.is_cpu() ? at::kFloat : at::kBFloat16;
  } else if (precision == "float32") {
    placed.placement.precision = at::kFloat;
  } else if (precision == "bfloat16") {
    placed.placement.precision = at::kBFloat16;
  } else if (precision == "float16") {
    placed.placement.precision = at::kHalf;
  } else {
    throw Error(HEIRLOOM_TEXT("run.precision", "precision '%1' is unknown").with(precision),
                HEIRLOOM_TEXT("run.precision_remedy", "use auto, float32, bfloat16 or float16"));
  }
  return placed;
}

}  // namespace heirloom::core
