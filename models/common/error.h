#pragma once

#include <filesystem>
#include <stdexcept>

#include "models/common/message.h"

namespace heirloom {

/// What went wrong, with which file, and what to do about it. `what()` is one line of English:
/// "FILE: fault; remedy", with FILE and remedy left out where empty and control characters replaced.
class Error : public std::runtime_error {
 public:
  explicit Error(Message fault, Message remedy = {}, std::filesystem::path file = {});

  const Message& fault() const { return fault_; }
  const Message& remedy() const { return remedy_; }
  const std::filesystem::path& file() const { return file_; }

  /// The same error with the file filled in where it had none.
  [[nodiscard]] Error in(const std::filesystem::path& file) const;

 private:
  Message fault_;
  Message remedy_;
  std::filesystem::path file_;
};

/// Thrown by whoever is asked to stop; neither an error nor a success. Never derives from std::exception, so that
/// no handler for errors takes it.
struct Stopped {};

/// `text` on one line and safe to print: control characters become '?', everything else stays as it is.
std::string oneLine(std::string_view text);

}  // namespace heirloom
