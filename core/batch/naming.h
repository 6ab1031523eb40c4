#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/photo/photo.h"

namespace heirloom::core {

/// What the fields of a name template stand for.
struct NameFields {
  std::string name;        // of the source, without extension
  std::string model;       // the registry's name, a checkpoint's stem, or the name of a recipe of several steps
  std::string recipe;      // the recipe's name; the model's where no recipe was given
  int scale = 1;           // {scale}; {_scale} is "_x4", or nothing at 1
  std::string extension;   // without the dot
  std::size_t index = 1;   // of the source among those of this run, from 1
  std::size_t count = 1;   // how many there are: {index} has as many digits as this
  std::string date;        // "2026-05-31"
  std::int64_t width = 0;  // of the result, in pixels
  std::int64_t height = 0;
};

/// How results are named: text with {name} {model} {recipe} {scale} {_scale} {ext} {index} {date} {size}; "{{" and "}}"
/// are braces. May hold '/', which makes folders. Value type.
class NameTemplate {
 public:
  static constexpr std::string_view kDefault = "{name}_{model}{_scale}.{ext}";

  /// Throws Error naming the pattern: an unknown field, an open brace, a name that would leave the output folder or
  /// that does not end in an extension of a picture.
  explicit NameTemplate(std::string pattern = std::string(kDefault));

  const std::string& pattern() const { return pattern_; }
  /// The format that the pattern's own extension asks for; empty when it ends in {ext}.
  std::optional<FileFormat> format() const { return format_; }

  /// A relative path. Fields never add folders: '/' in their values becomes '_'. Throws Error when the name would be no
  /// file name.
  std::filesystem::path expand(const NameFields& fields) const;

 private:
  std::string pattern_;
  std::optional<FileFormat> format_;
};

/// Today, where this computer is: "2026-05-31".
std::string today();

/// What happens when a result's name is taken.
enum class Existing { Fail, Skip, Number, Overwrite };

/// Finds each result its place, so that no photo that was given is ever replaced, also not through links, and no result
/// of a run replaces another one of it. Used by one thread.
class Destinations {
 public:
  explicit Destinations(Existing policy) : policy_(policy) {}

  /// Never to be written to.
  void protect(const std::filesystem::path& source);

  struct Place {
    std::filesystem::path file;
    bool skip = false;     // something is there and stays: nothing to do
    bool replace = false;  // something is there and may be replaced
  };

  /// Reserves a place for one result; `besides` are the endings of files that go with it ("heirloom.yaml"), whose names
  /// must be free as well. Throws Error naming `source` or the file in the way.
  Place reserve(const std::filesystem::path& wanted, const std::filesystem::path& source,
                const std::vector<std::string>& besides = {});

  /// True of a file that this run wrote or will write.
  bool reserved(const std::filesystem::path& file) const;

 private:
  bool isSource(const std::filesystem::path& file) const;

  Existing policy_;
  std::set<std::filesystem::path> sources_;  // canonical
  std::set<std::filesystem::path> taken_;    // likewise, as far as they exist
};

/// `file` with its extension replaced: "a.b.jpg" and "heirloom.yaml" give "a.b.heirloom.yaml".
std::filesystem::path besides(const std::filesystem::path& file, const std::string& ending);

}  // namespace heirloom::core
