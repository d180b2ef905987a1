#include "admin/zookeeper_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "admin/zookeeper_acl.h"

namespace barnabas::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::pair<int, std::string> refused_command(const std::vector<std::string>& words) {
  try {
    parse_shell_command(words);
  } catch (const ShellError& error) {
    return {error.exit_code(), error.what()};
  }
  return {0, ""};
}

TEST(ZooKeeperCommand, QuotesKeepWordsTogether) {
  EXPECT_THAT(shell_words(R"(  set /a  "b c" 'd "e"' )"),
              ElementsAre("set", "/a", "b c", "d \"e\""));
  EXPECT_THAT(shell_words(R"(get "/a)"), ElementsAre("get", "\"/a"));
  EXPECT_THAT(shell_words(" \t"), ElementsAre());
}

TEST(ZooKeeperCommand, OptionsComeBeforeThePath) {
  const ShellCommand command = parse_shell_command({"set", "-s", "-v", "3", "/a", "-7"});
  EXPECT_TRUE(command.has('s'));
  EXPECT_EQ(command.values.at('v'), "3");
  EXPECT_THAT(command.arguments, ElementsAre("/a", "-7")) << "data may begin with a dash";
  EXPECT_EQ(parse_shell_command({"deleteall", "/a", "-b", "10"}).values.at('b'), "10");
}

TEST(ZooKeeperCommand, WrongOnesInZooKeepersWords) {
  EXPECT_EQ(refused_command({"ls"}), std::pair(1, std::string("ls [-s] [-w] [-R] path")));
  EXPECT_EQ(refused_command({"set", "/x"}),
            std::pair(1, std::string("set [-s] [-v version] path data")));
  EXPECT_EQ(refused_command({"ls", "x"}).second, "Path must start with / character");
  EXPECT_EQ(refused_command({"ls", "/x/"}).second, "Path must not end with / character");
  EXPECT_THAT(refused_command({"ls", "-x", "/"}).second, HasSubstr("Unrecognized option: -x"));
  EXPECT_THAT(refused_command({"delete", "-v"}).second,
              HasSubstr("Missing argument for option: v"));
  const auto unknown = refused_command({"bogus"});
  EXPECT_EQ(unknown.first, 127);
  EXPECT_TRUE(unknown.second.ends_with("\nCommand not found: Command not found bogus"));
}

TEST(ZooKeeperCommand, AnAuthorityIsNoPath) {
  EXPECT_THAT(parse_shell_command({"addauth", "digest", "user:password"}).arguments,
              ElementsAre("digest", "user:password"));
  EXPECT_EQ(refused_command({"addauth"}).second, "addauth scheme auth");
  EXPECT_EQ(refused_command({"getAcl"}).second, "getAcl [-s] path");
}

TEST(ZooKeeperCommand, AccessListsAreSchemeIdAndLetters) {
  const ParsedAcl parsed = parse_acl("world:anyone:r,digest:user:ab/c=:cdrwa,nothing,ip:::1:rx");
  EXPECT_THAT(parsed.entries,
              ElementsAre(zk::AclEntry{"world", "anyone", 1},
                          zk::AclEntry{"digest", "user:ab/c=", 31}, zk::AclEntry{"ip", "::1", 1}));
  EXPECT_THAT(parsed.complaints,
              ElementsAre("nothing does not have the form scheme:id:perm", "Unknown perm type: x"));
  EXPECT_EQ(acl_lines(parsed.entries),
            "'world,'anyone\n: r\n'digest,'user:ab/c=\n: cdrwa\n'ip,'::1\n: r\n");
}

TEST(ZooKeeperCommand, AStatHasElevenLines) {
  const std::string lines = stat_lines({.czxid = 0x27, .version = 4, .ephemeral_owner = 0x1000});
  EXPECT_TRUE(lines.starts_with("cZxid = 0x27\nctime = ")) << lines;
  EXPECT_THAT(lines, HasSubstr("\ndataVersion = 4\naclVersion = 0\nephemeralOwner = 0x1000\n"));
  EXPECT_TRUE(lines.ends_with("\ndataLength = 0\nnumChildren = 0\n"));
}

TEST(ZooKeeperCommand, ErrorsNameTheNode) {
  EXPECT_EQ(shell_error_text(zk::ZkError::kNoNode, "/a", ""), "Node does not exist: /a");
  EXPECT_EQ(shell_error_text(zk::ZkError::kBadVersion, "/a", ""), "version No is not valid : /a");
  EXPECT_EQ(shell_error_text(zk::ZkError::kOther, "/a", "ConnectionLoss"),
            "KeeperErrorCode = ConnectionLoss for /a");
}

}  // namespace
}  // namespace barnabas::admin
