#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/run.h"

namespace heirloom::core {

/// One photo from disk to disk.
struct FileJob {
  std::filesystem::path source;
  std::filesystem::path target;  // its folder is made if missing
  WriteOptions write;    // `recipe` is filled in from the run, unless `strip` keeps it out; `lossless` as the source
                         // where `preserve` says so
  bool preserve = true;  // the format is the source's own: what was stored without loss stays so
  bool acceptDamaged = false;
  bool sidecar = false;  // the recipe beside the result as well, as <name>.heirloom.yaml
  RunOptions run;
};

/// The ending of a sidecar, after the result's stem and a dot.
inline constexpr const char* kSidecarEnding = "heirloom.yaml";

struct FileOutcome {
  Outcome run;             // how it ended, `error` with the file's name; `warnings` of reading, running and writing
  Recipe recipe;           // as it was embedded: with what the run chose itself, and in full where a network invents
  std::int64_t width = 0;  // of the result
  std::int64_t height = 0;
};

/// Format of a result: the one asked for, otherwise the source's; camera RAW becomes TIFF, GIF becomes PNG.
FileFormat resultFormat(FileFormat source, std::optional<FileFormat> asked);

/// Extension of a result without the dot, as the source spells it where the format is the same.
std::string resultExtension(const std::filesystem::path& source, FileFormat sourceFormat, FileFormat format);

/// Throws Error when `format` cannot store `depth`.
void requireDepth(SampleType depth, FileFormat format);

/// Reads, runs, blends the last step's strength, writes. Throws nothing: everything that happens is in the outcome.
/// Refuses what the format or the folder cannot take before the run; nothing half-written stays.
FileOutcome restoreFile(const ModelLibrary& library, const Recipe& recipe, const FileJob& job, RunObserver& observer);

}  // namespace heirloom::core
