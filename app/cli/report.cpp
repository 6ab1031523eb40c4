#include "app/cli/report.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <iostream>

namespace heirloom::app {
namespace {

/// True of well-formed UTF-8 by nlohmann's own judgement, which decides what it replaces.
bool isUtf8(const std::string& text) {
  try {
    (void)Json(text).dump();
    return true;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += at + i <= bytes.size() ? kDigits[group >> (18 - 6 * i) & 63U] : '=';
    }
  }
  return text;
}

Json describe(const Message& message, const std::filesystem::path& file) {
  Json json = Json::object();
  if (!file.empty()) putPath(json, "file", file);
  json["message"] = message.english();
  json["id"] = message.id;
  return json;
}

}  // namespace

void Report::line(std::string_view text) {
  if (!json_) std::cout << oneLine(text) << '\n' << std::flush;
}

void Report::detail(std::string_view text) {
  if (verbose_) line(text);
}

Json Report::error(const Error& error) {
  std::cerr << "heirloom-cli: " << error.what() << '\n' << std::flush;
  Json json = describe(error.fault(), error.file());
  if (!error.remedy().empty()) json["remedy"] = error.remedy().english();
  if (!document.contains("error")) document["error"] = json;
  return json;
}

Json Report::warning(const Message& message, const std::filesystem::path& file) {
  std::cerr << "heirloom-cli: warning: ";
  if (!file.empty()) std::cerr << oneLine(file.string()) << ": ";
  std::cerr << oneLine(message.english()) << '\n' << std::flush;
  Json json = describe(message, file);
  document["warnings"].push_back(json);
  return json;
}

int Report::finish(int code) {
  if (json_) {
    if (!document.contains("warnings")) document["warnings"] = Json::array();
    document["exit_code"] = code;
    std::cout << document.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  }
  std::cout.flush();
  if (std::cout) return code;
  std::cerr << "heirloom-cli: standard output takes no more; free space or choose another place for it\n";
  return code == kDone ? static_cast<int>(kFailed) : code;
}

void putPath(Json& object, const std::string& key, const std::filesystem::path& path) {
  const std::string& bytes = path.native();
  object[key] = bytes;
  if (!isUtf8(bytes)) object[key == "file" ? "path_base64" : key + "_path_base64"] = base64(bytes);
}

std::string fixed(double value, int digits) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  std::array<char, 400> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, digits);
  return {text.data(), end.ptr};
}

std::string bytesText(std::uint64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (bytes >= 1'000'000'000) return fixed(value / 1e9, 1) + " GB";
  if (bytes >= 1'000'000) return fixed(value / 1e6, 0) + " MB";
  if (bytes >= 1'000) return fixed(value / 1e3, 0) + " kB";
  return std::to_string(bytes) + " bytes";
}

std::string durationText(double seconds) {
  if (seconds < 9.95) return fixed(seconds, 1) + " s";
  const auto whole = std::llround(seconds);
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " min";
}

}  // namespace heirloom::app
