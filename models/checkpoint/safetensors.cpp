#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "models/checkpoint/byte_cursor.h"
#include "models/checkpoint/dtype_names.h"
#include "models/checkpoint/formats.h"
#include "models/checkpoint/refusal.h"
#include "models/checkpoint/tensor_layout.h"

namespace heirloom::models {
namespace {

constexpr std::uint64_t kMaxHeader = 100'000'000;  // the format's own limit

constexpr std::array kStoredTypes{
    DTypeName{"F64", DType::Float64},   DTypeName{"F32", DType::Float32}, DTypeName{"F16", DType::Float16},
    DTypeName{"BF16", DType::BFloat16}, DTypeName{"I64", DType::Int64},   DTypeName{"I32", DType::Int32},
    DTypeName{"I16", DType::Int16},     DTypeName{"I8", DType::Int8},     DTypeName{"U8", DType::UInt8},
    DTypeName{"BOOL", DType::Bool},
};

/// Takes the header's JSON as it is parsed, so that neither nesting nor repeated names can cost memory.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  struct Tensor {
    std::string name;
    std::optional<DType> dtype;
    std::optional<std::vector<std::int64_t>> shape;
    std::optional<std::vector<std::uint64_t>> offsets;
  };
  std::vector<Tensor> tensors;
  std::map<std::string, std::string> metadata;

  bool null() override { throw unexpected(); }
  bool boolean(bool) override { throw unexpected(); }
  bool number_integer(number_integer_t) override { throw unexpected(); }
  bool number_float(number_float_t, const string_t&) override { throw unexpected(); }
  bool binary(binary_t&) override { throw unexpected(); }

  bool number_unsigned(number_unsigned_t value) override {
    if (place_ == Place::Shape) {
      auto& shape = *tensors.back().shape;
      // The rest of the rule on ranks and sizes is checked with the entry; this one bounds the memory.
      if (shape.size() > kMaxRank || value > std::numeric_limits<std::int64_t>::max()) throw unexpected();
      shape.push_back(static_cast<std::int64_t>(value));
    } else if (place_ == Place::Offsets && tensors.back().offsets->size() < 2) {
      tensors.back().offsets->push_back(value);
    } else {
      throw unexpected();
    }
    return true;
  }

  bool string(string_t& value) override {
    if (place_ == Place::Metadata) {
      if (!metadata.emplace(key_, value).second) throw repeated(key_);
    } else if (place_ == Place::Tensor && key_ == "dtype" && !tensors.back().dtype) {
      tensors.back().dtype = dtypeOf(value);
    } else {
      throw unexpected();
    }
    return true;
  }

  bool start_object(std::size_t) override {
    if (place_ == Place::Start) {
      place_ = Place::Names;
    } else if (place_ == Place::Names && key_ == "__metadata__") {
      place_ = Place::Metadata;
    } else if (place_ == Place::Names) {
      tensors.push_back({.name = key_});
      place_ = Place::Tensor;
    } else {
      throw unexpected();
    }
    return true;
  }

  bool key(string_t& value) override {
    key_ = value;
    if (place_ == Place::Names && !names_.insert(key_).second) throw repeated(key_);
    return true;
  }

  bool end_object() override {
    place_ = place_ == Place::Names ? Place::End : Place::Names;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ == Place::Tensor && key_ == "shape" && !tensors.back().shape) {
      tensors.back().shape.emplace();
      place_ = Place::Shape;
    } else if (place_ == Place::Tensor && key_ == "data_offsets" && !tensors.back().offsets) {
      tensors.back().offsets.emplace();
      place_ = Place::Offsets;
    } else {
      throw unexpected();
    }
    return true;
  }

  bool end_array() override {
    place_ = Place::Tensor;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    throw untrustworthy(HEIRLOOM_TEXT("checkpoint.safetensors.json", "the header is not valid JSON at byte %1")
                            .with(std::to_string(position)));
  }

 private:
  enum class Place { Start, Names, Metadata, Tensor, Shape, Offsets, End };

  Error unexpected() const {
    return untrustworthy(
        HEIRLOOM_TEXT("checkpoint.safetensors.unexpected", "the header holds something unexpected at '%1'")
            .with(printable(key_)));
  }
  static Error repeated(const std::string& key) {
    return untrustworthy(
        HEIRLOOM_TEXT("checkpoint.safetensors.repeated", "the header names '%1' twice").with(printable(key)));
  }
  static DType dtypeOf(const std::string& text) {
    if (const std::optional<DType> known = lookUp(kStoredTypes, text)) return *known;
    throw unsupportedType(text);
  }

  Place place_ = Place::Start;
  std::string key_;
  std::set<std::string> names_;
};

}  // namespace

