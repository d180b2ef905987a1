#include "admin/api_versions_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/protocol/api_key.h"

namespace barnabas::admin {
namespace {

struct KnownApi {
  std::string_view name;
  std::int16_t min;
  std::int16_t max;
  bool is_of_brokers;  // not only of KRaft's controllers
};

// What brokers in ZooKeeper mode have stands in the protocol's own table; here is the rest,
// KRaft's.
constexpr std::array<std::pair<std::int16_t, KnownApi>, 26> kKraftApis{{
    {52, {"Vote", 0, 1, false}},
    {53, {"BeginQuorumEpoch", 0, 1, false}},
    {54, {"EndQuorumEpoch", 0, 1, false}},
    {55, {"DescribeQuorum", 0, 2, true}},
    {59, {"FetchSnapshot", 0, 1, false}},
    {62, {"BrokerRegistration", 0, 4, false}},
    {63, {"BrokerHeartbeat", 0, 1, false}},
    {64, {"UnregisterBroker", 0, 0, true}},
    {70, {"ControllerRegistration", 0, 0, false}},
    {71, {"GetTelemetrySubscriptions", 0, 0, true}},
    {72, {"PushTelemetry", 0, 0, true}},
    {73, {"AssignReplicasToDirs", 0, 0, false}},
    {74, {"ListClientMetricsResources", 0, 0, true}},
    {75, {"DescribeTopicPartitions", 0, 0, true}},
    {76, {"ShareGroupHeartbeat", 0, 0, true}},
    {77, {"ShareGroupDescribe", 0, 0, true}},
    {78, {"ShareFetch", 0, 0, true}},
    {79, {"ShareAcknowledge", 0, 0, true}},
    {80, {"AddRaftVoter", 0, 0, true}},
    {81, {"RemoveRaftVoter", 0, 0, true}},
    {82, {"UpdateRaftVoter", 0, 0, false}},
    {83, {"InitializeShareGroupState", 0, 0, true}},
    {84, {"ReadShareGroupState", 0, 0, true}},
    {85, {"WriteShareGroupState", 0, 0, true}},
    {86, {"DeleteShareGroupState", 0, 0, true}},
    {87, {"ReadShareGroupStateSummary", 0, 0, true}},
}};

std::map<std::int16_t, KnownApi> known_apis() {
  std::map<std::int16_t, KnownApi> known(kKraftApis.begin(), kKraftApis.end());
  for (const protocol::ApiInfo& api : protocol::kApis) {
    known[static_cast<std::int16_t>(api.key)] = {api.name, api.min_version, api.max_version, true};
  }
  return known;
}

std::string usable(const KnownApi& known, const ApiRange& served) {
  if (known.max < served.min) return " [unusable: node too new]";
  if (served.max < known.min) return " [unusable: node too old]";
  return fmt::format(" [usable: {}]", std::min(known.max, served.max));
}

}  // namespace

std::string api_versions_report(std::span<const ApiRange> served) {
  const auto known = known_apis();
  std::map<std::int16_t, std::string> lines;
  for (const auto& [key, api] : known) {
    if (api.is_of_brokers) lines[key] = fmt::format("{}({}): UNSUPPORTED", api.name, key);
  }
  for (const ApiRange& api : served) {
    const auto same = known.find(api.key);
    std::string line = fmt::format(
        "{}({}): {}", same == known.end() ? "UNKNOWN" : same->second.name, api.key, api.min);
    if (api.min != api.max) line += fmt::format(" to {}", api.max);
    if (same != known.end()) line += usable(same->second, api);
    lines[api.key] = std::move(line);
  }
  std::vector<std::string_view> in_order;
  for (const auto& [key, line] : lines) in_order.push_back(line);
  return fmt::format("(\n\t{}\n)", fmt::join(in_order, ",\n\t"));
}

}  // namespace barnabas::admin
