// kafka-broker-api-versions: which APIs the brokers of a cluster serve, at which versions.
//
// Source  Kafka 3.9, BrokerApiVersionsCommand.scala
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "admin/admin_client.h"
#include "admin/admin_config.h"
#include "admin/admin_session.h"
#include "admin/api_versions_report.h"
#include "admin/cluster_client.h"
#include "admin/error_text.h"
#include "admin/tool.h"
#include "admin/version.h"
#include "broker/protocol/messages/api_versions.h"
#include "broker/protocol/messages/metadata.h"

namespace barnabas::admin {
namespace {

using protocol::ApiVersionsRequest;
using protocol::ApiVersionsResponse;
using protocol::MetadataRequest;
using protocol::MetadataResponse;

OptionParser api_versions_option_parser() {
  const auto required = Argument::kRequired;
  return OptionParser({
      {"bootstrap-server", "REQUIRED: the brokers to ask first, host:port separated by commas.",
       required, "String", "server(s) to use for bootstrapping"},
      {"command-config", "A properties file with settings of the admin client.", required, "String",
       "command config property file"},
  });
}

struct ListedBroker {
  BrokerId id;
  std::string text;  // host:port (id: 1 rack: null)
};

// As Kafka's tool knows its bootstrap servers before it has heard of any broker: -1, -2, ...
std::string listed(const std::vector<HostPort>& bootstrap_servers) {
  std::vector<std::string> texts;
  for (const HostPort& server : bootstrap_servers) {
    texts.push_back(
        fmt::format("{}:{} (id: -{} rack: null)", server.host, server.port, texts.size() + 1));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::vector<ListedBroker> brokers_of(ClusterClient& cluster, const std::string& bootstrap_servers) {
  const auto answer = cluster.call<MetadataRequest, MetadataResponse>(
      "metadata", ClusterClient::Target::kAnyBroker,
      [](std::int16_t version, Duration) {
        MetadataRequest request;
        request.allow_auto_topic_creation = version < 4;
        request.topics.emplace();
        return request;
      },
      [](const MetadataResponse&) { return ErrorCode::kNone; });
  if (!answer) {
    throw std::runtime_error(fmt::format("Request METADATA failed on brokers List({})",
                                         listed(parse_bootstrap_servers(bootstrap_servers))));
  }
  std::vector<ListedBroker> brokers;
  for (const auto& broker : answer->message.brokers) {
    brokers.push_back(
        {broker.node_id, fmt::format("{}:{} (id: {} rack: {})", broker.host, broker.port,
                                     broker.node_id.value(), broker.rack.value_or("null"))});
  }
  return brokers;
}

Result<std::vector<ApiRange>> versions_of(ClusterClient& cluster, BrokerId broker) {
  TRY(const auto answer,
      (cluster.call<ApiVersionsRequest, ApiVersionsResponse>(
          "apiVersions", ClusterClient::Target::of_broker(broker),
          [](std::int16_t, Duration) {
            ApiVersionsRequest request;
            request.client_software_name = kSoftwareName;
            request.client_software_version = kSoftwareVersion;
            return request;
          },
          [](const ApiVersionsResponse& response) { return response.error_code; })));
  if (answer.message.error_code != ErrorCode::kNone) {
    return broker_error(answer.message.error_code, std::nullopt);
  }
  std::vector<ApiRange> served;
  for (const auto& api : answer.message.api_keys) {
    served.push_back({api.api_key, api.min_version, api.max_version});
  }
  return served;
}

int print_api_versions(const Options& options) {
  const std::string servers = *options.value("bootstrap-server");
  AdminSession session(options.value("command-config"), servers,
                       {{"client.id", "admin-1"},
                        {"request.timeout.ms", "5000"},
                        {"default.api.timeout.ms", "5000"}});
  ClusterClient& cluster = session.client().cluster();
  for (const ListedBroker& broker : brokers_of(cluster, servers)) {
    const auto served = versions_of(cluster, broker.id);
    fmt::print("{} -> {}\n", broker.text,
               served ? api_versions_report(*served) : "ERROR: " + execution_error(served.error()));
  }
  return 0;
}

}  // namespace

int kafka_broker_api_versions(const Arguments& arguments) {
  const OptionParser parser = api_versions_option_parser();
  try {
    const Options options = parser.parse(arguments);
    if (const auto done =
            help_or_version(parser, arguments, options,
                            "This tool shows which versions of Kafka's APIs brokers serve.")) {
      return *done;
    }
    require_options(options, {"bootstrap-server"});
    return print_api_versions(options);
  } catch (const UsageError& error) {
    return print_usage(parser, error.what());
  }
}

}  // namespace barnabas::admin
