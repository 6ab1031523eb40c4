#include "models/checkpoint/pickle.h"

#include <algorithm>
#include <array>
#include <utility>

#include "models/checkpoint/refusal.h"

namespace heirloom::models {
namespace {

constexpr std::uint64_t kMaxOperations = 2'000'000;
constexpr std::size_t kMaxStack = 1u << 18;
constexpr std::size_t kMaxMarks = 1000;
constexpr std::uint64_t kMaxText = 16u << 20;
constexpr std::uint64_t kMaxLine = 4096;
constexpr int kMaxProtocol = 5;

Error corrupt() {
  return damaged(
      HEIRLOOM_TEXT("checkpoint.pickle.corrupt", "the pickle in it is damaged or was not written by PyTorch"));
}

Error tooMuch() {
  return untrustworthy(HEIRLOOM_TEXT("checkpoint.pickle.tooMuch", "the pickle in it is larger than any checkpoint's"));
}

enum Opcode : std::uint8_t {
  kMark = '(',
  kStop = '.',
  kNone = 'N',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kBinFloat = 'G',
  kBinString = 'T',
  kShortBinString = 'U',
  kBinUnicode = 'X',
  kBinBytes = 'B',
  kShortBinBytes = 'C',
  kAppend = 'a',
  kAppends = 'e',
  kBuild = 'b',
  kGlobal = 'c',
  kDict = 'd',
  kEmptyDict = '}',
  kList = 'l',
  kEmptyList = ']',
  kTuple = 't',
  kEmptyTuple = ')',
  kBinPersistentId = 'Q',
  kReduce = 'R',
  kSetItem = 's',
  kSetItems = 'u',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kProto = 0x80,
  kNewObject = 0x81,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8a,
  kShortBinUnicode = 0x8c,
  kBinUnicode8 = 0x8d,
  kEmptySet = 0x8f,
  kAddItems = 0x90,
  kStackGlobal = 0x93,
  kMemoize = 0x94,
  kFrame = 0x95,
};

std::int64_t signExtended(std::uint64_t value, std::size_t bytes) {
  if (bytes == 0 || bytes >= 8) return static_cast<std::int64_t>(value);
  const std::uint64_t sign = std::uint64_t{1} << (8 * bytes - 1);
  return static_cast<std::int64_t>((value ^ sign) - sign);
}

}  // namespace

PickleValue Unpickler::run() {
  while (step(cursor_.u8())) spend(1);
  const PickleValue result = pop();
  if (!stack_.empty() || !marks_.empty()) throw corrupt();
  return result;
}

bool Unpickler::step(std::uint8_t opcode) {
  switch (opcode) {
    case kProto:
      if (cursor_.u8() > kMaxProtocol) throw corrupt();
      break;
    case kFrame:
      if (cursor_.u64() > cursor_.remaining()) throw corrupt();
      break;
    case kStop:
      return false;

    case kMark:
      if (marks_.size() == kMaxMarks) throw tooMuch();
      marks_.push_back(stack_.size());
      break;
    case kNone:
      push(Kind::None);
      break;
    case kNewTrue:
      push({.kind = Kind::Boolean, .integer = 1});
      break;
    case kNewFalse:
      push({.kind = Kind::Boolean, .integer = 0});
      break;
    case kBinInt:
      pushInteger(signExtended(cursor_.u32(), 4));
      break;
    case kBinInt1:
      pushInteger(cursor_.u8());
      break;
    case kBinInt2:
      pushInteger(cursor_.u16());
      break;
    case kLong1: {
      const std::size_t length = cursor_.u8();
      if (length <= 8) {
        pushInteger(signExtended(cursor_.number(length), length));
      } else {
        cursor_.take(length);
        push(Kind::Opaque);
      }
      break;
    }
    case kBinFloat:
      cursor_.take(8);
      push(Kind::Opaque);
      break;
    case kShortBinString:
    case kShortBinUnicode:
      pushText(cursor_.u8());
      break;
    case kBinString:
    case kBinUnicode:
      pushText(cursor_.u32());
      break;
    case kBinUnicode8:
      pushText(cursor_.u64());
      break;
    case kShortBinBytes:
      cursor_.take(cursor_.u8());
      push(Kind::Opaque);
      break;
    case kBinBytes:
      cursor_.take(cursor_.u32());
      push(Kind::Opaque);
      break;

    case kEmptyTuple:
      pushTuple(0);
      break;
    case kTuple1:
      pushTuple(1);
      break;
    case kTuple2:
      pushTuple(2);
      break;
    case kTuple3:
      pushTuple(3);
      break;
    case kTuple:
      objects_.sequences.push_back(popToMark());
      push(Kind::Tuple, objects_.sequences.size() - 1);
      break;
    case kEmptyList:
      objects_.sequences.emplace_back();
      push(Kind::List, objects_.sequences.size() - 1);
      break;
    case kList:
      objects_.sequences.push_back(popToMark());
      push(Kind::List, objects_.sequences.size() - 1);
      break;
    case kAppend: {
      const PickleValue value = pop();
      append({&value, 1});
      break;
    }
    case kAppends:
      append(popToMark());
      break;
    case kEmptySet:
      push(Kind::Opaque);
      break;
    case kAddItems:
      append(popToMark());
      break;
    case kEmptyDict:
      push(newDictionary());
      break;
    case kDict: {
      const auto items = popToMark();
      push(newDictionary());
      setItems(items);
      break;
    }
    case kSetItem: {
      std::array<PickleValue, 2> item;
      item[1] = pop();
      item[0] = pop();
      setItems(item);
      break;
    }
    case kSetItems:
      setItems(popToMark());
      break;

    case kGlobal: {
      const std::string_view module = line();
      objects_.symbols.push_back({module, line()});
      push(Kind::Symbol, objects_.symbols.size() - 1);
      break;
    }
    case kStackGlobal: {
      const PickleValue name = pop();
      const PickleValue module = pop();
      if (name.kind != Kind::Text || module.kind != Kind::Text) throw corrupt();
      if (name.text.size() > kMaxLine || module.text.size() > kMaxLine) throw corrupt();
      objects_.symbols.push_back({module.text, name.text});
      push(Kind::Symbol, objects_.symbols.size() - 1);
      break;
    }
    case kBinPut:
      memoize(cursor_.u8());
      break;
    case kLongBinPut:
      memoize(cursor_.u32());
      break;
    case kMemoize:
      memoize(memo_.size());
      break;
    case kBinGet:
      recall(cursor_.u8());
      break;
    case kLongBinGet:
      recall(cursor_.u32());
      break;

    case kBinPersistentId:
      push(persistent(pop()));
      break;
    case kReduce: {
      const PickleValue arguments = pop();
      push(call(pop(), arguments));
      break;
    }
    case kNewObject: {
      pop();  // the arguments of an object that is not made
      push(makeObject(pop()));
      break;
    }
    case kBuild:
      build(pop());
      break;

    default: {
      constexpr std::string_view kDigits = "0123456789abcdef";
      const std::string shown{'0', 'x', kDigits[opcode >> 4], kDigits[opcode & 15]};
      throw untrustworthy(HEIRLOOM_TEXT("checkpoint.pickle.opcode",
                                        "the pickle in it holds the instruction %1, which no checkpoint needs")
                              .with(shown));
    }
  }
  return true;
}

void Unpickler::spend(std::uint64_t operations) {
  if (operations > kMaxOperations - operations_) throw tooMuch();
  operations_ += operations;
}

void Unpickler::push(PickleValue value) {
  if (stack_.size() == kMaxStack) throw tooMuch();
  stack_.push_back(value);
}

void Unpickler::pushText(std::uint64_t length) {
  if (length > kMaxText) throw tooMuch();
  push({.kind = Kind::Text, .text = cursor_.text(length)});
}

void Unpickler::pushTuple(std::size_t count) {
  std::vector<PickleValue> items(count);
  for (std::size_t i = count; i-- > 0;) items[i] = pop();
  objects_.sequences.push_back(std::move(items));
  push(Kind::Tuple, objects_.sequences.size() - 1);
}

PickleValue Unpickler::pop() {
  // What lies below a mark belongs to whoever set it.
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) throw corrupt();
  const PickleValue value = stack_.back();
  stack_.pop_back();
  return value;
}

