#include "tests/core/support/checkpoints.h"

#include <span>
#include <vector>

#include "models/checkpoint/safetensors_writer.h"

namespace heirloom::tests {
namespace {

constexpr int kFeatures = 8;
constexpr int kConvolutions = 3;

/// `values` are enough for the largest tensor.
void addDnCnn(std::vector<models::TensorBytes>& tensors, const std::string& prefix, int channels,
              std::span<const float> values) {
  for (int i = 0; i < kConvolutions; ++i) {
    const std::int64_t in = i == 0 ? channels : kFeatures;
    const std::int64_t out = i + 1 == kConvolutions ? channels : kFeatures;
    const std::string name = prefix + "model." + std::to_string(2 * i);
    const auto bytes = [&](std::int64_t count) {
      return std::as_bytes(values).first(static_cast<std::size_t>(count) * sizeof(float));
    };
    tensors.push_back({name + ".weight", models::DType::Float32, {out, in, 3, 3}, bytes(out * in * 9)});
    tensors.push_back({name + ".bias", models::DType::Float32, {out}, bytes(out)});
  }
}

}  // namespace

void writeDnCnn(const std::filesystem::path& file, int channels, float weight,
                const std::map<std::string, std::string>& metadata) {
  const std::vector<float> values(kFeatures * kFeatures * 9, weight);
  std::vector<models::TensorBytes> tensors;
  addDnCnn(tensors, "", channels, values);
  models::writeSafetensors(file, tensors, metadata);
}

void writeTwoDnCnns(const std::filesystem::path& file, const std::map<std::string, std::string>& metadata) {
  const std::vector<float> values(kFeatures * kFeatures * 9, 0);
  std::vector<models::TensorBytes> tensors;
  addDnCnn(tensors, "net.", 1, values);
  addDnCnn(tensors, "generator.", 3, values);
  models::writeSafetensors(file, tensors, metadata);
}

}  // namespace heirloom::tests
