#include "broker/server/broker.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <optional>
#include <utility>

#include "broker/base/logging.h"
#include "broker/log/meta_properties.h"
#include "broker/net/address.h"
#include "broker/protocol/error_code.h"
#include "broker/server/cluster_identity.h"
#include "broker/server/node_config.h"
#include "zkclient/connect_string.h"
#include "zkclient/session_file.h"

namespace barnabas::server {
namespace {

// How long a stopping broker waits for ZooKeeper to take /controller back: without ZooKeeper the
// session's end does it.
constexpr std::chrono::seconds kMaxResignation{5};

// Runs `work` on `executor` and waits for its end.
void run_on(Executor& executor, const Task& work) {
  std::promise<void> done;
  executor.post([&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

// Starts `work` on `executor` and waits for what it calls back with.
template <typename T>
T await(Executor& executor, const std::function<void(std::function<void(T)>)>& work) {
  const auto promise = std::make_shared<std::promise<T>>();
  auto future = promise->get_future();
  executor.post(
      [&work, promise] { work([promise](T value) { promise->set_value(std::move(value)); }); });
  return future.get();
}

std::vector<std::unique_ptr<net::Reactor>> make_reactors(int count) {
  std::vector<std::unique_ptr<net::Reactor>> reactors;
  for (int i = 0; i < count; ++i) {
    reactors.push_back(std::make_unique<net::Reactor>(fmt::format("network-{}", i)));
  }
  return reactors;
}

std::vector<net::Reactor*> pointers(const std::vector<std::unique_ptr<net::Reactor>>& reactors) {
  std::vector<net::Reactor*> result;
  for (const auto& reactor : reactors) result.push_back(reactor.get());
  return result;
}

// Hosts of max.connections.per.ip.overrides are looked up here; the start may wait for that.
Result<net::QuotaOptions> quota_options(const config::BrokerConfig& config) {
  net::QuotaOptions options;
  options.max_connections = config.max_connections;
  options.max_creation_rate = config.max_connection_creation_rate;
  options.max_per_address = config.max_connections_per_ip;
  options.inter_broker_listener = config.inter_broker_listener_name;
  options.rate_windows = {.samples = static_cast<std::size_t>(config.quota_window_num),
                          .window = seconds(config.quota_window_size_seconds)};
  for (const auto& [listener, limits] : config.listener_limits) {
    options.listeners[listener] = {.max_connections = limits.max_connections,
                                   .max_creation_rate = limits.max_connection_creation_rate};
  }
  for (const auto& [host, count] : config.max_connections_per_ip_overrides) {
    const auto addresses = net::resolve(host, 0, /*to_bind=*/false);
    if (!addresses) {
      return Error{ErrorCode::kInvalidConfig,
                   fmt::format("max.connections.per.ip.overrides: {}", addresses.error().detail)};
    }
    for (const net::Address& address : *addresses) {
      options.address_maximum[net::numeric_host(address.storage())] = count;
    }
  }
  return options;
}

Result<net::SocketOptions> socket_options(const config::BrokerConfig& config) {
  net::SocketOptions options;
  TRY(options.quotas, quota_options(config));
  options.max_queued_requests = config.queued_max_requests;
  options.max_queued_bytes = config.queued_max_request_bytes;
  options.limits.max_request_bytes = config.socket_request_max_bytes;
  options.limits.max_idle = duration_of_ms(config.connections_max_idle_ms);
  options.backlog = config.socket_listen_backlog_size;
  options.send_buffer_bytes = config.socket_send_buffer_bytes;
  options.receive_buffer_bytes = config.socket_receive_buffer_bytes;
  return options;
}

net::ClientOptions client_options(const config::BrokerConfig& config) {
  net::ClientOptions options;
  options.connect_timeout = duration_of_ms(config.socket_connection_setup_timeout_ms);
  options.receive_buffer_bytes = config.replica_socket_receive_buffer_bytes;
  return options;
}

log::FileLogManagerOptions log_options(const config::BrokerConfig& config, std::uint64_t seed,
                                       std::function<void()> on_directory_failure) {
  log::FileLogManagerOptions options;
  options.log_dirs = config.log_dirs;
  options.default_config = log_config(config, {});
  options.producer_id_expiration_ms = config.producer_id_expiration_ms;
  options.producer_id_expiration_check_interval =
      milliseconds(config.producer_id_expiration_check_interval_ms);
  options.flush_offset_checkpoint_interval =
      milliseconds(config.log_flush_offset_checkpoint_interval_ms);
  options.flush_start_offset_checkpoint_interval =
      milliseconds(config.log_flush_start_offset_checkpoint_interval_ms);
  options.initial_task_delay = duration_of_ms(config.log_initial_task_delay_ms);
  options.flush_scheduler_interval = duration_of_ms(config.log_flush_scheduler_interval_ms);
  options.random_seed = seed;
  options.on_directory_failure = [tell = std::move(on_directory_failure)](const std::string& dir,
                                                                          bool all_failed) {
    log_error("Log directory {} has failed", dir);
    if (all_failed) {
      // As Kafka: nothing can be stored any more, so others have to lead at once.
      log_error("Shutdown broker because all log dirs have failed");
      std::_Exit(1);
    }
    tell();
  };
  return options;
}

// The id that the log directories carry, where none is configured.
Result<std::optional<BrokerId>> stored_broker_id(const std::vector<std::string>& log_dirs) {
  std::optional<BrokerId> found;
  for (const std::string& dir : log_dirs) {
    if (!std::filesystem::exists(dir)) continue;
    const auto directory = log::Directory::open(dir, /*create=*/false);
    if (!directory) continue;  // it has failed; whoever loads the logs says so
    TRY(const auto meta, log::read_meta_properties(**directory));
    if (!meta || !meta->broker_id) continue;
    if (found && found != meta->broker_id) {
      return Error{ErrorCode::kInvalidConfig,
                   fmt::format("Log directory {} is of broker {}, another one is of broker {}", dir,
                               *meta->broker_id, *found)};
    }
    found = meta->broker_id;
  }
  return found;
}

std::string this_host() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

// Beside the broker's own binary.
std::string reaper_program() {
  std::error_code failed;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
  return (failed ? std::filesystem::path() : self.parent_path()) / "barnabas-reaper";
}

}  // namespace

Broker::Broker(const config::BrokerConfig& config)
    : config_(config),
      id_(config.broker_id),
      reactors_(make_reactors(config.num_network_threads)),
      transport_(pointers(reactors_), client_options(config)) {}

Broker::~Broker() {
  tear_down();
}

Result<void> Broker::start() {
  log_info("[KafkaServer id={}] starting", id_);
  TRY_VOID(connect_to_zookeeper());
  TRY(std::string cluster_id, settle_identity());
  log_info("[KafkaServer id={}] Cluster ID = {}", id_, cluster_id);
  TRY_VOID(log::claim_log_directories(config_.log_dirs, id_, cluster_id));
  TRY_VOID(open_logs());

  run_on(coordination_, [&] {
    std::vector<Executor*> fetcher_homes;
    for (const auto& reactor : reactors_) fetcher_homes.push_back(reactor.get());
    node_ = std::make_unique<Node>(config_, id_, std::move(cluster_id),
                                   NodeParts{.clock = clock_,
                                             .random = random_,
                                             .coordination = coordination_,
                                             .background = background_,
                                             .timers = *reactors_.front(),
                                             .fetcher_homes = std::move(fetcher_homes),
                                             .transport = transport_,
                                             .zookeeper = *session_,
                                             .session_closer = *session_closer_,
                                             .logs = *logs_});
  });
  TRY(const net::SocketOptions options, socket_options(config_));
  sockets_ =
      std::make_unique<net::SocketServer>(pointers(reactors_), node_->request_handler(), options);
  if (config_.control_plane_listener_name) {
    control_plane_reactor_ = std::make_unique<net::Reactor>("control-plane");
    control_plane_sockets_ = std::make_unique<net::SocketServer>(
        std::vector<net::Reactor*>{control_plane_reactor_.get()}, node_->request_handler(),
        options);
  }
  TRY(std::vector<Endpoint> endpoints, bind_listeners());

  // Only now, with the directories locked, is it certain that the session kept there belongs to a
  // process that is gone.
  const std::string session_file =
      std::filesystem::path(config_.log_dirs.front()) / zk::kSessionFileName;
  const std::optional<zk::SessionId> former = zk::read_session_file(session_file);
  const auto connect = zk::ConnectString::parse(config_.zookeeper_connect);
  run_on(coordination_, [&] {
    session_keeper_ = std::make_unique<SessionKeeper>(
        *session_, coordination_,
        SessionKeeperOptions{reaper_program(), session_file, connect->hosts,
                             milliseconds(config_.zookeeper_session_timeout_ms)});
  });
  TRY_VOID(await<Result<void>>(coordination_, [&](std::function<void(Result<void>)> done) {
    node_->start(endpoints, former, std::move(done));
  }));
  if (control_plane_sockets_) control_plane_sockets_->start();
  sockets_->start();
  log_info("[KafkaServer id={}] started", id_);
  return {};
}

Result<void> Broker::connect_to_zookeeper() {
  TRY(zk::ConnectString connect, zk::ConnectString::parse(config_.zookeeper_connect));
  const Duration session_timeout = milliseconds(config_.zookeeper_session_timeout_ms);
  session_closer_ = std::make_unique<zk::ReapingSessionCloser>(connect.hosts, session_timeout);
  zk::SessionOptions options;
  options.connect = std::move(connect);
  options.session_timeout = session_timeout;
  options.max_in_flight = static_cast<std::size_t>(config_.zookeeper_max_in_flight_requests);
  options.digest_auth = config_.zookeeper_digest_auth;
  options.set_acl = config_.zookeeper_set_acl;
  log_info("Connecting to zookeeper on {}", config_.zookeeper_connect);
  run_on(coordination_, [&] {
    session_ = std::make_unique<zk::ZooKeeperSession>(coordination_, std::move(options));
  });
  if (!session_->await_connected(milliseconds(config_.zookeeper_connection_timeout_ms))) {
    return {ErrorCode::kUnknownServerError,
            fmt::format("Timed out waiting for connection to ZooKeeper server at {} after {} ms "
                        "(zookeeper.connection.timeout.ms)",
                        config_.zookeeper_connect, config_.zookeeper_connection_timeout_ms)};
  }
  return {};
}

Result<std::string> Broker::settle_identity() {
  TRY(std::string cluster_id,
      await<Result<std::string>>(coordination_, [&](std::function<void(Result<std::string>)> done) {
        settle_cluster_id(*session_, Uuid::random(random_).to_string(), std::move(done));
      }));
  if (id_ < BrokerId(0)) {
    TRY(const std::optional<BrokerId> stored, stored_broker_id(config_.log_dirs));
    if (stored) {
      id_ = *stored;
    } else {
      TRY(id_,
          await<Result<BrokerId>>(coordination_, [&](std::function<void(Result<BrokerId>)> done) {
            generate_broker_id(*session_, config_.reserved_broker_max_id, std::move(done));
          }));
    }
  }
  return cluster_id;
}

Result<void> Broker::open_logs() {
  TRY(logs_, log::FileLogManager::open(log_options(config_, random_.next(),
                                                   [this] {
                                                     coordination_.post([this] {
                                                       if (node_) node_->on_log_dir_failure();
                                                     });
                                                   }),
                                       clock_, background_));
  return {};
}

Result<std::vector<Endpoint>> Broker::bind_listeners() {
  std::map<std::string, std::int32_t> ports;
  for (const config::Listener& listener : config_.listeners) {
    const bool is_control_plane = listener.name == config_.control_plane_listener_name;
    net::SocketServer& sockets = is_control_plane ? *control_plane_sockets_ : *sockets_;
    TRY(ports[listener.name], sockets.bind(listener.name, listener.host, listener.port));
    log_info("Awaiting socket connections on {}:{}.",
             listener.host.empty() ? "0.0.0.0" : listener.host, ports[listener.name]);
  }
  std::vector<Endpoint> endpoints;
  for (const config::Listener& advertised : config_.advertised_listeners) {
    Endpoint& endpoint = endpoints.emplace_back();
    endpoint.listener = advertised.name;
    endpoint.security_protocol = advertised.security_protocol;
    endpoint.host = advertised.host.empty() ? this_host() : advertised.host;
    endpoint.port = advertised.port == 0 ? ports[advertised.name] : advertised.port;
  }
  return endpoints;
}

void Broker::stop() {
  log_info("[KafkaServer id={}] shutting down", id_);
  await<bool>(coordination_, [this](const std::function<void(bool)>& done) {
    node_->controlled_shutdown([done] { done(true); });
  });
  tear_down();
  log_info("[KafkaServer id={}] shut down completed", id_);
}

void Broker::tear_down() {
  if (std::exchange(torn_down_, true)) return;
  if (sockets_) sockets_->stop();
  if (control_plane_sockets_) control_plane_sockets_->stop();
  if (node_) {
    const auto resigned = std::make_shared<std::promise<void>>();
    coordination_.post(
        [this, resigned] { node_->shutdown([resigned] { resigned->set_value(); }); });
    resigned->get_future().wait_for(kMaxResignation);
  }
  // Nobody appends any more once these have ended.
  for (const auto& reactor : reactors_) reactor->stop();
  if (control_plane_reactor_) control_plane_reactor_->stop();
  if (logs_) {
    if (const Result<void> closed = logs_->shutdown(); !closed) {
      log_error("Cannot close the logs in order: {}", closed.error().detail);
    }
  }
  if (session_) {
    run_on(coordination_, [this] {
      session_->close();
      if (session_keeper_) session_keeper_->on_session_closed();
    });
  }
  session_closer_.reset();
  coordination_.stop();
  background_.stop();
}

}  // namespace barnabas::server
