#include "tests/cli/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

namespace heirloom::tests {
namespace {

std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::filesystem::path captureFile() {
  std::string pattern = (std::filesystem::temp_directory_path() / "heirloom-cli-XXXXXX").string();
  const int descriptor = mkstemp(pattern.data());
  if (descriptor >= 0) close(descriptor);
  return pattern;
}

/// In the child: only what is allowed between fork and exec.
[[noreturn]] void becomeProgram(const char* program, char* const* arguments, const Surroundings& surroundings,
                                const char* out, const char* err) {
  const int input = open("/dev/null", O_RDONLY);
  const int output = open(out, O_WRONLY | O_APPEND);
  const int errors = open(err, O_WRONLY | O_APPEND);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  if (!surroundings.folder.empty() && chdir(surroundings.folder.c_str()) != 0) _exit(126);
  if (!surroundings.memoryGroup.empty()) {
    const int entrance = open(surroundings.memoryGroup.c_str(), O_WRONLY);
    if (write(entrance, "0", 1) != 1) _exit(125);
    close(entrance);
  }
  if (surroundings.largestFile) {
    const rlimit limit{*surroundings.largestFile, *surroundings.largestFile};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  execv(program, arguments);
  _exit(127);
}

}  // namespace

Program::Program(const std::vector<std::string>& arguments, const Surroundings& surroundings)
    : file_(surroundings.program.empty() ? std::filesystem::path(HEIRLOOM_CLI) : surroundings.program),
      out_(captureFile()),
      err_(captureFile()) {
  std::vector<std::string> words = {file_.filename().string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  std::map<std::string, std::optional<std::string>> before;
  for (const auto& [name, value] : surroundings.environment) {
    const char* old = std::getenv(name.c_str());
    before[name] = old != nullptr ? std::optional<std::string>(old) : std::nullopt;
    setenv(name.c_str(), value.c_str(), 1);
  }
  process_ = fork();
  if (process_ == 0) becomeProgram(file_.c_str(), pointers.data(), surroundings, out_.c_str(), err_.c_str());
  for (const auto& [name, value] : before) {
    if (value) {
      setenv(name.c_str(), value->c_str(), 1);
    } else {
      unsetenv(name.c_str());
    }
  }
}

Program::~Program() {
  if (running()) {
    signal(SIGKILL);
    waitpid(process_, &status_, 0);
  }
  std::filesystem::remove(out_);
  std::filesystem::remove(err_);
}

void Program::signal(int number) const {
  if (!ended_) kill(process_, number);
}

bool Program::running() {
  rusage used{};
  if (!ended_ && wait4(process_, &status_, WNOHANG, &used) == process_) {
    ended_ = true;
    peakResident_ = static_cast<std::uint64_t>(used.ru_maxrss) * 1024;
  }
  return !ended_;
}

Ended Program::wait(std::chrono::seconds longest) {
  const auto end = std::chrono::steady_clock::now() + longest;
  while (running() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  if (running()) {
    ADD_FAILURE() << file_.filename().string() << " still ran after " << longest.count() << " s:\n" << contents(err_);
    signal(SIGKILL);
    waitpid(process_, &status_, 0);
    ended_ = true;
  }
  const int code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  return {code, contents(out_), contents(err_), peakResident_};
}

Ended cli(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
  return Program(arguments, surroundings).wait();
}

}  // namespace heirloom::tests
