#include "tests/photo/exiftool.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <sstream>
#include <stdexcept>

namespace heirloom::tests {

std::string exiftool(const std::vector<std::string>& arguments, const std::filesystem::path& file) {
  std::array<int, 2> pipeEnds{};
  if (pipe(pipeEnds.data()) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child == 0) {
    dup2(pipeEnds[1], STDOUT_FILENO);
    close(pipeEnds[0]);
    std::vector<std::string> words = {"exiftool", "-config", "", "-m", "-api", "LargeFileSupport=1"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    words.push_back(file.string());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    execvp("exiftool", argv.data());
    _exit(127);
  }
  close(pipeEnds[1]);
  std::string output;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0; (count = read(pipeEnds[0], buffer.data(), buffer.size())) > 0;) {
    output.append(buffer.data(), static_cast<std::size_t>(count));
  }
  close(pipeEnds[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) == 127) throw std::runtime_error("exiftool cannot be run");
  return output;
}

std::map<std::string, std::string> tagsOf(const std::filesystem::path& file) {
  std::istringstream lines(exiftool({"-a", "-u", "-n", "-s", "-G1", "-t"}, file));
  std::map<std::string, std::string> tags;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t group = line.find('\t');
    const std::size_t name = line.find('\t', group + 1);
    if (name == line.npos) continue;
    tags[line.substr(0, group) + ":" + line.substr(group + 1, name - group - 1)] = line.substr(name + 1);
  }
  return tags;
}

std::vector<std::byte> profileIn(const std::filesystem::path& file) {
  const std::string profile = exiftool({"-b", "-ICC_Profile"}, file);
  const auto* bytes = reinterpret_cast<const std::byte*>(profile.data());
  return {bytes, bytes + profile.size()};
}

}  // namespace heirloom::tests
