#include "admin/client_properties.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>

#include "admin/java_text.h"

namespace barnabas::admin {
namespace {

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

// Java names classes; librdkafka has its own names and no assignor that is sticky but not
// cooperative.
std::string assignors(const std::string& classes) {
  static const std::map<std::string_view, std::string_view> kNames{
      {"org.apache.kafka.clients.consumer.RangeAssignor", "range"},
      {"org.apache.kafka.clients.consumer.RoundRobinAssignor", "roundrobin"},
      {"org.apache.kafka.clients.consumer.CooperativeStickyAssignor", "cooperative-sticky"},
  };
  std::string names;
  for (const std::string_view part : java_split(classes, ',')) {
    const std::string_view wanted = java_trim(part);
    const auto name = kNames.find(wanted);
    if (name == kNames.end()) {
      throw std::runtime_error(fmt::format(
          "Invalid value {} for configuration partition.assignment.strategy: {} is none of "
          "RangeAssignor, RoundRobinAssignor, CooperativeStickyAssignor",
          classes, wanted));
    }
    names += fmt::format("{}{}", names.empty() ? "" : ",", name->second);
  }
  return names;
}

std::string offset_reset(const std::string& policy) {
  std::string name = lowered(policy);
  if (name == "none") return "error";
  if (name == "earliest" || name == "latest") return name;
  throw std::runtime_error(
      fmt::format("Invalid value {} for configuration auto.offset.reset: String must be one of: "
                  "latest, earliest, none",
                  policy));
}

// What Java's clients take and librdkafka does not becomes the nearest that it takes: its 0 is
// Java's -1 (what the system has; never), and no limit of ours is above its highest. What Java
// refuses as well stays, and librdkafka refuses it.
std::string within_range(std::string_view name, const std::string& value) {
  struct Range {
    std::int64_t lowest_of_java;
    std::int64_t lowest;
    std::int64_t highest;
  };
  static const std::map<std::string_view, Range> kRanges{
      {"auto.commit.interval.ms", {0, 0, 86'400'000}},
      {"batch.size", {0, 1, INT32_MAX}},
      {"connections.max.idle.ms", {-1, 0, INT32_MAX}},
      {"fetch.max.bytes", {0, 0, INT32_MAX - 512}},
      {"fetch.max.wait.ms", {0, 0, 300'000}},
      {"fetch.min.bytes", {0, 1, 100'000'000}},
      {"linger.ms", {0, 0, 900'000}},
      {"max.in.flight.requests.per.connection", {1, 1, 1'000'000}},
      {"max.partition.fetch.bytes", {0, 1, 1'000'000'000}},
      {"max.poll.interval.ms", {1, 1, 86'400'000}},
      {"max.request.size", {0, 1000, 1'000'000'000}},
      {"metadata.max.age.ms", {0, 1, 86'400'000}},
      {"receive.buffer.bytes", {-1, 0, 100'000'000}},
      {"reconnect.backoff.max.ms", {0, 0, 3'600'000}},
      {"reconnect.backoff.ms", {0, 0, 3'600'000}},
      {"request.timeout.ms", {0, 1, 900'000}},
      {"retry.backoff.ms", {0, 1, 300'000}},
      {"send.buffer.bytes", {-1, 0, 100'000'000}},
      {"session.timeout.ms", {0, 1, 3'600'000}},
  };
  const auto range = kRanges.find(name);
  const auto number = java_number<std::int64_t>(java_trim(value));
  if (range == kRanges.end() || !number || *number < range->second.lowest_of_java) return value;
  return fmt::format("{}", std::clamp(*number, range->second.lowest, range->second.highest));
}

}  // namespace

bool is_true(const config::Properties& properties, std::string_view key) {
  const auto found = properties.find(key);
  if (found == properties.end()) return false;
  std::string text;
  for (const unsigned char c : found->second) {
    if (c > ' ') text += static_cast<char>(std::tolower(c));
  }
  return text == "true";
}

config::Properties gather_properties(const Options& options, std::string_view file_option,
                                     std::string_view pair_option) {
  config::Properties properties;
  if (const auto file = options.value(file_option)) {
    properties = config::read_properties_file(*file);
  }
  for (const std::string& pair : options.values(pair_option)) {
    config::add_property(properties, pair);
  }
  return properties;
}

std::optional<std::pair<std::string, std::string>> to_librdkafka(const std::string& name,
                                                                 const std::string& value) {
  static const std::map<std::string_view, std::string_view> kRenamed{
      {"max.request.size", "message.max.bytes"},
      {"send.buffer.bytes", "socket.send.buffer.bytes"},
      {"receive.buffer.bytes", "socket.receive.buffer.bytes"},
      {"fetch.max.wait.ms", "fetch.wait.max.ms"},
      {"max.partition.fetch.bytes", "fetch.message.max.bytes"},
  };
  if (is_java_only(name)) return std::nullopt;
  // Of no use with PLAINTEXT, and librdkafka refuses what only Java has (sasl.jaas.config).
  if (name.starts_with("ssl.") || name.starts_with("sasl.")) return std::nullopt;
  if (name == "partition.assignment.strategy") return std::pair(name, assignors(value));
  if (name == "auto.offset.reset") return std::pair(name, offset_reset(value));
  if (name == "group.protocol") {
    if (lowered(value) == "classic") return std::nullopt;
    throw std::runtime_error(fmt::format(
        "Invalid value {} for configuration {}: only classic is supported yet", value, name));
  }
  if (const auto renamed = kRenamed.find(name); renamed != kRenamed.end()) {
    return std::pair(std::string(renamed->second), within_range(name, value));
  }
  if (name == "buffer.memory") {
    std::int64_t bytes = 0;
    std::from_chars(value.data(), value.data() + value.size(), bytes);
    return std::pair(std::string("queue.buffering.max.kbytes"),
                     fmt::format("{}", std::max<std::int64_t>(bytes / 1024, 1)));
  }
  return std::pair(name, within_range(name, value));
}

template <typename T>
Duration java_duration(const config::Properties& properties, std::string_view key,
                       Duration fallback) {
  const auto found = properties.find(key);
  if (found == properties.end()) return fallback;
  const std::string& text = found->second;
  const auto given = java_number<T>(java_trim(text));
  if (!given) {
    throw config::ConfigError(
        fmt::format("Invalid value {} for configuration {}: Not a number of type {}", text, key,
                    sizeof(T) == sizeof(std::int32_t) ? "INT" : "LONG"));
  }
  const std::int64_t ms = *given;
  if (ms < 0) {
    throw config::ConfigError(
        fmt::format("Invalid value {} for configuration {}: Value must be at least 0", text, key));
  }
  return duration_of_ms(ms);
}
template Duration java_duration<std::int32_t>(const config::Properties&, std::string_view,
                                              Duration);
template Duration java_duration<std::int64_t>(const config::Properties&, std::string_view,
                                              Duration);

std::chrono::milliseconds max_block(const config::Properties& properties) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      java_duration<std::int64_t>(properties, "max.block.ms", std::chrono::seconds(60)));
}

bool is_java_only(std::string_view name) {
  static const std::set<std::string_view> kNames{
      "key.serializer",
      "value.serializer",
      "key.deserializer",
      "value.deserializer",
      "interceptor.classes",
      "metric.reporters",
      "metrics.num.samples",
      "metrics.recording.level",
      "metrics.sample.window.ms",
      "auto.include.jmx.reporter",
      "max.block.ms",
      "max.poll.records",
      "default.api.timeout.ms",
      "partitioner.class",
      "partitioner.ignore.keys",
      "client.dns.lookup",
      "exclude.internal.topics",
      "group.remote.assignor",
      "retry.backoff.max.ms",
      "security.providers",
      "enable.metrics.push",
  };
  return kNames.contains(name);
}

}  // namespace barnabas::admin
