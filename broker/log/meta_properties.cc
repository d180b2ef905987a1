#include "broker/log/meta_properties.h"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <string_view>

#include "broker/base/logging.h"
#include "broker/log/file_names.h"
#include "broker/protocol/error_code.h"

namespace barnabas::log {
namespace {

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// The lines `key<separator>value`; comments and other lines are passed over.
std::map<std::string, std::string, std::less<>> read_pairs(std::string_view text, char separator) {
  std::map<std::string, std::string, std::less<>> pairs;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    const auto middle = line.find(separator);
    if (middle != std::string_view::npos && line[0] != '#' && line[0] != '!') {
      pairs.emplace(trim(line.substr(0, middle)), trim(line.substr(middle + 1)));
    }
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return pairs;
}

Error wrong(const Directory& directory, std::string_view name, std::string_view what) {
  return {ErrorCode::kInvalidConfig, fmt::format("{}/{}: {}", directory.path(), name, what)};
}

}  // namespace

Result<std::optional<MetaProperties>> read_meta_properties(const Directory& directory) {
  TRY(const auto content, directory.read_file(std::string(kMetaProperties)));
  if (!content) return std::optional<MetaProperties>();
  const auto pairs = read_pairs(*content, '=');
  const auto version = pairs.find("version");
  if (version == pairs.end() || version->second != "0") {
    return wrong(directory, kMetaProperties,
                 fmt::format("version is {}, a broker that uses ZooKeeper needs 0",
                             version == pairs.end() ? "missing" : version->second));
  }
  MetaProperties properties;
  if (const auto id = pairs.find("cluster.id"); id != pairs.end()) {
    properties.cluster_id = id->second;
  }
  if (const auto id = pairs.find("broker.id"); id != pairs.end()) {
    std::int32_t number = 0;
    const char* end = id->second.data() + id->second.size();
    const auto parsed = std::from_chars(id->second.data(), end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end) {
      return wrong(directory, kMetaProperties, "broker.id is not a number: " + id->second);
    }
    properties.broker_id = BrokerId(number);
  }
  return std::optional<MetaProperties>(std::move(properties));
}

Result<void> write_meta_properties(const Directory& directory, BrokerId broker,
                                   const std::string& cluster_id) {
  const std::string text =
      fmt::format("#\nbroker.id={}\ncluster.id={}\nversion=0\n", broker, cluster_id);
  return directory.replace_file(std::string(kMetaProperties), as_bytes(text), true);
}

Result<void> claim_log_directories(const std::vector<std::string>& directories, BrokerId broker,
                                   const std::string& cluster_id) {
  std::vector<std::shared_ptr<Directory>> unclaimed;
  for (const std::string& path : directories) {
    auto opened = Directory::open(path, true);
    if (!opened) continue;  // it has failed; whoever loads the logs says so
    std::shared_ptr<Directory> directory = std::move(*opened);
    auto read = read_meta_properties(*directory);
    if (!read && read.error().code == ErrorCode::kKafkaStorageError) continue;
    TRY(const auto properties, std::move(read));
    if (!properties) {
      unclaimed.push_back(std::move(directory));
      continue;
    }
    if (!properties->cluster_id.empty() && properties->cluster_id != cluster_id) {
      return wrong(*directory, kMetaProperties,
                   fmt::format("the directory is of cluster {}, this broker has joined cluster {}: "
                               "zookeeper.connect or log.dirs may be wrong",
                               properties->cluster_id, cluster_id));
    }
    if (properties->broker_id && *properties->broker_id != broker) {
      return wrong(*directory, kMetaProperties,
                   fmt::format("the directory is of broker {}, broker.id is {}: set broker.id to "
                               "match, or remove the directory's data",
                               *properties->broker_id, broker));
    }
  }
  for (const auto& directory : unclaimed) {
    if (auto written = write_meta_properties(*directory, broker, cluster_id); !written) {
      log_error("{}", written.error().detail);
    }
  }
  return {};
}

Result<Uuid> read_topic_id(const Directory& directory) {
  TRY(const auto content, directory.read_file(std::string(kPartitionMetadata)));
  if (!content) return Uuid{};
  const auto pairs = read_pairs(*content, ':');
  const auto version = pairs.find("version");
  const auto text = pairs.find("topic_id");
  const auto id = text == pairs.end() ? std::nullopt : Uuid::parse(text->second);
  if (version == pairs.end() || version->second != "0" || !id || id->is_zero()) {
    return Error{ErrorCode::kKafkaStorageError,
                 fmt::format("{}/{} is malformed", directory.path(), kPartitionMetadata)};
  }
  return *id;
}

Result<void> write_topic_id(const Directory& directory, const Uuid& topic_id) {
  const std::string text = fmt::format("version: 0\ntopic_id: {}\n", topic_id.to_string());
  return directory.replace_file(std::string(kPartitionMetadata), as_bytes(text), true);
}

}  // namespace barnabas::log
