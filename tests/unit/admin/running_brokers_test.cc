#include "admin/running_brokers.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace barnabas::admin {
namespace {

namespace fs = std::filesystem;

// A proc file system of our own making.
class RunningBrokers : public testing::Test {
 protected:
  RunningBrokers()
      : proc_(fs::path(testing::TempDir()) /
              (std::string("proc-") +
               testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::remove_all(proc_);
    fs::create_directories(proc_ / "cwd");
    write(proc_ / "cwd" / "server.properties", "broker.id=7\n");
  }
  ~RunningBrokers() override { fs::remove_all(proc_); }

  static void write(const fs::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  void add_process(const std::string& pid, const std::string& comm, const std::string& cmdline) {
    fs::create_directories(proc_ / pid);
    write(proc_ / pid / "comm", comm + "\n");
    write(proc_ / pid / "cmdline", cmdline);
    fs::create_directory_symlink(proc_ / "cwd", proc_ / pid / "cwd");
  }

  const fs::path proc_;
};

TEST_F(RunningBrokers, AreFoundByTheirProgram) {
  using namespace std::string_literals;
  add_process("12", "barnabas", "barnabas\0server.properties\0"s);
  add_process("13", "barnabas-reaper", "barnabas-reaper\0"s);
  add_process("14", "bash", "bash\0barnabas\0"s);
  fs::create_directories(proc_ / "sys");
  const auto brokers = running_brokers(proc_);
  ASSERT_EQ(brokers.size(), 1U);
  EXPECT_EQ(brokers[0].pid, 12);
  EXPECT_EQ(brokers[0].broker_id, 7);
}

TEST_F(RunningBrokers, OverrideRanksAboveTheFile) {
  using namespace std::string_literals;
  add_process("12", "barnabas", "barnabas\0server.properties\0--override\0broker.id=8\0"s);
  EXPECT_EQ(running_brokers(proc_).at(0).broker_id, 8);
}

TEST_F(RunningBrokers, UnreadableConfigurationLeavesTheIdOpen) {
  using namespace std::string_literals;
  add_process("12", "barnabas", "barnabas\0gone.properties\0"s);
  EXPECT_EQ(running_brokers(proc_).at(0).broker_id, std::nullopt);
}

TEST_F(RunningBrokers, ProcessThatHasEndedIsNone) {
  add_process("12", "barnabas", "");
  EXPECT_TRUE(running_brokers(proc_).empty());
}

}  // namespace
}  // namespace barnabas::admin
