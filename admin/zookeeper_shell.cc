// zookeeper-shell: looks at ZooKeeper's nodes and changes them, by one command or line by line.
//
// Source  Kafka 3.9, ZooKeeperMainWithTlsSupportForKafka.scala; ZooKeeper 3.8, ZooKeeperMain.java
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <cstdio>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admin/java_text.h"
#include "admin/tool.h"
#include "admin/zookeeper_acl.h"
#include "admin/zookeeper_command.h"
#include "zkclient/session/sync_client.h"

namespace barnabas::admin {
namespace {

constexpr Duration kShellSessionTimeout = seconds(30);

void print_event(std::string_view state, std::string_view type,
                 const std::optional<std::string>& path) {
  fmt::print("\nWATCHER::\n\nWatchedEvent state:{} type:{} path:{}\n", state, type,
             path.value_or("null"));
  std::fflush(stdout);
}

// What the paths of a node's children begin with.
std::string folder_of(const std::string& path) {
  return path == "/" ? path : path + "/";
}

class ZooKeeperShell {
 public:
  explicit ZooKeeperShell(const std::string& connect)
      : client_(connect, kShellSessionTimeout,
                [](std::string_view type, const std::optional<std::string>& path) {
                  print_event("SyncConnected", type, path);
                }) {}

  // The exit code of one command; what goes wrong is said on standard error.
  int run(const std::vector<std::string>& words) {
    try {
      execute(parse_shell_command(words));
      return 0;
    } catch (const ShellError& error) {
      std::fflush(stdout);
      fmt::print(stderr, "{}\n", error.what());
      return error.exit_code();
    }
  }

  int run_lines() {
    fmt::print("Welcome to ZooKeeper!\nJLine support is disabled\n");
    int code = 0;
    std::string line;
    while (!quits_ && std::getline(std::cin, line)) {
      const auto words = shell_words(line);
      if (words.empty()) continue;
      history_.push_back(line);
      const int result = run(words);
      // Leaving tells how the last command before it went.
      if (!quits_) code = result;
      std::fflush(stdout);
    }
    return code;
  }

 private:
  void execute(const ShellCommand& command) {
    if (command.name == "ls") return list(command);
    if (command.name == "get") return get(command);
    if (command.name == "stat") return stat(command);
    if (command.name == "create") return create(command);
    if (command.name == "set") return set(command);
    if (command.name == "delete") {
      return require_ok(client_.remove(command.arguments[0], version_of(command)),
                        command.arguments[0]);
    }
    if (command.name == "deleteall") return remove_all(command.arguments[0]);
    if (command.name == "addauth") return add_auth(command);
    if (command.name == "getAcl") return get_acl(command);
    if (command.name == "setAcl") return set_acl(command);
    if (command.name == "history") return print_history();
    quits_ = true;
    print_event("Closed", "None", std::nullopt);
  }

  void require_ok(zk::ZkError error, const std::string& path) const {
    if (error != zk::ZkError::kOk)
      throw ShellError(shell_error_text(error, path, client_.last_problem()));
  }

  static std::int32_t version_of(const ShellCommand& command) {
    const auto given = command.values.find('v');
    if (given == command.values.end()) return zk::kAnyVersion;
    const auto version = java_number<std::int32_t>(given->second);
    if (!version) {
      throw ShellError(fmt::format("For input string: \"{}\"", given->second));
    }
    return *version;
  }

  void list(const ShellCommand& command) {
    const std::string& path = command.arguments[0];
    zk::NodeStat stat;
    std::vector<std::string> names;
    require_ok(client_.children(path, command.has('w'), names, stat), path);
    if (command.has('R')) {
      fmt::print("{}\n", path);
      return list_below(path);
    }
    fmt::print("[{}]\n", fmt::join(names, ", "));
    if (command.has('s')) fmt::print("{}", stat_lines(stat));
  }

  // The children of a node, then what is below each. Nodes that go meanwhile are left out.
  void list_below(const std::string& path) {
    zk::NodeStat stat;
    std::vector<std::string> names;
    if (client_.children(path, false, names, stat) != zk::ZkError::kOk) return;
    const std::string prefix = folder_of(path);
    for (const std::string& name : names) fmt::print("{}{}\n", prefix, name);
    for (const std::string& name : names) list_below(prefix + name);
  }

  void get(const ShellCommand& command) {
    const std::string& path = command.arguments[0];
    std::optional<std::string> data;
    zk::NodeStat stat;
    require_ok(client_.get(path, command.has('w'), data, stat), path);
    fmt::print("{}\n", data.value_or("null"));
    if (command.has('s')) fmt::print("{}", stat_lines(stat));
  }

  void stat(const ShellCommand& command) {
    const std::string& path = command.arguments[0];
    zk::NodeStat stat;
    require_ok(client_.exists(path, command.has('w'), stat), path);
    fmt::print("{}", stat_lines(stat));
  }

