#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/arguments.h"
#include "core/batch/naming.h"
#include "core/batch/restore_file.h"

namespace heirloom::app {

/// The arguments of `restore`, as given.
struct RestoreOptions {
  std::vector<std::filesystem::path> inputs;
  std::string watch;
  std::string output;
  bool recursive = false;
  std::string model;
  std::string network;
  std::map<std::string, std::string> settings;
  std::string recipe;
  std::optional<double> strength;
  std::optional<int> scale;
  std::optional<core::FileFormat> format;
  std::string nameTemplate;
  std::string suffix;
  std::optional<core::Existing> existing;
  bool overwrite = false;
  bool dryRun = false;
  bool sidecar = false;
  bool acceptDamaged = false;
  core::WriteOptions write;
  core::RunOptions run;
};

/// The arguments of `restore`, checked: what is done to every photo and where results go.
struct RestorePlan {
  core::Recipe recipe;
  int scale = 1;
  std::string model;                                            // for names of files
  std::string recipeName;                                       // likewise
  std::vector<std::shared_ptr<const models::Restorer>> loaded;  // kept from file to file
  core::NameTemplate names;
  std::filesystem::path file;              // the one result, or empty
  std::filesystem::path folder;            // of the results, or empty: beside their sources
  std::optional<core::FileFormat> format;  // of the results; empty: as their sources
  core::Existing existing = core::Existing::Fail;
};

/// Throws UsageError for everything that is wrong with the arguments, before any photo is touched.
RestorePlan planRestore(const RestoreOptions& options, const core::ModelLibrary& library);

/// A format by the name of -f ("jpeg", "jpg", "tiff"); empty for "preserve". Throws UsageError.
std::optional<core::FileFormat> readFormat(const std::string& option, const std::string& value);

}  // namespace heirloom::app
