#include "models/checkpoint/safetensors_writer.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "models/checkpoint/refusal.h"
#include "models/checkpoint/tensor_layout.h"
#include "models/common/atomic_file.h"

namespace heirloom::models {
namespace {

std::string_view safetensorsName(DType dtype) {
  switch (dtype) {
    case DType::Float64:
      return "F64";
    case DType::Float32:
      return "F32";
    case DType::Float16:
      return "F16";
    case DType::BFloat16:
      return "BF16";
    case DType::Int64:
      return "I64";
    case DType::Int32:
      return "I32";
    case DType::Int16:
      return "I16";
    case DType::Int8:
      return "I8";
    case DType::UInt8:
      return "U8";
    case DType::Bool:
      return "BOOL";
  }
  throw std::invalid_argument("no such dtype");
}

void requireText(std::string_view text) {
  if (!isUtf8(text)) {
    throw Error(HEIRLOOM_TEXT("checkpoint.write.utf8", "'%1' is not valid UTF-8 and cannot be written as a name")
                    .with(printable(text)));
  }
}

void requireSound(std::span<const TensorBytes> tensors, const std::map<std::string, std::string>& metadata) {
  std::set<std::string_view> names{"__metadata__"};
  for (const TensorBytes& tensor : tensors) {
    requireText(tensor.name);
    if (!names.insert(tensor.name).second) {
      throw Error(HEIRLOOM_TEXT("checkpoint.write.repeated", "the name '%1' is taken").with(printable(tensor.name)));
    }
    if (checkedNumel(tensor.shape, tensor.dtype) * itemSize(tensor.dtype) != tensor.bytes.size()) {
      throw std::invalid_argument("the bytes of " + tensor.name + " do not match its shape");
    }
  }
  for (const auto& [key, value] : metadata) {
    requireText(key);
    requireText(value);
  }
}

}  // namespace

void writeSafetensors(const std::filesystem::path& file, std::span<const TensorBytes> tensors,
                      const std::map<std::string, std::string>& metadata) {
  try {
    requireSound(tensors, metadata);
  } catch (const Error& error) {
    throw error.in(file);
  }

  // Wide types first, as the reference writer does: then every tensor is aligned to its own item.
  std::vector<std::size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return itemSize(tensors[a].dtype) > itemSize(tensors[b].dtype);
  });
  std::vector<std::uint64_t> begin(tensors.size());
  std::uint64_t end = 0;
  for (const std::size_t index : order) {
    begin[index] = end;
    end += tensors[index].bytes.size();
  }

  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const TensorBytes& tensor = tensors[i];
    // push_back instead of operator[]: that one looks through every earlier key.
    header.get_ref<nlohmann::ordered_json::object_t&>().emplace_back(
        tensor.name, nlohmann::ordered_json{{"dtype", safetensorsName(tensor.dtype)},
                                            {"shape", tensor.shape},
                                            {"data_offsets", std::array{begin[i], begin[i] + tensor.bytes.size()}}});
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');

  std::array<std::byte, 8> length{};
  for (std::size_t i = 0; i < length.size(); ++i) length[i] = static_cast<std::byte>(text.size() >> (8 * i));
  AtomicFile target(file);
  target.write(length);
  target.write(std::as_bytes(std::span(text)));
  for (const std::size_t index : order) target.write(tensors[index].bytes);
  target.commit(true);
}

}  // namespace heirloom::models
