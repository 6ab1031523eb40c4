#include "core/batch/naming.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

namespace heirloom::core {
namespace {

constexpr std::array<std::string_view, 9> kFields = {"name", "model", "recipe", "scale", "_scale",
                                                     "ext",  "index", "date",   "size"};
constexpr int kMostNumbers = 100000;

struct Piece {
  std::string text;  // of a field: its name
  bool field = false;
};

std::vector<Piece> parse(const std::string& pattern) {
  std::vector<Piece> pieces;
  const auto literal = [&](char character) {
    if (pieces.empty() || pieces.back().field) pieces.push_back({});
    pieces.back().text += character;
  };
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char character = pattern[at];
    const bool doubled = at + 1 < pattern.size() && pattern[at + 1] == character;
    if (character == '{' && !doubled) {
      const std::size_t end = pattern.find('}', at);
      const std::string name = pattern.substr(at + 1, end == std::string::npos ? end : end - at - 1);
      if (end == std::string::npos || std::find(kFields.begin(), kFields.end(), name) == kFields.end()) {
        throw Error(
            HEIRLOOM_TEXT("naming.field", "the name template \"%1\" has no field {%2}").with(pattern, name),
            HEIRLOOM_TEXT(
                "naming.field.remedy",
                "use {name} {model} {recipe} {scale} {_scale} {ext} {index} {date} {size}, and {{ for a brace"));
      }
      pieces.push_back({name, true});
      at = end;
    } else {
      literal(character);
      if ((character == '{' || character == '}') && doubled) ++at;
    }
  }
  return pieces;
}

std::string valueOf(std::string_view field, const NameFields& fields) {
  if (field == "name") return fields.name;
  if (field == "model") return fields.model;
  if (field == "recipe") return fields.recipe;
  if (field == "scale") return std::to_string(fields.scale);
  if (field == "_scale") return fields.scale == 1 ? "" : "_x" + std::to_string(fields.scale);
  if (field == "ext") return fields.extension;
  if (field == "date") return fields.date;
  if (field == "size") return std::to_string(fields.width) + "x" + std::to_string(fields.height);
  std::string index = std::to_string(fields.index);
  const std::size_t digits = std::to_string(fields.count).size();
  return std::string(digits > index.size() ? digits - index.size() : 0, '0') + index;
}

bool leavesFolder(const std::filesystem::path& path) {
  return path.is_absolute() || std::any_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
}

/// Absolute first: the answer must stay the same when the file is there at last.
std::filesystem::path resolved(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::absolute(file).lexically_normal();
  std::filesystem::path result = std::filesystem::weakly_canonical(whole, error);
  return error ? whole : result;
}

bool isThere(const std::filesystem::path& file) {
  std::error_code error;
  return std::filesystem::exists(std::filesystem::symlink_status(file, error));
}

}  // namespace

NameTemplate::NameTemplate(std::string pattern) : pattern_(std::move(pattern)) {
  const std::vector<Piece> pieces = parse(pattern_);
  const auto refuse = [this](const Message& fault) {
    throw Error(fault.with(pattern_),
                HEIRLOOM_TEXT("naming.template.remedy", "write one like {name}_{model}{_scale}.{ext}"));
  };
  if (leavesFolder(pattern_))
    refuse(HEIRLOOM_TEXT("naming.leaves", "the name template \"%1\" leads out of the output folder"));
  const bool endsInExtension = pieces.size() >= 2 && pieces.back().field && pieces.back().text == "ext" &&
                               !pieces[pieces.size() - 2].field && pieces[pieces.size() - 2].text.ends_with('.');
  if (endsInExtension) return;
  if (!pieces.empty() && !pieces.back().field) format_ = formatOf(pattern_);
  if (!format_)
    refuse(
        HEIRLOOM_TEXT("naming.extension", "the name template \"%1\" does not end in .{ext} or a picture's extension"));
}

