#include "tests/core/support/checkpoints.h"

#include <vector>

#include "models/checkpoint/safetensors_writer.h"

namespace heirloom::tests {

void writeDnCnn(const std::filesystem::path& file, int channels, float weight,
                const std::map<std::string, std::string>& metadata) {
  constexpr int kFeatures = 8;
  constexpr int kConvolutions = 3;
  const std::vector<float> values(kFeatures * kFeatures * 9, weight);
  std::vector<models::TensorBytes> tensors;
  for (int i = 0; i < kConvolutions; ++i) {
    const std::int64_t in = i == 0 ? channels : kFeatures;
    const std::int64_t out = i + 1 == kConvolutions ? channels : kFeatures;
    const std::string name = "model." + std::to_string(2 * i);
    const auto bytes = [&](std::int64_t count) {
      return std::as_bytes(std::span(values)).first(static_cast<std::size_t>(count) * sizeof(float));
    };
    tensors.push_back({name + ".weight", models::DType::Float32, {out, in, 3, 3}, bytes(out * in * 9)});
    tensors.push_back({name + ".bias", models::DType::Float32, {out}, bytes(out)});
  }
  models::writeSafetensors(file, tensors, metadata);
}

}  // namespace heirloom::tests
