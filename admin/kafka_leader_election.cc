// kafka-leader-election: elect preferred or unclean leaders.
//
// Source  Kafka 3.9, LeaderElectionCommand.java
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "admin/admin_client.h"
#include "admin/admin_session.h"
#include "admin/election_report.h"
#include "admin/partition_list.h"
#include "admin/tool.h"

namespace barnabas::admin {
namespace {

OptionParser election_option_parser() {
  const auto required = Argument::kRequired;
  return OptionParser({
      {"bootstrap-server", "REQUIRED: the brokers to ask first, host:port separated by commas.",
       required, "String", "host:port"},
      {"admin.config", "A properties file with settings of the admin client.", required, "String",
       "config file"},
      {"path-to-json-file",
       "A file that lists partitions:\n"
       "{\"partitions\":[{\"topic\":\"foo\",\"partition\":1}]}\n"
       "Not with --all-topic-partitions or --topic.",
       required, "String", "Path to JSON file"},
      {"topic", "The topic of --partition. Not with --path-to-json-file or --all-topic-partitions.",
       required, "String", "topic name"},
      {"partition", "The partition to elect a leader for; REQUIRED with --topic.", required,
       "Integer", "partition id"},
      {"all-topic-partitions",
       "Elect for every partition that needs it. Not with --topic or --path-to-json-file."},
      {"election-type",
       "REQUIRED: preferred, where another replica than the first leads, or unclean, where there "
       "is "
       "no leader.",
       required, "ElectionType", "election type"},
  });
}

ElectionType election_type(const Options& options) {
  const std::string text = options.value("election-type").value_or("");
  std::string upper = text;
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
  if (upper == "PREFERRED") return ElectionType::kPreferred;
  if (upper == "UNCLEAN") return ElectionType::kUnclean;
  throw OptionError(fmt::format("Cannot parse argument '{}' of option election-type", text));
}

void check_election_options(const Options& options) {
  std::vector<std::string> missing;
  for (const char* name : {"bootstrap-server", "election-type"}) {
    if (!options.has(name)) missing.emplace_back(name);
  }
  if (!missing.empty()) {
    throw std::runtime_error(
        fmt::format("Missing required option(s): {}", fmt::join(missing, ", ")));
  }
  const int selections =
      options.has("topic") + options.has("all-topic-partitions") + options.has("path-to-json-file");
  if (selections != 1) {
    throw std::runtime_error(
        "One and only one of the following options is required: topic, all-topic-partitions, "
        "path-to-json-file");
  }
  if (options.has("topic") && !options.has("partition")) {
    throw std::runtime_error("Missing required option(s): partition");
  }
  if (!options.has("topic") && options.has("partition")) {
    throw std::runtime_error("Option partition is only allowed if topic is used");
  }
}

int elect(const Options& options) {
  const ElectionType type = election_type(options);
  std::optional<std::vector<TopicPartition>> partitions;
  if (const auto file = options.value("path-to-json-file")) {
    partitions = read_partition_list(*file);
  } else if (const auto topic = options.value("topic")) {
    partitions.emplace().push_back({*topic, PartitionId(*options.int_value("partition"))});
  }
  AdminSession session(options.value("admin.config"), *options.value("bootstrap-server"),
                       {{"default.api.timeout.ms", "30000"}, {"request.timeout.ms", "15000"}});
  const auto results = session.client().elect_leaders(type, partitions);
  if (!results) {
    std::string message = results.error().detail;
    if (results.error().code == ErrorCode::kRequestTimedOut) {
      message = "Timeout waiting for election results";
    } else if (results.error().code == ErrorCode::kClusterAuthorizationFailed) {
      message = "Not authorized to perform leader election";
    }
    fmt::print("{}\n", message);
    std::fflush(stdout);
    throw std::runtime_error(message);
  }
  const ElectionReport report = report_election(type, *results);
  fmt::print("{}", report.text);
  std::fflush(stdout);
  if (report.failed > 0) {
    throw std::runtime_error(fmt::format("{} replica(s) could not be elected", report.failed));
  }
  return 0;
}

}  // namespace

int kafka_leader_election(const Arguments& arguments) {
  const OptionParser parser = election_option_parser();
  try {
    const Options options = parser.parse(arguments);
    if (const auto done = help_or_version(
            parser, arguments, options,
            "This tool attempts to elect a new leader for a set of topic partitions. The type of "
            "elections supported are preferred replicas and unclean replicas.")) {
      return *done;
    }
    check_election_options(options);
    return elect(options);
  } catch (const std::runtime_error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}

}  // namespace barnabas::admin
