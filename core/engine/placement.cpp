#include "core/engine/placement.h"

#include <charconv>

#include "models/common/error.h"
#include "models/cuda.h"
#include "models/placement.h"

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
  const at::ScalarType usual = placed.placement.device.is_cpu() ? at::kFloat : at::kBFloat16;
  placed.placement.precision = precision == "auto" ? usual : models::precisionOf(precision);
  return placed;
}

at::ScalarType usualPrecision(const at::Device& device, const models::Descriptor& network, SampleType source,
                              const models::Processor& processor) {
  if (!device.is_cpu()) return at::kBFloat16;
  const bool fits =
      network.generative ? processor.avx512Bf16 : network.nearInBfloat16 && processor.bfloat16NearFloat32();
  return fits && source == SampleType::UInt8 ? at::kBFloat16 : at::kFloat;
}

}  // namespace heirloom::core
