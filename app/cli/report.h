#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "models/common/error.h"

namespace heirloom::app {

using Json = nlohmann::ordered_json;

/// Exit codes of the program.
enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2, kNothingToDo = 3, kInterrupted = 130 };

/// Wrong arguments, found before anything was touched. Its error names no file that was given to work on.
struct UsageError {
  Error error;
};

/// What a command says: lines on standard output for people, or one JSON document there; errors and warnings on
/// standard error in both cases. Used by the main thread.
class Report {
 public:
  Report(bool json, bool verbose) : json_(json), verbose_(verbose) {}

  bool json() const { return json_; }
  bool verbose() const { return verbose_; }

  /// The document of --json; commands add their facts. Empty members are of no harm without --json.
  Json document = Json::object();

  /// A line for people; silent with --json. Control characters in it become '?'.
  void line(std::string_view text);
  /// As `line`, only with -v.
  void detail(std::string_view text);

  /// One line on standard error; the document's `error` is the first one. Returns it as JSON, for the item it belongs
  /// to.
  Json error(const Error& error);
  /// One line on standard error, and one of the document's `warnings`. `file` may be empty.
  Json warning(const Message& message, const std::filesystem::path& file = {});

  /// Prints the document and returns the code the program ends with: another one when standard output took no more.
  int finish(int code);

 private:
  bool json_;
  bool verbose_;
};

/// `object[key] = path`, and where its bytes are not UTF-8 once more in base64: as `path_base64` of the key "file",
/// otherwise as
/// `<key>_path_base64`.
void putPath(Json& object, const std::string& key, const std::filesystem::path& path);

/// `value` with `digits` behind the decimal point, in every locale.
std::string fixed(double value, int digits);

/// "1.5 GB", "320 MB", "17 kB".
std::string bytesText(std::uint64_t bytes);

/// "0.4 s", "12 s", "3 min 20 s", "2 h 5 min".
std::string durationText(double seconds);

}  // namespace heirloom::app
