#include "zkclient/session_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "broker/protocol/error_code.h"

namespace barnabas::zk {
namespace {

class SessionFile : public ::testing::Test {
 protected:
  SessionFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "session-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    path_ = directory_ + "/" + kSessionFileName;
  }
  ~SessionFile() override { std::filesystem::remove_all(directory_); }

  std::string directory_;
  std::string path_;
};

TEST_F(SessionFile, HoldsTheLastSession) {
  EXPECT_EQ(read_session_file(path_), std::nullopt);
  ASSERT_TRUE(write_session_file(path_, {1, "first"}));
  const SessionId session{-0x7000000000000001, std::string("\0\xff\n pass word...", 16)};
  ASSERT_TRUE(write_session_file(path_, session));
  const auto read = read_session_file(path_);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, session.id);
  EXPECT_EQ(read->password, session.password);
  remove_session_file(path_);
  EXPECT_EQ(read_session_file(path_), std::nullopt);
}

TEST_F(SessionFile, IsItsOwnersOnly) {
  ASSERT_TRUE(write_session_file(path_, {1, "secret"}));
  struct stat status{};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(SessionFile, WhatIsNotOneIsNoSession) {
  for (const char* text :
       {"", "\n", "12", "zz ff\n", "0000000000000000 ff\n", "12 f\n", "12 fg\n", "12 ff", "12\n"}) {
    std::ofstream(path_, std::ios::trunc) << text;
    EXPECT_EQ(read_session_file(path_), std::nullopt) << text;
  }
}

TEST_F(SessionFile, SaysWhereItCannotBeWritten) {
  const auto result = write_session_file(directory_ + "/none/file", {1, "x"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kKafkaStorageError);
  EXPECT_NE(result.error().detail.find("/none/file"), std::string::npos);
}

}  // namespace
}  // namespace barnabas::zk
