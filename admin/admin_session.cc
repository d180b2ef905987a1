#include "admin/admin_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "admin/host_lookup.h"
#include "admin/tool_log.h"
#include "broker/net/reactor.h"
#include "broker/net/tcp_transport.h"

namespace barnabas::admin {
namespace {

[[noreturn]] void refuse_servers(std::string_view why) {
  throw std::runtime_error(
      fmt::format("Failed to create new KafkaAdminClient\nCaused by: {}", why));
}

AdminConfig make_config(const std::optional<std::string>& file,
                        const std::string& bootstrap_servers, const config::Properties& defaults) {
  config::Properties properties;
  if (file) properties = config::read_properties_file(*file);
  properties.insert(defaults.begin(), defaults.end());
  try {
    static_cast<void>(parse_bootstrap_servers(bootstrap_servers));
  } catch (const config::ConfigError& error) {
    refuse_servers(error.what());
  }
  AdminConfig config = AdminConfig::from(std::move(properties), bootstrap_servers);
  std::erase_if(config.bootstrap_servers, [](const HostPort& server) {
    if (resolves(server)) return false;
    log_tool_warning(
        fmt::format("Couldn't resolve server {}:{} from bootstrap.servers as DNS resolution "
                    "failed for {}",
                    server.host, server.port, server.host),
        "org.apache.kafka.clients.ClientUtils");
    return true;
  });
  if (config.bootstrap_servers.empty()) {
    refuse_servers("No resolvable bootstrap urls given in bootstrap.servers");
  }
  return config;
}

}  // namespace

// Destroyed from below: first the client with its channels, then what they live on.
struct AdminSession::Parts {
  explicit Parts(AdminConfig config)
      : reactor("kafka-admin"),
        transport({&reactor}, {}),
        client(std::move(config), transport, reactor, clock) {}

  SystemClock clock;
  net::Reactor reactor;
  net::TcpTransport transport;
  AdminClient client;
};

AdminSession::AdminSession(const std::optional<std::string>& config_file,
                           const std::string& bootstrap_servers, const config::Properties& defaults)
    : parts_(std::make_unique<Parts>(make_config(config_file, bootstrap_servers, defaults))) {}

AdminSession::~AdminSession() = default;

AdminClient& AdminSession::client() {
  return parts_->client;
}

}  // namespace barnabas::admin
