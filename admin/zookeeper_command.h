// What is typed into zookeeper-shell, taken apart; and what it says of nodes.
//
// Threads  free functions.
// Failure  ShellError: a command that cannot be carried out.
// Source   ZooKeeper 3.8, org.apache.zookeeper.ZooKeeperMain and its cli package
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "zkclient/session/sync_client.h"

namespace barnabas::admin {

class ShellError : public std::runtime_error {
 public:
  // `exit_code` of the shell, if this was its one command.
  explicit ShellError(const std::string& message, int exit_code = 1)
      : std::runtime_error(message), exit_code_(exit_code) {}
  int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

struct ShellCommand {
  std::string name;
  std::set<char> flags;                // -s
  std::map<char, std::string> values;  // -v 3
  std::vector<std::string> arguments;

  bool has(char flag) const { return flags.contains(flag); }
};

// Words are separated by blanks; quotes of either kind keep them together.
std::vector<std::string> shell_words(std::string_view line);

// Throws where there is no such command (exit code 127, after the list of them all), an option is
// unknown, an argument is missing, or the path is none.
ShellCommand parse_shell_command(const std::vector<std::string>& words);

// One line for each command.
std::string shell_usage();

// The lines of a stat; times in the time zone of this process.
std::string stat_lines(const zk::NodeStat& stat);

// Why an operation failed, in ZooKeeper's words; `problem` says what kOther is.
std::string shell_error_text(zk::ZkError error, std::string_view path, std::string_view problem);

}  // namespace barnabas::admin