Contents parseSafetensors(std::span<const std::byte> file) {
  ByteCursor cursor(file);
  const std::uint64_t headerBytes = cursor.u64();
  if (headerBytes > kMaxHeader) {
    throw untrustworthy(HEIRLOOM_TEXT("checkpoint.safetensors.headerSize", "it claims a header of %1 bytes")
                            .with(std::to_string(headerBytes)));
  }
  if (headerBytes > cursor.remaining()) {
    throw damaged(HEIRLOOM_TEXT("checkpoint.safetensors.headerShort", "the file ends within its header"));
  }
  const std::string_view header = cursor.text(headerBytes);
  const std::uint64_t dataBegin = cursor.position();
  const std::uint64_t dataBytes = cursor.remaining();

  HeaderReader reader;
  if (!header.starts_with('{')) {
    throw untrustworthy(HEIRLOOM_TEXT("checkpoint.safetensors.start", "the header does not start with '{'"));
  }
  nlohmann::json::sax_parse(header.begin(), header.end(), &reader);

  struct Range {
    std::uint64_t begin, end;
    auto operator<=>(const Range&) const = default;
  };
  std::vector<Range> ranges;
  Contents contents{.format = "safetensors", .root = {.kind = Node::Kind::Dictionary}};
  contents.metadata = std::move(reader.metadata);
  contents.root.dictionary.reserve(reader.tensors.size());
  for (HeaderReader::Tensor& tensor : reader.tensors) {
    const auto wrong = [&](const Message& fault) { return untrustworthy(fault.with(printable(tensor.name))); };
    if (!tensor.dtype || !tensor.shape || !tensor.offsets || tensor.offsets->size() != 2) {
      throw wrong(HEIRLOOM_TEXT("checkpoint.safetensors.incomplete", "the header lacks type, shape or place of '%1'"));
    }
    const Range range{(*tensor.offsets)[0], (*tensor.offsets)[1]};
    if (range.begin > range.end) {
      throw wrong(HEIRLOOM_TEXT("checkpoint.safetensors.backwards", "'%1' ends before it begins"));
    }
    if (range.end > dataBytes) {
      throw damaged(HEIRLOOM_TEXT("checkpoint.safetensors.outside", "'%1' lies beyond the end of the file")
                        .with(printable(tensor.name)));
    }
    const std::uint64_t numel = checkedNumel(*tensor.shape, *tensor.dtype);
    if (numel * itemSize(*tensor.dtype) != range.end - range.begin) {
      throw wrong(HEIRLOOM_TEXT("checkpoint.safetensors.size", "the bytes of '%1' do not match its shape"));
    }
    TensorEntry entry;
    entry.dtype = *tensor.dtype;
    entry.strides = rowMajorStrides(*tensor.shape);
    entry.shape = std::move(*tensor.shape);
    entry.storageBegin = dataBegin + range.begin;
    entry.storageBytes = range.end - range.begin;
    checkLayout(entry);
    ranges.push_back(range);
    contents.root.dictionary.push_back(
        {std::move(tensor.name), {.kind = Node::Kind::Tensor, .tensor = std::move(entry)}});
  }

  // The format allows neither holes nor overlaps: nothing can hide in a file, and nothing is stored twice.
  std::sort(ranges.begin(), ranges.end());
  std::uint64_t end = 0;
  for (const Range& range : ranges) {
    if (range.begin != end) {
      throw untrustworthy(
          range.begin < end
              ? HEIRLOOM_TEXT("checkpoint.safetensors.overlap", "two tensors overlap in the file")
              : HEIRLOOM_TEXT("checkpoint.safetensors.hole", "bytes between two tensors belong to neither"));
    }
    end = range.end;
  }
  if (end != dataBytes) {
    throw untrustworthy(
        HEIRLOOM_TEXT("checkpoint.safetensors.rest", "bytes at the end of the file belong to no tensor"));
  }
  return contents;
}

}  // namespace heirloom::models
