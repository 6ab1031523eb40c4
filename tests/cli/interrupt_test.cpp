#include <csignal>
#include <thread>

#include "tests/cli/workbench.h"

namespace heirloom::tests {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

bool appears(const fs::path& file) {
  for (int i = 0; i < 1200 && !fs::exists(file); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  return fs::exists(file);
}

class Interrupting : public Workbench {
 protected:
  Interrupting() {
    // Minutes of work on any machine that runs tests.
    writeNetwork(folder_ / "slow.safetensors", {.gain = 0.5, .layers = 24, .features = 96});
    picture("photo.png", {.width = 4000, .height = 3000});
  }

  /// Signalled when it is well at work.
  Ended interrupted(const std::vector<std::string>& arguments, int number) const {
    Program program(arguments, {.folder = folder_.path()});
    std::this_thread::sleep_for(std::chrono::seconds(4));
    EXPECT_TRUE(program.running()) << "ended before the signal";
    program.signal(number);
    return program.wait(std::chrono::seconds(60));
  }
  std::vector<std::string> slow() const {
    return {"restore", "-m",  "slow.safetensors", "--set", "noise_level=5",
            "--tile",  "256", "--device",         "cpu",   "photo.png"};
  }
};

TEST_F(Interrupting, leavesNoFile) {
  for (const int number : {SIGINT, SIGTERM}) {
    const Ended ended = interrupted(slow(), number);
    EXPECT_EQ(ended.code, 130);
    EXPECT_EQ(added({"photo.png", "slow.safetensors"}), Names{});
  }
}

TEST_F(Interrupting, stillPrintsItsDocument) {
  std::vector<std::string> arguments = slow();
  arguments.emplace_back("--json");
  const Ended ended = interrupted(arguments, SIGINT);
  EXPECT_EQ(ended.code, 130);
  EXPECT_EQ(ended.json()["exit_code"], 130);
  EXPECT_EQ(ended.json()["items"][0]["status"], "interrupted");
}

TEST_F(Interrupting, keepsWhatWasDone) {
  picture("a.png");
  std::vector<std::string> arguments = slow();
  arguments.insert(arguments.end() - 1, "a.png");
  Program program(arguments, {.folder = folder_.path()});
  EXPECT_TRUE(appears(folder_ / "a_slow.png"));
  program.signal(SIGINT);
  EXPECT_EQ(program.wait(std::chrono::seconds(60)).code, 130);
  EXPECT_EQ(added({"photo.png", "slow.safetensors", "a.png"}), Names{"a_slow.png"});
}

TEST_F(Interrupting, stopsOtherCommandsToo) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"bench", "slow.safetensors", "--size", "2048", "--runs", "100"},
        std::vector<std::string>{"forward", "slow.safetensors", "photo.png", "out.safetensors"}}) {
    EXPECT_EQ(interrupted(arguments, SIGINT).code, 130) << arguments.front();
  }
  EXPECT_FALSE(fs::exists(folder_ / "out.safetensors"));
}

class Watching : public Workbench {};

TEST_F(Watching, restoresWhatStopsGrowingUntilItIsStopped) {
  fs::create_directory(folder_ / "in");
  const std::string whole = bytesOf(picture("whole.png", {.width = 200, .height = 200}));
  Program program({"restore", "-m", "half.safetensors", "--set", "noise_level=5", "--watch", "in", "-o", "out"},
                  {.folder = folder_.path()});
  // A copy that takes its time: never seen half.
  for (std::size_t part = 0; part < 8; ++part) {
    writeBytes(folder_ / "in/slow.png", whole.substr(0, whole.size() * (part + 1) / 8));
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
  }
  EXPECT_TRUE(appears(folder_ / "out/slow_half.png"));
  picture("in/later.png");
  EXPECT_TRUE(appears(folder_ / "out/later_half.png"));
  program.signal(SIGINT);
  const Ended ended = program.wait();
  EXPECT_EQ(ended.code, 130);
  EXPECT_EQ(ended.err, "");
}

TEST_F(Watching, doesNotRestoreItsOwnResults) {
  picture("in/a.png");
  const std::vector<std::string> watch = {"restore", "-m", "half.safetensors", "--set", "noise_level=5",
                                          "--watch", "in"};
  // Beside the photos by themselves, and where somebody names their folder.
  const std::vector<std::vector<std::string>> outputs = {{}, {}, {"-o", "in"}};
  for (const std::vector<std::string>& output : outputs) {
    std::vector<std::string> arguments = watch;
    arguments.insert(arguments.end(), output.begin(), output.end());
    Program program(arguments, {.folder = folder_.path()});
    EXPECT_TRUE(appears(folder_ / "in/a_half.png"));
    std::this_thread::sleep_for(std::chrono::seconds(4));
    program.signal(SIGINT);
    const Ended ended = program.wait();
    EXPECT_EQ(ended.code, 130);
    EXPECT_EQ(ended.err, "");
    EXPECT_EQ(everythingIn(folder_ / "in"), (Names{"a.png", "a_half.png"}));
  }
}

}  // namespace
}  // namespace heirloom::tests
