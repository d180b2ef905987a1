#include "admin/zookeeper_command.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <ctime>

namespace barnabas::admin {
namespace {

struct ShellSyntax {
  std::string_view name;
  std::string_view usage;
  std::string_view flags;
  std::string_view values;  // options that a word follows
  std::size_t min_arguments;
  bool begins_with_path = true;
};

constexpr std::array<ShellSyntax, 12> kShellCommands{{
    {"addauth", "scheme auth", "", "", 1, false},
    {"create", "[-s] [-e] [-c] [-t ttl] path [data] [acl]", "sec", "t", 1},
    {"delete", "[-v version] path", "", "v", 1},
    {"deleteall", "path [-b batch size]", "", "b", 1},
    {"get", "[-s] [-w] path", "sw", "", 1},
    {"getAcl", "[-s] path", "s", "", 1},
    {"history", "", "", "", 0, false},
    {"ls", "[-s] [-w] [-R] path", "swR", "", 1},
    {"quit", "", "", "", 0, false},
    {"set", "[-s] [-v version] path data", "s", "v", 2},
    {"setAcl", "[-s] [-v version] [-R] path acl", "sR", "v", 2},
    {"stat", "[-w] path", "w", "", 1},
}};

const ShellSyntax& syntax_of(std::string_view name) {
  for (const ShellSyntax& syntax : kShellCommands) {
    if (syntax.name == name) return syntax;
  }
  throw ShellError(fmt::format("{}Command not found: Command not found {}", shell_usage(), name),
                   127);
}

void check_node_path(std::string_view path) {
  if (!path.starts_with('/')) throw ShellError("Path must start with / character");
  if (path.size() > 1 && path.ends_with('/')) {
    throw ShellError("Path must not end with / character");
  }
}

std::string java_date(std::int64_t ms) {
  const std::time_t seconds = ms / 1000;
  std::tm local{};
  localtime_r(&seconds, &local);
  return fmt::format("{:%a %b %d %H:%M:%S %Z %Y}", local);
}

}  // namespace

std::vector<std::string> shell_words(std::string_view line) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] == ' ' || line[at] == '\t' || line[at] == '\r') {
      ++at;
      continue;
    }
    const char first = line[at];
    std::size_t end = line.find_first_of(" \t\r", at);
    if (first == '"' || first == '\'') {
      const std::size_t closing = line.find(first, at + 1);
      if (closing != std::string_view::npos) {
        words.emplace_back(line.substr(at + 1, closing - at - 1));
        at = closing + 1;
        continue;
      }
    }
    end = std::min(end, line.size());
    words.emplace_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

ShellCommand parse_shell_command(const std::vector<std::string>& words) {
  ShellCommand command;
  command.name = words.front();
  const ShellSyntax& syntax = syntax_of(command.name);
  const auto usage = fmt::format("{} {}", syntax.name, syntax.usage);
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    // Data may begin with a dash, a path cannot.
    if (word.size() < 2 || word[0] != '-' || command.arguments.size() >= 1) {
      if (command.name != "deleteall" || word != "-b") {
        command.arguments.push_back(word);
        continue;
      }
    }
    if (word.size() == 2 && syntax.flags.find(word[1]) != std::string_view::npos) {
      command.flags.insert(word[1]);
    } else if (word.size() == 2 && syntax.values.find(word[1]) != std::string_view::npos) {
      if (i + 1 >= words.size()) {
        throw ShellError(fmt::format(
            "org.apache.commons.cli.MissingArgumentException: Missing argument for option: {}",
            word.substr(1)));
      }
      command.values[word[1]] = words[++i];
    } else {
      throw ShellError(fmt::format(
          "org.apache.commons.cli.UnrecognizedOptionException: Unrecognized option: {}", word));
    }
  }
  if (command.arguments.size() < syntax.min_arguments) throw ShellError(usage);
  if (syntax.begins_with_path) check_node_path(command.arguments.front());
  return command;
}

std::string shell_usage() {
  std::string text = "ZooKeeper -server host:port [-zk-tls-config-file <file>] cmd args\n";
  for (const ShellSyntax& syntax : kShellCommands) {
    text += fmt::format("\t{} {}\n", syntax.name, syntax.usage);
  }
  return text;
}

std::string stat_lines(const zk::NodeStat& stat) {
  return fmt::format(
      "cZxid = 0x{:x}\nctime = {}\nmZxid = 0x{:x}\nmtime = {}\npZxid = 0x{:x}\ncversion = {}\n"
      "dataVersion = {}\naclVersion = {}\nephemeralOwner = 0x{:x}\ndataLength = {}\n"
      "numChildren = {}\n",
      stat.czxid, java_date(stat.ctime_ms), stat.mzxid, java_date(stat.mtime_ms), stat.pzxid,
      stat.cversion, stat.version, stat.aversion, static_cast<std::uint64_t>(stat.ephemeral_owner),
      stat.data_length, stat.num_children);
}

std::string shell_error_text(zk::ZkError error, std::string_view path, std::string_view problem) {
  using zk::ZkError;
  switch (error) {
    case ZkError::kNoNode:
      return fmt::format("Node does not exist: {}", path);
    case ZkError::kNodeExists:
      return fmt::format("Node already exists: {}", path);
    case ZkError::kNotEmpty:
      return fmt::format("Node not empty: {}", path);
    case ZkError::kBadVersion:
      return fmt::format("version No is not valid : {}", path);
    case ZkError::kNoChildrenForEphemerals:
      return fmt::format("Ephemerals cannot have children: {}", path);
    case ZkError::kNoAuth:
      return fmt::format("Insufficient permission : {}", path);
    case ZkError::kInvalid:
      return fmt::format("KeeperErrorCode = BadArguments for {}", path);
    default:
      if (problem == "InvalidACL") return fmt::format("Acl is not valid : {}", path);
      return fmt::format("KeeperErrorCode = {} for {}", problem, path);
  }
}

}  // namespace barnabas::admin
