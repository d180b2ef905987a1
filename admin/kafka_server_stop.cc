// kafka-server-stop: asks the brokers of this machine to stop.
//
// Source  Kafka 3.9, bin/kafka-server-stop.sh
#include <fmt/format.h>
#include <signal.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <map>

#include "admin/running_brokers.h"
#include "admin/tool.h"

namespace barnabas::admin {
namespace {

// $SIGNAL, by name or number; SIGTERM without.
std::optional<int> chosen_signal() {
  static const std::map<std::string_view, int> kByName{
      {"TERM", SIGTERM}, {"KILL", SIGKILL}, {"INT", SIGINT}, {"QUIT", SIGQUIT}, {"HUP", SIGHUP}};
  const char* text = std::getenv("SIGNAL");
  if (text == nullptr || *text == '\0') return SIGTERM;
  std::string_view name = text;
  if (name.starts_with("SIG")) name.remove_prefix(3);
  if (const auto found = kByName.find(name); found != kByName.end()) return found->second;
  int number = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
  if (parsed.ec == std::errc{} && number > 0 && number < NSIG) return number;
  return std::nullopt;
}

std::optional<std::string> option(const Arguments& arguments, std::string_view name) {
  for (const std::string& argument : arguments) {
    if (argument.starts_with(name) && argument.size() > name.size() &&
        argument[name.size()] == '=') {
      return argument.substr(name.size() + 1);
    }
  }
  return std::nullopt;
}

}  // namespace

int kafka_server_stop(const Arguments& arguments) {
  const auto signal = chosen_signal();
  if (!signal) {
    fmt::print(stderr, "{}: invalid signal specification\n", std::getenv("SIGNAL"));
    return 1;
  }
  auto brokers = running_brokers("/proc");
  const auto role = option(arguments, "--process-role");
  const auto node_id = option(arguments, "--node-id");
  if (node_id) {
    if (role) {
      fmt::print(
          "When both node-id and process-role are provided, the value for node-id will take "
          "precedence\n");
    }
    std::erase_if(brokers, [&](const BrokerProcess& broker) {
      return !broker.broker_id || fmt::format("{}", *broker.broker_id) != *node_id;
    });
  } else if (role && *role != "broker") {
    brokers.clear();
  }
  if (brokers.empty()) {
    fmt::print("No kafka server to stop\n");
    return 1;
  }
  int code = 0;
  for (const BrokerProcess& broker : brokers) {
    if (kill(broker.pid, *signal) == 0) continue;
    fmt::print(stderr, "kill: ({}) - {}\n", broker.pid, std::strerror(errno));
    code = 1;
  }
  return code;
}

}  // namespace barnabas::admin