std::filesystem::path NameTemplate::expand(const NameFields& fields) const {
  std::string text;
  for (const Piece& piece : parse(pattern_)) {
    std::string value = piece.field ? valueOf(piece.text, fields) : piece.text;
    if (piece.field) std::replace(value.begin(), value.end(), '/', '_');
    text += value;
  }
  std::filesystem::path path = text;
  if (leavesFolder(path) || !path.has_filename()) {
    throw Error(
        HEIRLOOM_TEXT("naming.name", "the name template \"%1\" makes no file name here: \"%2\"").with(pattern_, text),
        HEIRLOOM_TEXT("naming.name.remedy", "use another template of names"));
  }
  return path;
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::array<char, 16> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%d", &local);
  return {text.data(), length};
}

std::filesystem::path besides(const std::filesystem::path& file, const std::string& ending) {
  return file.parent_path() / (file.stem().string() + "." + ending);
}

void Destinations::protect(const std::filesystem::path& source) {
  sources_.insert(resolved(source));
}

bool Destinations::isSource(const std::filesystem::path& file) const {
  if (sources_.contains(resolved(file))) return true;
  std::error_code error;
  // A second name of the same file (hard link) has a path of its own.
  if (std::filesystem::hard_link_count(file, error) <= 1 || error) return false;
  return std::any_of(sources_.begin(), sources_.end(), [&](const auto& source) {
    std::error_code ignored;
    return std::filesystem::equivalent(source, file, ignored);
  });
}

bool Destinations::reserved(const std::filesystem::path& file) const {
  return taken_.contains(resolved(file));
}

Destinations::Place Destinations::reserve(const std::filesystem::path& wanted, const std::filesystem::path& source,
                                          const std::vector<std::string>& endings) {
  const auto filesOf = [&](const std::filesystem::path& file) {
    std::vector<std::filesystem::path> files = {file};
    for (const std::string& ending : endings) files.push_back(besides(file, ending));
    return files;
  };
  const auto take = [&](Place place) {
    for (const auto& file : filesOf(place.file)) taken_.insert(resolved(file));
    return place;
  };
  const auto inTheWay = [&](const std::filesystem::path& file) -> std::optional<std::filesystem::path> {
    for (const auto& one : filesOf(file)) {
      if (reserved(one) || isThere(one)) return one;
    }
    return std::nullopt;
  };

  const std::optional<std::filesystem::path> obstacle = inTheWay(wanted);
  if (!obstacle) return take({wanted, false, false});
  if (policy_ == Existing::Number) {
    for (int number = 2; number < kMostNumbers; ++number) {
      std::filesystem::path numbered = wanted;
      numbered.replace_filename(wanted.stem().string() + "-" + std::to_string(number) + wanted.extension().string());
      if (!inTheWay(numbered)) return take({numbered, false, false});
    }
  }
  for (const auto& one : filesOf(wanted)) {
    if (isSource(one)) {
      throw Error(HEIRLOOM_TEXT("naming.source", "the result would replace the photo %1").with(oneLine(one.string())),
                  HEIRLOOM_TEXT("naming.elsewhere", "choose another name or folder for the result"), source);
    }
  }
  if (policy_ == Existing::Skip) return {wanted, true, false};
  if (std::filesystem::is_directory(*obstacle)) {
    throw Error(HEIRLOOM_TEXT("naming.folder", "a folder of the result's name is there already"),
                HEIRLOOM_TEXT("naming.elsewhere", "choose another name or folder for the result"), *obstacle);
  }
  for (const auto& one : filesOf(wanted)) {
    if (policy_ == Existing::Overwrite && reserved(one)) {
      throw Error(HEIRLOOM_TEXT("naming.twice", "two photos of this run would have the same result %1")
                      .with(oneLine(one.string())),
                  HEIRLOOM_TEXT("naming.twice.remedy", "number the results, or use a template of names with {index}"),
                  source);
    }
  }
  if (policy_ == Existing::Overwrite) return take({wanted, false, true});
  throw Error(HEIRLOOM_TEXT("naming.exists", "is there already and stays as it is"),
              HEIRLOOM_TEXT("file.existing", "use --existing skip, --existing number or --overwrite"), *obstacle);
}

}  // namespace heirloom::core
