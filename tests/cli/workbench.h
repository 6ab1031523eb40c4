#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "tests/cli/fixtures.h"
#include "tests/cli/program.h"
#include "tests/models/support/public_files.h"

namespace heirloom::tests {

/// A folder with a network that halves what it sees, in which the program runs.
class Workbench : public ::testing::Test {
 protected:
  Workbench() { writeNetwork(folder_ / "half.safetensors", {.gain = 0.5}); }

  Ended run(const std::vector<std::string>& arguments, Surroundings surroundings = {}) const {
    if (surroundings.folder.empty()) surroundings.folder = folder_.path();
    surroundings.environment.emplace("XDG_DATA_HOME", (folder_ / "data").string());
    return cli(arguments, surroundings);
  }

  /// `restore -m half.safetensors` and the rest; the noise level is given, so that nothing is estimated.
  Ended restore(std::vector<std::string> arguments, const Surroundings& surroundings = {}) const {
    const std::vector<std::string> begin = {"restore", "-m", "half.safetensors", "--set", "noise_level=5"};
    arguments.insert(arguments.begin(), begin.begin(), begin.end());
    return run(arguments, surroundings);
  }

  std::filesystem::path picture(const std::string& name, const SamplePicture& sample = {}) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    writePicture(folder_ / name, sample);
    return folder_ / name;
  }

  /// What is in the folder besides the network and these.
  std::set<std::string> added(const std::set<std::string>& known) const {
    std::set<std::string> names;
    for (const std::string& name : everythingIn(folder_.path())) {
      if (name != "half.safetensors" && !known.contains(name)) names.insert(name);
    }
    return names;
  }

  TemporaryFolder folder_;
};

/// Of the command `restore`.
class Restore : public Workbench {};

/// One line of ours on standard error, with these words in it.
MATCHER_P(isOneLineAbout, words, "is one line of heirloom-cli about it") {
  const std::string text = arg;
  return text.starts_with("heirloom-cli: ") && std::count(text.begin(), text.end(), '\n') == 1 &&
         text.ends_with('\n') && text.find(words) != std::string::npos;
}

}  // namespace heirloom::tests
