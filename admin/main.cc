// barnabas-admin: every kafka-* tool. The name it is called by chooses the tool; kafka-topics and
// kafka-topics.sh are links to it. `barnabas-admin topics ...` works as well.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>
#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "admin/tool.h"
#include "broker/base/logging.h"

namespace {

using barnabas::admin::Arguments;

const std::map<std::string, int (*)(const Arguments&), std::less<>> kTools{
    {"kafka-broker-api-versions", barnabas::admin::kafka_broker_api_versions},
    {"kafka-cluster", barnabas::admin::kafka_cluster},
    {"kafka-configs", barnabas::admin::kafka_configs},
    {"kafka-console-consumer", barnabas::admin::kafka_console_consumer},
    {"kafka-console-producer", barnabas::admin::kafka_console_producer},
    {"kafka-consumer-groups", barnabas::admin::kafka_consumer_groups},
    {"kafka-delete-records", barnabas::admin::kafka_delete_records},
    {"kafka-dump-log", barnabas::admin::kafka_dump_log},
    {"kafka-get-offsets", barnabas::admin::kafka_get_offsets},
    {"kafka-leader-election", barnabas::admin::kafka_leader_election},
    {"kafka-log-dirs", barnabas::admin::kafka_log_dirs},
    {"kafka-server-start", barnabas::admin::kafka_server_start},
    {"kafka-server-stop", barnabas::admin::kafka_server_stop},
    {"kafka-topics", barnabas::admin::kafka_topics},
    {"kafka-verifiable-consumer", barnabas::admin::kafka_verifiable_consumer},
    {"kafka-verifiable-producer", barnabas::admin::kafka_verifiable_producer},
    {"zookeeper-shell", barnabas::admin::zookeeper_shell},
};

std::string tool_name(std::string_view called_as) {
  std::string name(called_as.substr(called_as.rfind('/') + 1));
  if (name.ends_with(".sh")) name.resize(name.size() - 3);
  return name;
}

}  // namespace

int main(int argc, char** argv) {
  // A closed pipe is an error of the write that meets it. Standard output is for results.
  std::signal(SIGPIPE, SIG_IGN);
  barnabas::set_log_level(barnabas::LogLevel::kError);
  Arguments arguments(argv + 1, argv + argc);
  auto tool = kTools.find(tool_name(argc > 0 ? argv[0] : ""));
  if (tool == kTools.end() && !arguments.empty()) {
    std::string name = tool_name(arguments.front());
    if (!kTools.contains(name)) name.insert(0, "kafka-");
    tool = kTools.find(name);
    arguments.erase(arguments.begin());
  }
  if (tool == kTools.end()) {
    fmt::print(stderr, "Usage: barnabas-admin TOOL [option]...\nTools:\n");
    for (const auto& [name, run] : kTools) fmt::print(stderr, "  {}\n", name);
    return 1;
  }
  try {
    const int code = tool->second(arguments);
    return std::fflush(stdout) == 0 ? code : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
