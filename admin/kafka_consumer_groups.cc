// kafka-consumer-groups: list, describe and delete groups, reset and delete their offsets.
//
// Kafka's tool ends with 0 when its work failed, having said so on standard output; so does this.
// Source  Kafka 3.9, ConsumerGroupCommand.java
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include "admin/admin_session.h"
#include "admin/consumer_group_options.h"
#include "admin/group_command.h"
#include "admin/tool.h"

namespace barnabas::admin {
namespace {

std::unique_ptr<AdminSession> open_session(const Options& options) {
  const std::string servers = *options.value("bootstrap-server");
  const auto file = options.value("command-config");
  if (file && !std::ifstream(*file)) {
    throw GroupCommandError("java.nio.file.NoSuchFileException: " + *file);
  }
  try {
    return std::make_unique<AdminSession>(file, servers, config::Properties{});
  } catch (const std::runtime_error& error) {
    // The first line is all that Kafka's tool shows of it; what is wrong belongs to it.
    fmt::print(stderr, "{}\n", error.what());
    const std::string_view text = error.what();
    throw GroupCommandError(std::string(text.substr(0, text.find('\n'))));
  }
}

void run(const Options& options) {
  const auto session = open_session(options);
  const std::int64_t timeout_ms = *options.long_value("timeout");
  GroupClient client(session->client().cluster(), milliseconds(timeout_ms));
  GroupCommand(options, client).run();
}

// On standard output, where scripts look for it, and where others would miss it on standard error.
int fail(std::string_view message) {
  fmt::print("\nError: Executing consumer group command failed due to {}\n", message);
  std::fflush(stdout);
  fmt::print(stderr, "{}\n", message);
  return 0;
}

}  // namespace

int kafka_consumer_groups(const Arguments& arguments) {
  const OptionParser parser = consumer_group_option_parser();
  Options options;
  try {
    options = parser.parse(arguments);
    check_available_group_options(options);
    if (const auto done = help_or_version(
            parser, arguments, options,
            "This tool helps to list all consumer groups, describe a consumer group, delete "
            "consumer group info, or reset consumer group offsets.")) {
      return *done;
    }
    check_consumer_group_options(options);
  } catch (const UsageError& error) {
    return print_usage(parser, error.what());
  } catch (const OptionError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  try {
    run(options);
    return 0;
  } catch (const UsageError& error) {
    return print_usage(parser, error.what());
  } catch (const ResetError& error) {
    // Kafka's tool shows the class of what it had to wrap, and that of all others not.
    const bool is_checked = error.java_class() == "java.text.ParseException" ||
                            error.java_class().starts_with("com.fasterxml.");
    return fail(is_checked ? error.java_class() + ": " + error.what() : error.what());
  } catch (const std::runtime_error& error) {
    return fail(error.what());
  }
}

}  // namespace barnabas::admin
