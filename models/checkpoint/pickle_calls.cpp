#include <algorithm>
#include <array>

#include "models/checkpoint/dtype_names.h"
#include "models/checkpoint/pickle.h"
#include "models/checkpoint/refusal.h"
#include "models/checkpoint/tensor_layout.h"

namespace heirloom::models {
namespace {

constexpr std::size_t kMaxTensors = 1u << 18;

constexpr std::array kStorageClasses{
    DTypeName{"DoubleStorage", DType::Float64}, DTypeName{"FloatStorage", DType::Float32},
    DTypeName{"HalfStorage", DType::Float16},   DTypeName{"BFloat16Storage", DType::BFloat16},
    DTypeName{"LongStorage", DType::Int64},     DTypeName{"IntStorage", DType::Int32},
    DTypeName{"ShortStorage", DType::Int16},    DTypeName{"CharStorage", DType::Int8},
    DTypeName{"ByteStorage", DType::UInt8},     DTypeName{"BoolStorage", DType::Bool},
};
constexpr std::array kDTypes{
    DTypeName{"float64", DType::Float64},   DTypeName{"float32", DType::Float32}, DTypeName{"float16", DType::Float16},
    DTypeName{"bfloat16", DType::BFloat16}, DTypeName{"int64", DType::Int64},     DTypeName{"int32", DType::Int32},
    DTypeName{"int16", DType::Int16},       DTypeName{"int8", DType::Int8},       DTypeName{"uint8", DType::UInt8},
    DTypeName{"bool", DType::Bool},
};

/// Values that training scripts put beside the weights. They are never made, only passed over.
constexpr std::array<std::pair<std::string_view, std::string_view>, 19> kHarmless{{
    {"torch", "device"},
    {"numpy", "dtype"},
    {"numpy", "ndarray"},
    {"numpy.core.multiarray", "scalar"},
    {"numpy.core.multiarray", "_reconstruct"},
    {"numpy._core.multiarray", "scalar"},
    {"numpy._core.multiarray", "_reconstruct"},
    {"_codecs", "encode"},
    {"argparse", "Namespace"},
    {"builtins", "set"},
    {"builtins", "frozenset"},
    {"builtins", "slice"},
    {"builtins", "complex"},
    {"builtins", "bytearray"},
    {"__builtin__", "set"},
    {"__builtin__", "frozenset"},
    {"__builtin__", "slice"},
    {"__builtin__", "complex"},
    {"__builtin__", "bytearray"},
}};

Error malformedTensor() {
  return untrustworthy(HEIRLOOM_TEXT("checkpoint.pickle.tensor", "a tensor in it is described wrongly"));
}

Error refusedCall(const PickleSymbol& symbol) {
  return Error(
      HEIRLOOM_TEXT("checkpoint.pickle.call", "it asks to run %1, which loading weights does not need")
          .with(printable(symbol.full())),
      HEIRLOOM_TEXT("checkpoint.pickle.call.remedy",
                    "nothing was run; if you trust where it comes from, save only its state dict from PyTorch"));
}

bool isHarmless(const PickleSymbol& symbol) {
  return std::any_of(kHarmless.begin(), kHarmless.end(),
                     [&](const auto& row) { return symbol.is(row.first, row.second); });
}

bool isDictionary(const PickleSymbol& symbol) {
  return symbol.is("collections", "OrderedDict") || symbol.is("typing", "OrderedDict") ||
         symbol.is("collections", "defaultdict") || symbol.is("collections", "Counter");
}

}  // namespace

const PickleSymbol& Unpickler::symbol(const PickleValue& value) const {
  if (value.kind != Kind::Symbol) throw malformedTensor();
  return objects_.symbols[value.index];
}

std::span<const PickleValue> Unpickler::tuple(const PickleValue& value) const {
  if (value.kind != Kind::Tuple && value.kind != Kind::List) throw malformedTensor();
  return objects_.sequences[value.index];
}

PickleValue Unpickler::call(const PickleValue& callable, const PickleValue& arguments) {
  const PickleSymbol& function = symbol(callable);
  const auto given = tuple(arguments);
  const auto need = [&](std::size_t least, std::size_t most) {
    if (given.size() < least || given.size() > most) throw malformedTensor();
  };

  if (isDictionary(function)) return makeOrderedDictionary(given);
  if (function.module == "torch._utils") {
    if (function.name == "_rebuild_tensor") {
      need(4, 4);
      return rebuildTensor(given, std::nullopt);
    }
    if (function.name == "_rebuild_tensor_v2") {
      need(6, 7);
      // The seventh says that the numbers are still to be negated or conjugated.
      if (given.size() == 7 && given[6].kind != Kind::None) {
        throw unsupported(
            HEIRLOOM_TEXT("checkpoint.pickle.lazy", "a tensor in it is stored before its last operation"));
      }
      return rebuildTensor(given, std::nullopt);
    }
    if (function.name == "_rebuild_tensor_v3") {
      need(7, 7);
      const PickleSymbol& type = symbol(given[6]);
      const auto dtype = lookUp(kDTypes, type.name);
      if (type.module != "torch" || !dtype) throw unsupportedType(type.name);
      return rebuildTensor(given, dtype);
    }
    if (function.name == "_rebuild_parameter" || function.name == "_rebuild_parameter_with_state") {
      need(3, 4);
      if (given[0].kind != Kind::Tensor) throw malformedTensor();
      return given[0];
    }
  }
  if (function.is("torch._tensor", "_rebuild_from_type_v2")) {
    need(4, 4);
    // A tensor with attributes. One level: such a call within itself would only serve to exhaust the stack.
    if (symbol(given[0]).is("torch._tensor", "_rebuild_from_type_v2")) throw refusedCall(function);
    return call(given[0], given[2]);
  }
  if (function.is("torch", "Size")) {
    need(0, 1);
    return given.size() == 1 && given[0].kind == Kind::Tuple ? given[0] : PickleValue{};
  }
  if (dialect_ == Dialect::TorchScript && function.module == "torch.jit._pickle") {
    // Lists and dictionaries that carry the type of their elements; the first argument is the thing itself.
    return given.empty() ? PickleValue{} : given[0];
  }
  if (isHarmless(function)) return {};
  throw refusedCall(function);
}

PickleValue Unpickler::makeObject(const PickleValue& type) {
  const PickleSymbol& name = symbol(type);
  if (isDictionary(name)) return newDictionary();
  if (dialect_ == Dialect::TorchScript && name.module.starts_with("__torch__")) {
    objects_.scripts.emplace_back();
    return {.kind = Kind::Script, .index = static_cast<std::uint32_t>(objects_.scripts.size() - 1)};
  }
  if (isHarmless(name)) return {};
  throw refusedCall(name);
}

PickleValue Unpickler::makeOrderedDictionary(std::span<const PickleValue> arguments) {
  const PickleValue result = newDictionary();
  // Python 2 gave the items as one list of pairs; a defaultdict's or Counter's argument holds none.
  if (arguments.size() != 1 || arguments[0].kind != Kind::List) return result;
  const auto pairs = tuple(arguments[0]);
  spend(pairs.size());
  auto& dictionary = objects_.dictionaries[result.index];
  for (const PickleValue& pair : pairs) {
    const auto item = tuple(pair);
    if (item.size() != 2) throw malformedTensor();
    dictionary.emplace_back(item[0], item[1]);
  }
  return result;
}

PickleValue Unpickler::rebuildTensor(std::span<const PickleValue> arguments, std::optional<DType> dtype) {
  if (arguments[0].kind == Kind::Opaque) return {};
  if (objects_.tensors.size() == kMaxTensors) {
    throw untrustworthy(HEIRLOOM_TEXT("checkpoint.pickle.tensors", "it holds more tensors than any checkpoint"));
  }
  if (arguments[0].kind != Kind::Storage || arguments[1].kind != Kind::Integer || arguments[1].integer < 0) {
    throw malformedTensor();
  }
  const auto numbers = [&](const PickleValue& value) {
    const auto items = tuple(value);
    if (items.size() > kMaxRank) {
      throw untrustworthy(HEIRLOOM_TEXT("checkpoint.tensor.rank", "a tensor has %1 dimensions, at most %2 are read")
                              .with(std::to_string(items.size()), std::to_string(kMaxRank)));
    }
    std::vector<std::int64_t> result;
    for (const PickleValue& item : items) {
      if (item.kind != Kind::Integer) throw malformedTensor();
      result.push_back(item.integer);
    }
    return result;
  };

  const PickleStorage& storage = objects_.storages[arguments[0].index];
  if (storage.untyped != dtype.has_value()) throw malformedTensor();
  PickleTensor tensor;
  tensor.storage = arguments[0].index;
  tensor.entry.dtype = dtype.value_or(storage.dtype);
  tensor.entry.storageOffset = static_cast<std::uint64_t>(arguments[1].integer);
  tensor.entry.shape = numbers(arguments[2]);
  tensor.entry.strides = numbers(arguments[3]);
  tensor.entry.storageBytes = storage.bytes();
  checkLayout(tensor.entry);
  objects_.tensors.push_back(std::move(tensor));
  return {.kind = Kind::Tensor, .index = static_cast<std::uint32_t>(objects_.tensors.size() - 1)};
}

PickleValue Unpickler::persistent(const PickleValue& id) {
  const auto parts = tuple(id);
  if (!parts.empty() && parts[0].kind == Kind::Text && parts[0].text == "module") {
    throw unsupported(HEIRLOOM_TEXT("checkpoint.pickle.module", "it holds a whole network with its program"));
  }
  if (parts.size() < 5 || parts.size() > 6 || parts[0].kind != Kind::Text || parts[0].text != "storage" ||
      parts[2].kind != Kind::Text || parts[4].kind != Kind::Integer || parts[4].integer < 0) {
    throw malformedTensor();
  }
  if (parts.size() == 6 && parts[5].kind != Kind::None) {
    throw unsupported(HEIRLOOM_TEXT("checkpoint.pickle.view", "it shares storages in the way of PyTorch before 0.4"));
  }

  const PickleSymbol& type = symbol(parts[1]);
  PickleStorage storage;
  storage.key = parts[2].text;
  storage.numel = static_cast<std::uint64_t>(parts[4].integer);
  storage.untyped = type.name == "UntypedStorage" || type.name == "_UntypedStorage";
  if (type.module != "torch" && type.module != "torch.cuda" && type.module != "torch.storage") {
    throw unsupportedType(type.full());
  }
  // Tables of rotations; no network has complex weights. Their tensors are passed over.
  if (type.name == "ComplexFloatStorage" || type.name == "ComplexDoubleStorage") return {};
  if (!storage.untyped) {
    const auto dtype = lookUp(kStorageClasses, type.name);
    if (!dtype) throw unsupportedType(type.name);
    storage.dtype = *dtype;
  }
  const std::int64_t claimed = parts[4].integer;
  checkedNumel({&claimed, 1}, storage.dtype);

  const auto [known, isNew] = storageOf_.emplace(storage.key, static_cast<std::uint32_t>(objects_.storages.size()));
  if (isNew) {
    objects_.storages.push_back(storage);
  } else {
    const PickleStorage& before = objects_.storages[known->second];
    if (before.dtype != storage.dtype || before.untyped != storage.untyped || before.numel != storage.numel) {
      throw untrustworthy(HEIRLOOM_TEXT("checkpoint.pickle.storageTwice", "it describes the storage '%1' in two ways")
                              .with(printable(storage.key)));
    }
  }
  return {.kind = Kind::Storage, .index = known->second};
}

void Unpickler::build(const PickleValue& state) {
  const PickleValue& target = top();
  if (target.kind == Kind::Script) {
    if (state.kind == Kind::Dictionary) objects_.scripts[target.index] = state.index;
    return;
  }
  // The state of a dictionary is its _metadata, that of a tensor its attributes: neither is a weight.
  const bool known = target.kind == Kind::Dictionary || target.kind == Kind::Tensor || target.kind == Kind::Opaque;
  if (!known) throw malformedTensor();
}

}  // namespace heirloom::models
