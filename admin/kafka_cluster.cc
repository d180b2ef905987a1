// kafka-cluster: the id of a cluster; the unregistration of a broker, which only KRaft has.
//
// Source  Kafka 3.9, ClusterTool.java
#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "admin/admin_client.h"
#include "admin/admin_session.h"
#include "admin/argument_parser.h"
#include "admin/cluster_client.h"
#include "admin/error_text.h"
#include "admin/tool.h"
#include "broker/protocol/messages/api_versions.h"
#include "broker/protocol/messages/describe_cluster.h"

namespace barnabas::admin {
namespace {

using protocol::DescribeClusterRequest;
using protocol::DescribeClusterResponse;

constexpr std::int8_t kBrokerEndpoint = 1;
constexpr std::int8_t kControllerEndpoint = 2;
constexpr std::int16_t kUnregisterBroker = 64;

constexpr std::string_view kUsage = "usage: kafka-cluster [-h] {cluster-id,unregister} ...\n";

ArgumentParser command_parser(const std::string& command) {
  std::vector<NamedArgument> arguments{{.name = "--config",
                                        .metavar = "CONFIG",
                                        .help = "A properties file of the admin client.",
                                        .short_name = "-c"}};
  if (command == "unregister") {
    arguments.push_back({.name = "--id",
                         .metavar = "ID",
                         .help = "The id of the broker.",
                         .type = ArgumentType::kInt,
                         .required = true,
                         .short_name = "-i"});
  }
  return ArgumentParser("kafka-cluster " + command, "", std::move(arguments),
                        {{.name = "--bootstrap-server",
                          .metavar = "BOOTSTRAP_SERVER",
                          .help = "The brokers to ask first, host:port separated by commas.",
                          .short_name = "-b"},
                         {.name = "--bootstrap-controller",
                          .metavar = "BOOTSTRAP_CONTROLLER",
                          .help = "KRaft controllers to ask, host:port separated by commas.",
                          .short_name = "-C"}});
}

// Throws where the endpoint is not of the kind that was asked for.
std::optional<std::string> cluster_id(ClusterClient& cluster, std::int8_t endpoint) {
  const auto answer = cluster.call<DescribeClusterRequest, DescribeClusterResponse>(
      "listNodes", ClusterClient::Target::kAnyBroker,
      [&](std::int16_t version, Duration) {
        DescribeClusterRequest request;
        if (version >= 1) request.endpoint_type = endpoint;
        return request;
      },
      [](const DescribeClusterResponse& response) { return response.error_code; });
  if (!answer) throw std::runtime_error(execution_error(answer.error()));
  const auto& message = answer->message;
  if (message.error_code != ErrorCode::kNone) {
    throw std::runtime_error(
        execution_error(broker_error(message.error_code, message.error_message)));
  }
  if (message.cluster_id.empty()) return std::nullopt;
  return std::string(message.cluster_id);
}

void print_cluster_id(ClusterClient& cluster, std::int8_t endpoint) {
  const auto id = cluster_id(cluster, endpoint);
  if (id) {
    fmt::print("Cluster ID: {}\n", *id);
  } else {
    fmt::print("No cluster ID found. The Kafka version is probably too old.\n");
  }
}

void unregister(ClusterClient& cluster, std::int8_t endpoint) {
  static_cast<void>(cluster_id(cluster, endpoint));
  using protocol::ApiVersionsRequest;
  using protocol::ApiVersionsResponse;
  const auto answer = cluster.call<ApiVersionsRequest, ApiVersionsResponse>(
      "unregisterBroker", ClusterClient::Target::kAnyBroker,
      [](std::int16_t, Duration) { return ApiVersionsRequest{}; },
      [](const ApiVersionsResponse& response) { return response.error_code; });
  if (!answer) throw std::runtime_error(execution_error(answer.error()));
  for (const auto& api : answer->message.api_keys) {
    if (api.api_key == kUnregisterBroker) {
      throw std::runtime_error(
          "Brokers of a cluster in KRaft mode are unregistered by that cluster's own tools.");
    }
  }
  fmt::print("The target cluster does not support the broker unregistration API.\n");
}

int run_command(const std::string& command, const ArgumentValues& values) {
  const bool at_controllers = values.has("--bootstrap-controller");
  const std::string servers =
      *values.text(at_controllers ? "--bootstrap-controller" : "--bootstrap-server");
  const std::int8_t endpoint = at_controllers ? kControllerEndpoint : kBrokerEndpoint;
  AdminSession session(values.text("--config"), servers, {});
  ClusterClient& cluster = session.client().cluster();
  if (command == "cluster-id") {
    print_cluster_id(cluster, endpoint);
  } else {
    unregister(cluster, endpoint);
  }
  return 0;
}

int usage_error(std::string_view message) {
  fmt::print(stderr, "{}kafka-cluster: error: {}\n", kUsage, message);
  return 1;
}

}  // namespace

int kafka_cluster(const Arguments& arguments) {
  if (arguments.empty()) return usage_error("too few arguments");
  if (arguments.front() == "-h" || arguments.front() == "--help") {
    fmt::print("{}\nWhich cluster this is, and which brokers belong to it.\n", kUsage);
    return 1;
  }
  std::string command = arguments.front();
  if (command.starts_with('-')) {
    return usage_error(fmt::format("unrecognized arguments: '{}'", command));
  }
  for (const char* name : {"cluster-id", "unregister"}) {
    if (std::string_view(name).starts_with(command)) command = name;
  }
  if (command != "cluster-id" && command != "unregister") {
    return usage_error(fmt::format("invalid choice: '{}' (choose from 'cluster-id', 'unregister')",
                                   arguments.front()));
  }
  const ArgumentParser parser = command_parser(command);
  try {
    const auto values = parser.parse({arguments.begin() + 1, arguments.end()});
    if (!values) {
      fmt::print("{}", parser.help());
      return 1;
    }
    return run_command(command, *values);
  } catch (const ArgumentError& error) {
    return parser.print_error(error.what());
  }
}

}  // namespace barnabas::admin
