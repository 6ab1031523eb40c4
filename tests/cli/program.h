#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace heirloom::tests {

/// How the program ended.
struct Ended {
  int code = -1;  // 128 + number when a signal ended it
  std::string out;
  std::string err;
  std::uint64_t peakResident = 0;  // bytes

  /// Standard output as one JSON document; throws nlohmann's exception, which fails the test, when it is anything else.
  nlohmann::json json() const { return nlohmann::json::parse(out); }
};

struct Surroundings {
  std::filesystem::path folder;                    // the current one; empty: the test's own
  std::map<std::string, std::string> environment;  // added
  std::optional<std::uint64_t> largestFile;        // bytes: a full disk
  std::filesystem::path memoryGroup;               // the entrance of a control group; empty: it stays in the test's own
  std::filesystem::path program;                   // empty: heirloom-cli
};

/// A real program in a process of its own.
class Program {
 public:
  explicit Program(const std::vector<std::string>& arguments, const Surroundings& surroundings = {});
  ~Program();  // kills it if it still runs
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int number) const;
  bool running();
  /// Fails the test and kills the program when it takes longer.
  Ended wait(std::chrono::seconds longest = std::chrono::seconds(300));

 private:
  std::filesystem::path file_;
  pid_t process_ = -1;
  int status_ = 0;
  std::uint64_t peakResident_ = 0;
  bool ended_ = false;
  std::filesystem::path out_;
  std::filesystem::path err_;
};

/// Runs it to its end.
Ended cli(const std::vector<std::string>& arguments, const Surroundings& surroundings = {});

}  // namespace heirloom::tests
