#include "admin/consumer_group_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>

#include "admin/java_hash.h"
#include "admin/java_text.h"
#include "broker/protocol/java_string.h"

namespace barnabas::admin {
namespace {

using Names = std::vector<std::string>;

const Names kGroupScopes{"group", "all-groups"};
const Names kGroupActions{"list", "describe", "delete", "reset-offsets"};
const Names kScenarios{"to-offset",   "shift-by",  "to-datetime", "by-duration",
                       "to-earliest", "to-latest", "to-current",  "from-file"};

// Kafka keeps these options in hash sets, and its messages name them in that order.
Names in_set_order(const Names& names) {
  return in_java_hash_order(names, [](const std::string& name) {
    return 31 + protocol::java_hash_code(name);  // of a list with this one element
  });
}

std::string listed(const Names& names) {
  Names bracketed;
  for (const std::string& name : names) bracketed.push_back("[" + name + "]");
  return fmt::format("{}", fmt::join(bracketed, ", "));
}

Names minus(Names names, const Names& without) {
  std::erase_if(names, [&](const std::string& name) {
    return std::ranges::find(without, name) != without.end();
  });
  return in_set_order(names);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

template <std::size_t N>
Names parse_names(std::string_view text, const std::array<std::string_view, N>& known,
                  std::string_view what, std::string_view plural) {
  Names names;
  if (text.empty()) return names;
  for (const std::string_view part : java_split(text, ',')) {
    const std::string wanted = lower(java_trim(part));
    const auto found =
        std::ranges::find_if(known, [&](std::string_view name) { return lower(name) == wanted; });
    if (found == known.end()) {
      throw UsageError(fmt::format("Invalid {} list '{}'. Valid {} are: {}", what, text, plural,
                                   fmt::join(known, ", ")));
    }
    if (std::ranges::find(names, *found) == names.end()) names.emplace_back(*found);
  }
  return names;
}

void check_describe(const Options& options) {
  if (!options.has("group") && !options.has("all-groups")) {
    throw UsageError("Option [describe] takes one of these options: " +
                     listed(in_set_order(kGroupActions)));
  }
  const Names views{"members", "offsets", "state"};
  const auto given =
      std::ranges::count_if(views, [&](const std::string& view) { return options.has(view); });
  if (given > 1) {
    throw UsageError("Option [describe] takes at most one of these options: " + listed(views));
  }
  if (options.value("state")) {
    throw UsageError("Option [describe] does not take a value for [state]");
  }
}

void check_reset(const Options& options) {
  if (options.has("dry-run") && options.has("execute")) {
    throw UsageError("Option [reset-offsets] only accepts one of [execute] and [dry-run]");
  }
  if (!options.has("dry-run") && !options.has("execute")) {
    fmt::print(stderr,
               "WARN: No action will be performed as the --execute option is missing.In a future "
               "major release, the default behavior of this command will be to prompt the user "
               "before executing the reset rather than doing a dry run. You should add the "
               "--dry-run option explicitly if you are scripting this command and want to keep the "
               "current default behavior without prompting.\n");
  }
  if (!options.has("group") && !options.has("all-groups")) {
    throw UsageError("Option [reset-offsets] takes one of these options: " +
                     listed(in_set_order(kGroupScopes)));
  }
  for (const char* scenario : {"to-offset", "to-datetime", "by-duration", "to-earliest",
                               "to-latest", "to-current", "shift-by", "from-file"}) {
    refuse_together(options, scenario, minus(kScenarios, {scenario}));
  }
}

}  // namespace

OptionParser consumer_group_option_parser() {
  const auto required = Argument::kRequired;
  return OptionParser({
      {"bootstrap-server", "REQUIRED: the brokers to ask first, host:port separated by commas.",
       required, "String", "server to connect to"},
      {"command-config", "A properties file with settings of the admin client.", required, "String",
       "command config property file"},
      {"list", "List the consumer groups."},
      {"describe", "Describe groups: their offsets and lag, their members or their state."},
      {"delete", "Delete groups: all their committed offsets. They must have no members."},
      {"reset-offsets",
       "Commit other offsets for groups that have no members.\n"
       "Which: one of --to-earliest, --to-latest, --to-current, --to-offset, --shift-by, "
       "--to-datetime, --by-duration, --from-file.\n"
       "Of what: --topic or --all-topics, not needed with --from-file.\n"
       "Nothing is changed without --execute."},
      {"delete-offsets", "Delete the committed offsets of one group for topics."},
      {"group", "The group; may be repeated.", required, "String", "consumer group"},
      {"all-groups", "Every group there is."},
      {"topic",
       "The topic, or some of its partitions as topic:0,1; may be repeated. For --reset-offsets "
       "and --delete-offsets.",
       required, "String", "topic"},
      {"all-topics", "Every topic for which the group has committed. For --reset-offsets."},
      {"timeout", "How long each question to the cluster may take.", required, "Long",
       "timeout (ms)", "5000"},
      {"dry-run", "Only show what --reset-offsets would do."},
      {"execute", "Do what --reset-offsets says."},
      {"export", "Print the result of --reset-offsets as CSV, for --from-file."},
      {"to-offset", "Reset to this offset.", required, "Long", "offset"},
      {"from-file", "Reset to the offsets of a CSV file.", required, "String", "path to CSV file"},
      {"to-datetime", "Reset to the first records of a time: YYYY-MM-DDTHH:mm:SS.sss", required,
       "String", "datetime"},
      {"by-duration", "Reset to the first records of a time so long ago: PnDTnHnMnS", required,
       "String", "duration"},
      {"to-earliest", "Reset to the beginning of the log."},
      {"to-latest", "Reset to the end of the log."},
      {"to-current", "Reset to what is committed; where nothing is, to the end of the log."},
      {"shift-by", "Move the committed offsets by so many, back if negative.", required, "Long",
       "number-of-offsets"},
      {"members", "Describe the members."},
      {"verbose", "Describe members with their partitions."},
      {"offsets", "Describe the offsets; this is the default."},
      {"state",
       "Describe the state. With --list: show the states; with a value, only groups in these: "
       "stable,empty",
       Argument::kOptional, "String"},
      {"type", "With --list: show the types; with a value, only groups of these: classic,consumer",
       Argument::kOptional, "String"},
  });
}

void check_available_group_options(const Options& options) {
  if (options.has("help")) return;
  Names unavailable;
  for (const char* name : {"members", "offsets", "verbose"}) {
    if (options.has(name) && !options.has("describe")) unavailable.emplace_back(name);
  }
  if (options.has("state") && !options.has("describe") && !options.has("list")) {
    unavailable.emplace_back("state");
  }
  if (options.has("type") && !options.has("list")) unavailable.emplace_back("type");
  if (!unavailable.empty()) {
    throw OptionError(
        fmt::format("Option(s) [{}] are unavailable given other options on the command line",
                    fmt::join(unavailable, ", ")));
  }
}

void check_consumer_group_options(const Options& options) {
  require_options(options, {"bootstrap-server"});
  if (options.has("describe")) check_describe(options);
  if (options.has("delete")) {
    if (!options.has("group") && !options.has("all-groups")) {
      throw UsageError("Option [delete] takes one of these options: " +
                       listed(in_set_order(kGroupScopes)));
    }
    if (options.has("topic")) {
      throw UsageError(
          "The consumer does not support topic-specific offset deletion from a consumer group.");
    }
  }
  if (options.has("delete-offsets") && (!options.has("group") || !options.has("topic"))) {
    throw UsageError("Option [delete-offsets] takes the following options: " +
                     listed(in_set_order(kGroupScopes)));
  }
  if (options.has("reset-offsets")) check_reset(options);
  refuse_together(options, "group", {"all-groups"});
  refuse_together(options, "group", minus(kGroupActions, {"describe", "delete", "reset-offsets"}));
  refuse_together(options, "topic", minus(kGroupActions, {"delete", "reset-offsets"}));

  int actions = 0;
  for (const char* action : {"list", "describe", "delete", "reset-offsets", "delete-offsets"}) {
    actions += options.has(action);
  }
  if (actions != 1) {
    throw UsageError(
        "Command must include exactly one action: --list, --describe, --delete, --reset-offsets, "
        "--delete-offsets");
  }
}

Names parse_group_states(std::string_view text) {
  static constexpr std::array<std::string_view, 7> kStates{
      "PreparingRebalance", "CompletingRebalance", "Stable", "Dead", "Empty",
      "Assigning",          "Reconciling"};
  return parse_names(text, kStates, "state", "states");
}

Names parse_group_types(std::string_view text) {
  static constexpr std::array<std::string_view, 2> kTypes{"Consumer", "Classic"};
  return parse_names(text, kTypes, "types", "types");
}

std::vector<TopicPartition> parse_topic_with_partitions(std::string_view text) {
  const auto parts = java_split(text, ':');
  if (parts.size() != 2) {
    throw UsageError(
        fmt::format("Invalid topic arg '{}', expected topic name and partitions", text));
  }
  std::vector<TopicPartition> partitions;
  for (const std::string_view part : java_split(parts[1], ',')) {
    const auto partition = java_number<std::int32_t>(part);
    if (!partition) {
      throw UsageError(
          fmt::format("Invalid partition '{}' specified in topic arg '{}''", part, text));
    }
    partitions.push_back({std::string(parts[0]), PartitionId(*partition)});
  }
  return partitions;
}

std::string missing_scenario() {
  return fmt::format("Option '[reset-offsets]' requires one of the following scenarios: [{}]",
                     listed(in_set_order(kScenarios)));
}

}  // namespace barnabas::admin
