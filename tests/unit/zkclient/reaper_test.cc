// The reaper against a real ZooKeeper and a real process that dies. Its session timeout is 30 s:
// whatever goes sooner was closed by the reaper.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>
#include <sstream>

#include "tests/unit/zkclient/hex.h"
#include "tests/unit/zkclient/server_world.h"
#include "zkclient/reaper/close_session.h"
#include "zkclient/reaper/pidfd.h"
#include "zkclient/reaper/reaping_session_closer.h"

extern char** environ;

namespace barnabas::zk::testing {
namespace {

using std::chrono::steady_clock;

std::string contents(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// The third field of /proc/<pid>/stat: R, S, T, Z...; 0 when there is no such process.
char state_of(pid_t pid) {
  const std::string stat = contents(fmt::format("/proc/{}/stat", pid));
  const auto name_end = stat.rfind(')');
  return name_end == std::string::npos ? '\0' : stat[name_end + 2];
}

bool wait_until(const std::function<bool()>& condition, Duration timeout = seconds(20)) {
  const auto deadline = steady_clock::now() + timeout;
  while (!condition()) {
    if (steady_clock::now() > deadline) return false;
    ::poll(nullptr, 0, 1);
  }
  return true;
}

bool ended(pid_t pid) {
  return state_of(pid) == '\0' || state_of(pid) == 'Z';
}

// A victim under the test's control.
class Victim {
 public:
  explicit Victim(const std::string& connect) {
    int to[2];
    int from[2];
    EXPECT_EQ(::pipe2(to, O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(from, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, to[0], 0);
    ::posix_spawn_file_actions_adddup2(&actions, from[1], 1);
    const char* argv[] = {"reaper_victim", connect.c_str(), REAPER_PROGRAM, "/victim", nullptr};
    EXPECT_EQ(::posix_spawn(&pid_, VICTIM_PROGRAM, &actions, nullptr,
                            const_cast<char* const*>(argv), environ),
              0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(to[0]);
    ::close(from[1]);
    in_ = to[1];
    out_ = ::fdopen(from[0], "r");
    EXPECT_EQ(answer(), "ready");
  }
  ~Victim() {
    kill(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(in_);
    std::fclose(out_);
  }
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;

  std::string tell(std::string command) {
    command += '\n';
    EXPECT_EQ(::write(in_, command.data(), command.size()), static_cast<ssize_t>(command.size()));
    return answer();
  }
  // Hands the session over; the reaper's process id.
  pid_t hand_over() { return std::stoi(tell("hand")); }
  void kill(int signal) const { ::kill(pid_, signal); }
  pid_t pid() const { return pid_; }
  const std::string& log() const { return log_; }

 private:
  std::string answer() {
    char line[1024];
    while (std::fgets(line, sizeof(line), out_) != nullptr) {
      std::string text(line);
      if (text.starts_with("= ")) return text.substr(2, text.size() - 3);
      log_ += text;
    }
    return "(it ended)";
  }

  pid_t pid_ = -1;
  int in_ = -1;
  std::FILE* out_ = nullptr;
  std::string log_;
};

class Reaper : public ::testing::Test {
 protected:
  Reaper() {
    create(*world_, "/here");
    victim_ = std::make_unique<Victim>(connect_string(*world_));
  }
  bool victim_is_registered() { return exists(*world_, "/victim").ok(); }
  // As World::run_until, by reading.
  bool session_ends() {
    return wait_until([this] { return !victim_is_registered(); });
  }

  std::unique_ptr<World> world_ = make_world();
  std::unique_ptr<Victim> victim_;
};

TEST_F(Reaper, ClosesTheSessionOfAKilledBroker) {
  const pid_t reaper = victim_->hand_over();
  ASSERT_TRUE(victim_is_registered());
  const auto start = steady_clock::now();
  victim_->kill(SIGKILL);
  EXPECT_TRUE(session_ends());
  const auto took = std::chrono::duration<double, std::milli>(steady_clock::now() - start);
  RecordProperty("milliseconds", std::to_string(took.count()));
  EXPECT_LT(took, seconds(3));
  EXPECT_TRUE(wait_until([&] { return ended(reaper); }));
}

TEST_F(Reaper, LeavesAStoppedBrokerAlone) {
  const pid_t reaper = victim_->hand_over();
  victim_->kill(SIGSTOP);
  ASSERT_TRUE(wait_until([&] { return state_of(victim_->pid()) == 'T'; }));
  EXPECT_TRUE(victim_is_registered());
  EXPECT_FALSE(ended(reaper));
  victim_->kill(SIGCONT);
  EXPECT_EQ(victim_->tell("reaper"), "running");
  EXPECT_TRUE(victim_is_registered());
}

TEST_F(Reaper, EndsQuietlyAfterACleanStop) {
  const pid_t reaper = victim_->hand_over();
  EXPECT_EQ(victim_->tell("quit"), "(it ended)");
  EXPECT_TRUE(wait_until([&] { return ended(reaper); }));
  EXPECT_FALSE(victim_is_registered());
}

TEST_F(Reaper, WithoutASessionEndsWithItsBroker) {
  victim_->kill(SIGSTOP);  // so that the list of processes holds still
  pid_t reaper = -1;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string stat = contents(entry.path() / "stat");
    if (stat.find("(barnabas-reaper) ") == std::string::npos) continue;
    std::istringstream after(stat.substr(stat.rfind(')') + 4));
    pid_t parent = 0;
    after >> parent;
    if (parent == victim_->pid()) reaper = std::stoi(entry.path().filename());
  }
  ASSERT_GT(reaper, 0);
  victim_->kill(SIGKILL);
  EXPECT_TRUE(wait_until([&] { return ended(reaper); }));
  EXPECT_TRUE(victim_is_registered());
}

TEST_F(Reaper, ClosesOnlyTheSessionItWasGivenLast) {
  const SessionId ours = session_of(*world_, 0);
  victim_->tell(fmt::format("decoy {:x} {}", ours.id, to_hex(ours.password)));
  victim_->hand_over();
  Recorder recorder;
  world_->call([&] { world_->client(0).add_observer(&recorder); });
  victim_->kill(SIGKILL);
  EXPECT_TRUE(session_ends());
  EXPECT_THAT(recorder.told, ::testing::ElementsAre());
  world_.reset();
}

TEST_F(Reaper, IsDeafToWhatATerminalSendsToAll) {
  const pid_t reaper = victim_->hand_over();
  EXPECT_EQ(::getpgid(reaper), reaper);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::kill(reaper, signal);
  EXPECT_EQ(victim_->tell("reaper"), "running");
  victim_->kill(SIGKILL);
  EXPECT_TRUE(session_ends());
}

TEST_F(Reaper, SeesTheEndOfABrokerWhoseChildKeepsItsFiles) {
  victim_->hand_over();
  const pid_t child = std::stoi(victim_->tell("fork"));
  victim_->kill(SIGKILL);
  EXPECT_TRUE(session_ends());
  ::kill(child, SIGKILL);
}

TEST_F(Reaper, HasNeitherSecretsInSightNorFilesOfItsBroker) {
  const pid_t reaper = victim_->hand_over();
  EXPECT_EQ(contents(fmt::format("/proc/{}/cmdline", reaper)),
            std::string("barnabas-reaper") + '\0');
  EXPECT_EQ(contents(fmt::format("/proc/{}/environ", reaper)),
            contents(fmt::format("/proc/{}/environ", victim_->pid())));
  // Standard input, output, error, and the pidfd; while it starts it may have others for a moment.
  const std::set<std::string> own = {"0", "1", "2", "3"};
  std::set<std::string> files;
  EXPECT_TRUE(wait_until([&] {
    files.clear();
    for (const auto& entry :
         std::filesystem::directory_iterator(fmt::format("/proc/{}/fd", reaper))) {
      files.insert(entry.path().filename());
    }
    return files == own;
  })) << fmt::format("{}", fmt::join(files, " "));
}

TEST_F(Reaper, TheBrokerRunsWithoutItAndSaysSo) {
  const pid_t reaper = victim_->hand_over();
  ::kill(reaper, SIGKILL);
  EXPECT_TRUE(wait_until([&] { return victim_->tell("reaper") == "lost"; }));
  EXPECT_NE(victim_->log().find("Running without the reaper"), std::string::npos);
  EXPECT_TRUE(victim_is_registered());
  EXPECT_EQ(victim_->tell("hand"), "-1");
}

TEST_F(Reaper, EndsWithinSecondsWhenZooKeeperIsAway) {
  const pid_t reaper = victim_->hand_over();
  shared_server().kill();
  victim_->kill(SIGKILL);
  EXPECT_TRUE(wait_until([&] { return ended(reaper); }, seconds(8)));
  shared_server().start();
}

// As a broker finds the session of its former life: that one and its reaper are dead.
class ReapingSessionCloserTest : public ::testing::Test {
 protected:
  ReapingSessionCloserTest() {
    create(*world_, "/here");
    Victim victim(connect_string(*world_));
    std::istringstream told(victim.tell("session"));
    std::string password;
    told >> std::hex >> left_behind_.id >> password;
    left_behind_.password = from_hex(password);
    ::kill(victim.hand_over(), SIGKILL);
  }
  bool close() {
    std::promise<bool> answer;
    ReapingSessionCloser closer(shared_server().address(), seconds(30));
    closer.close_session(left_behind_, [&](bool closed) { answer.set_value(closed); });
    return answer.get_future().get();
  }

  std::unique_ptr<World> world_ = make_world();
  SessionId left_behind_;
};

TEST_F(ReapingSessionCloserTest, ClosesASessionThatNobodyHolds) {
  EXPECT_TRUE(exists(*world_, "/victim").ok());
  EXPECT_TRUE(close());
  EXPECT_FALSE(exists(*world_, "/victim").ok());
}

TEST_F(ReapingSessionCloserTest, LeavesASessionAloneWhosePasswordIsAnother) {
  left_behind_.password.assign(16, 'x');
  // It is not ours to close, and there is nothing more to do.
  EXPECT_TRUE(close());
  EXPECT_TRUE(exists(*world_, "/victim").ok());
}

TEST(CloseSession, SaysWhenNoServerAnswers) {
  EXPECT_EQ(close_session({"127.0.0.1:1", 1, {}, 1000}, milliseconds(200)),
            CloseOutcome::kUnreachable);
}

}  // namespace
}  // namespace barnabas::zk::testing