PickleValue& Unpickler::top() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) throw corrupt();
  return stack_.back();
}

std::vector<PickleValue> Unpickler::popToMark() {
  if (marks_.empty()) throw corrupt();
  const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<PickleValue> values(begin, stack_.end());
  stack_.erase(begin, stack_.end());
  marks_.pop_back();
  return values;
}

std::string_view Unpickler::line() {
  const std::uint64_t begin = cursor_.position();
  const std::string_view window = cursor_.text(std::min(kMaxLine, cursor_.remaining()));
  const std::size_t end = window.find('\n');
  if (end == std::string_view::npos) throw corrupt();
  cursor_.seek(begin + end + 1);
  return window.substr(0, end);
}

void Unpickler::memoize(std::uint64_t key) {
  memo_[key] = top();
}

void Unpickler::recall(std::uint64_t key) {
  const auto found = memo_.find(key);
  if (found == memo_.end()) throw corrupt();
  push(found->second);
}

void Unpickler::append(std::span<const PickleValue> values) {
  const PickleValue& target = top();
  if (target.kind == Kind::Opaque) return;
  if (target.kind != Kind::List) throw corrupt();
  auto& list = objects_.sequences[target.index];
  list.insert(list.end(), values.begin(), values.end());
}

void Unpickler::setItems(std::span<const PickleValue> keysAndValues) {
  if (keysAndValues.size() % 2 != 0) throw corrupt();
  const PickleValue& target = top();
  if (target.kind == Kind::Opaque) return;
  if (target.kind != Kind::Dictionary) throw corrupt();
  auto& dictionary = objects_.dictionaries[target.index];
  for (std::size_t i = 0; i < keysAndValues.size(); i += 2) {
    dictionary.emplace_back(keysAndValues[i], keysAndValues[i + 1]);
  }
}

PickleValue Unpickler::newDictionary() {
  objects_.dictionaries.emplace_back();
  return {.kind = Kind::Dictionary, .index = static_cast<std::uint32_t>(objects_.dictionaries.size() - 1)};
}

}  // namespace heirloom::models
