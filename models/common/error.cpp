#include "models/common/error.h"

#include <utility>

namespace heirloom {
namespace {

std::string line(const Message& fault, const Message& remedy, const std::filesystem::path& file) {
  std::string text = file.empty() ? std::string{} : file.string() + ": ";
  text += fault.english();
  if (!remedy.empty()) text += "; " + remedy.english();
  return oneLine(text);
}

}  // namespace

Error::Error(Message fault, Message remedy, std::filesystem::path file)
    : std::runtime_error(line(fault, remedy, file)),
      fault_(std::move(fault)),
      remedy_(std::move(remedy)),
      file_(std::move(file)) {}

Error Error::in(const std::filesystem::path& file) const {
  return file_.empty() ? Error(fault_, remedy_, file) : *this;
}

std::string oneLine(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return line;
}

}  // namespace heirloom
