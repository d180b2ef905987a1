// kafka-log-dirs: what is in the log directories of brokers.
//
// Source  Kafka 3.9, LogDirsCommand.java
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "admin/admin_client.h"
#include "admin/admin_session.h"
#include "admin/error_text.h"
#include "admin/java_text.h"
#include "admin/log_client.h"
#include "admin/log_dirs_report.h"
#include "admin/tool.h"

namespace barnabas::admin {
namespace {

OptionParser log_dirs_option_parser() {
  const auto required = Argument::kRequired;
  return OptionParser({
      {"bootstrap-server", "REQUIRED: the brokers to ask first, host:port separated by commas.",
       required, "String", "The server(s) to use for bootstrapping"},
      {"command-config", "A properties file with settings of the admin client.", required, "String",
       "Admin client property file"},
      {"describe", "Describe the log directories of the brokers."},
      {"topic-list", "The topics, separated by commas; default: all.", required, "String",
       "Topic list"},
      {"broker-list", "The brokers' ids, separated by commas; default: all.", required, "String",
       "Broker list"},
  });
}

std::vector<std::string> elements_of(const Options& options, std::string_view name) {
  std::vector<std::string> elements;
  const std::string text = options.value(name).value_or("");
  for (const std::string_view part : java_split(text, ',')) {
    if (!part.empty()) elements.emplace_back(part);
  }
  return elements;
}

std::set<BrokerId> wanted_brokers(const Options& options) {
  std::set<BrokerId> ids;
  for (const std::string& text : elements_of(options, "broker-list")) {
    const auto id = java_number<std::int32_t>(text);
    if (!id) throw std::runtime_error(fmt::format("For input string: \"{}\"", text));
    ids.insert(BrokerId(*id));
  }
  return ids;
}

int describe_log_dirs(const Options& options) {
  AdminSession session(options.value("command-config"), *options.value("bootstrap-server"),
                       {{"client.id", "log-dirs-tool"}});
  const auto topics = elements_of(options, "topic-list");
  const auto live = session.client().live_brokers();
  if (!live) throw std::runtime_error(execution_error(live.error()));
  std::set<BrokerId> brokers = wanted_brokers(options);
  std::set<BrokerId> missing;
  std::ranges::set_difference(brokers, *live, std::inserter(missing, missing.end()));
  if (!missing.empty()) {
    throw std::runtime_error(fmt::format(
        "ERROR: The given brokers do not exist from --broker-list: {}. Current existent "
        "brokers: {}",
        broker_list(missing), broker_list(*live)));
  }
  if (brokers.empty()) brokers = *live;
  fmt::print("Querying brokers for log directories information\n");
  LogClient client(session.client().cluster());
  std::vector<BrokerLogDirs> found;
  for (const BrokerId broker : brokers) {
    auto dirs = client.describe_log_dirs(broker);
    if (!dirs) throw std::runtime_error(execution_error(dirs.error()));
    found.emplace_back(broker, std::move(*dirs));
  }
  fmt::print("Received log directory information from brokers {}\n{}\n", broker_list(brokers),
             log_dirs_json(found, {topics.begin(), topics.end()}));
  return 0;
}

}  // namespace

int kafka_log_dirs(const Arguments& arguments) {
  const OptionParser parser = log_dirs_option_parser();
  try {
    const Options options = parser.parse(arguments);
    if (const auto done = help_or_version(
            parser, arguments, options,
            "This tool helps to query log directory usage on the specified brokers.")) {
      return *done;
    }
    require_options(options, {"bootstrap-server", "describe"});
    return describe_log_dirs(options);
  } catch (const UsageError& error) {
    return print_usage(parser, error.what());
  }
}

}  // namespace barnabas::admin