  void create(const ShellCommand& command) {
    zk::SyncClient::Mode mode{.sequential = command.has('s'),
                              .ephemeral = command.has('e'),
                              .container = command.has('c')};
    if (const auto ttl = command.values.find('t'); ttl != command.values.end()) {
      mode.ttl_ms = java_number<std::int64_t>(ttl->second);
      if (!mode.ttl_ms) {
        throw ShellError("-t argument must be a long value");
      }
    }
    if (mode.container && (mode.sequential || mode.ephemeral)) {
      throw ShellError(
          "-c cannot be combined with -s or -e. Containers cannot be ephemeral or sequential.");
    }
    if (mode.ttl_ms && mode.ephemeral) {
      throw ShellError("TTLs cannot be used with Ephemeral znodes");
    }
    const std::string& path = command.arguments[0];
    std::optional<std::string> data;
    if (command.arguments.size() > 1) data = command.arguments[1];
    std::vector<zk::AclEntry> acl;
    if (command.arguments.size() > 2) acl = acl_of(command.arguments[2]);
    std::string created;
    require_ok(client_.create(path, data, mode, acl, created), path);
    fmt::print(stderr, "Created {}\n", created);
  }

  void set(const ShellCommand& command) {
    const std::string& path = command.arguments[0];
    zk::NodeStat stat;
    require_ok(client_.set(path, command.arguments[1], version_of(command), stat), path);
    if (command.has('s')) fmt::print("{}", stat_lines(stat));
  }

  void remove_all(const std::string& path) {
    zk::NodeStat stat;
    std::vector<std::string> names;
    require_ok(client_.children(path, false, names, stat), path);
    const std::string folder = folder_of(path);
    for (const std::string& name : names) remove_all(folder + name);
    require_ok(client_.remove(path, zk::kAnyVersion), path);
  }

  void add_auth(const ShellCommand& command) {
    const std::string& scheme = command.arguments[0];
    const std::string auth = command.arguments.size() > 1 ? command.arguments[1] : "";
    require_ok(client_.add_auth(scheme, auth), scheme);
  }

  // What is wrong with it is told, and the rest is taken.
  static std::vector<zk::AclEntry> acl_of(const std::string& text) {
    ParsedAcl parsed = parse_acl(text);
    for (const std::string& complaint : parsed.complaints) fmt::print(stderr, "{}\n", complaint);
    if (parsed.entries.empty()) throw ShellError("Acl is not valid : null");
    return std::move(parsed.entries);
  }

  void get_acl(const ShellCommand& command) {
    const std::string& path = command.arguments[0];
    std::vector<zk::AclEntry> acl;
    zk::NodeStat stat;
    require_ok(client_.get_acl(path, acl, stat), path);
    fmt::print("{}", acl_lines(acl));
    if (command.has('s')) fmt::print("{}", stat_lines(stat));
  }

  void set_acl(const ShellCommand& command) {
    const std::string& path = command.arguments[0];
    const auto acl = acl_of(command.arguments[1]);
    const std::int32_t version = version_of(command);
    if (command.has('R')) return set_acl_below(path, acl, version);
    require_ok(client_.set_acl(path, acl, version), path);
    if (!command.has('s')) return;
    zk::NodeStat stat;
    require_ok(client_.exists(path, false, stat), path);
    fmt::print("{}", stat_lines(stat));
  }

  void set_acl_below(const std::string& path, const std::vector<zk::AclEntry>& acl,
                     std::int32_t version) {
    zk::NodeStat stat;
    std::vector<std::string> names;
    require_ok(client_.children(path, false, names, stat), path);
    require_ok(client_.set_acl(path, acl, version), path);
    const std::string folder = folder_of(path);
    for (const std::string& name : names) set_acl_below(folder + name, acl, version);
  }

  void print_history() const {
    for (std::size_t i = 0; i < history_.size(); ++i) fmt::print("{} - {}\n", i, history_[i]);
  }

  zk::SyncClient client_;
  std::vector<std::string> history_;
  bool quits_ = false;
};

}  // namespace

int zookeeper_shell(const Arguments& arguments) {
  if (arguments.empty()) {
    fmt::print(
        "USAGE: zookeeper-shell zookeeper_host:port[/path] [-zk-tls-config-file file] [args...]\n");
    return 1;
  }
  if (arguments.size() > 1 && arguments[1] == "-zk-tls-config-file") {
    fmt::print(stderr, "-zk-tls-config-file is not supported yet\n");
    return 1;
  }
  fmt::print("Connecting to {}\n", arguments.front());
  std::fflush(stdout);
  ZooKeeperShell shell(arguments.front());
  if (arguments.size() == 1) return shell.run_lines();
  return shell.run({arguments.begin() + 1, arguments.end()});
}

}  // namespace barnabas::admin
