// kafka-delete-records: delete the records of partitions up to given offsets.
//
// Source  Kafka 3.9, DeleteRecordsCommand.java
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "admin/admin_client.h"
#include "admin/admin_session.h"
#include "admin/deletion_list.h"
#include "admin/error_text.h"
#include "admin/java_hash.h"
#include "admin/log_client.h"
#include "admin/tool.h"

namespace barnabas::admin {
namespace {

OptionParser delete_records_option_parser() {
  const auto required = Argument::kRequired;
  return OptionParser({
      {"bootstrap-server", "REQUIRED: the brokers to ask first, host:port separated by commas.",
       required, "String", "server(s) to use for bootstrapping"},
      {"offset-json-file",
       "REQUIRED: a file with an offset per partition; what is below it is deleted, -1 is the "
       "high watermark:\n"
       "{\"partitions\":\n  [{\"topic\": \"foo\", \"partition\": 1, \"offset\": 1}],\n "
       "\"version\":1\n}",
       required, "String", "Offset json file path"},
      {"command-config", "A properties file with settings of the admin client.", required, "String",
       "command config property file path"},
  });
}

int delete_records(const Options& options) {
  AdminSession session(options.value("command-config"), *options.value("bootstrap-server"), {});
  const std::string path = *options.value("offset-json-file");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path);
  const DeletionList deletions =
      parse_deletion_list(std::string(std::istreambuf_iterator<char>(file), {}));
  fmt::print("Executing records delete operation\n");
  LogClient client(session.client().cluster());
  const PartitionOffsets answers =
      client.delete_records(std::map(deletions.begin(), deletions.end()));
  fmt::print("Records delete operation completed:\n");
  const auto hash = [](const auto& deletion) { return java_partition_hash(deletion.first); };
  // HashMap.computeIfAbsent puts a newcomer in front of the others of its bucket.
  const DeletionList reversed(deletions.rbegin(), deletions.rend());
  for (const auto& [partition, offset] : in_java_hash_order(reversed, hash)) {
    const Result<std::int64_t>& answer = answers.at(partition);
    if (answer) {
      fmt::print("partition: {}\tlow_watermark: {}\n", partition, *answer);
    } else {
      fmt::print("partition: {}\terror: {}\n", partition, execution_error(answer.error()));
    }
  }
  return 0;
}

}  // namespace

int kafka_delete_records(const Arguments& arguments) {
  const OptionParser parser = delete_records_option_parser();
  try {
    const Options options = parser.parse(arguments);
    if (const auto done = help_or_version(parser, arguments, options,
                                          "This tool helps to delete records of the given "
                                          "partitions down to the specified offset.")) {
      return *done;
    }
    require_options(options, {"bootstrap-server", "offset-json-file"});
    return delete_records(options);
  } catch (const UsageError& error) {
    return print_usage(parser, error.what());
  }
}

}  // namespace barnabas::admin
