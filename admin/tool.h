// A tool: a main() of its own inside the one binary, and what the tools share.
//
// Conduct  A wrong command line: the message on standard error, for most tools followed by the
// help,
//          exit 1. No arguments, or --help: what the tool is for and the help, on standard error,
//          exit 1 as Kafka's. --version: on standard output, exit 0.
// Source   Kafka 3.9, CommandLineUtils.java, CommandDefaultOptions.java
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/option_parser.h"

namespace barnabas::admin {

using Arguments = std::vector<std::string>;

// The command line cannot be used: `message` and the help go to standard error, exit 1.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Prints the message and the help on standard error; returns the exit code 1.
int print_usage(const OptionParser& parser, std::string_view message);

// An exit code when the arguments ask for nothing more than a help or the version.
std::optional<int> help_or_version(const OptionParser& parser, const Arguments& arguments,
                                   const Options& options, std::string_view purpose);

// Throws UsageError: Missing required argument "[name]".
void require_options(const Options& options, const std::vector<std::string>& names);

// Throws UsageError: Option "[used]" can't be used with option "[other]".
void refuse_together(const Options& options, std::string_view used,
                     const std::vector<std::string>& others);

// Throws UsageError unless `text` is host:port,...
void require_host_ports(std::string_view text);

// Each takes the arguments without the program's name and returns the exit code.
int kafka_broker_api_versions(const Arguments& arguments);
int kafka_cluster(const Arguments& arguments);
int kafka_configs(const Arguments& arguments);
int kafka_console_consumer(const Arguments& arguments);
int kafka_console_producer(const Arguments& arguments);
int kafka_consumer_groups(const Arguments& arguments);
int kafka_delete_records(const Arguments& arguments);
int kafka_dump_log(const Arguments& arguments);
int kafka_get_offsets(const Arguments& arguments);
int kafka_leader_election(const Arguments& arguments);
int kafka_log_dirs(const Arguments& arguments);
int kafka_server_start(const Arguments& arguments);
int kafka_server_stop(const Arguments& arguments);
int kafka_topics(const Arguments& arguments);
int kafka_verifiable_consumer(const Arguments& arguments);
int kafka_verifiable_producer(const Arguments& arguments);
int zookeeper_shell(const Arguments& arguments);

}  // namespace barnabas::admin
