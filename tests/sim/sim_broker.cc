#include "tests/sim/sim_broker.h"

#include <fmt/format.h>

#include <utility>

#include "broker/server/cluster_identity.h"
#include "config/properties.h"

namespace barnabas::sim {
namespace {

constexpr Duration kReaperDelay = milliseconds(12);
constexpr Duration kSupervisorDelay = milliseconds(500);
constexpr Duration kStartTimeout = seconds(6);

// Short times, so that much happens in a short run.
config::BrokerConfig config_of(BrokerId id, Duration session_timeout) {
  return config::BrokerConfig::load(config::parse_properties(
      fmt::format("broker.id={}\n"
                  "zookeeper.connect=simulated\n"
                  "zookeeper.session.timeout.ms={}\n"
                  "listeners=PLAINTEXT://{}:{}\n"
                  "min.insync.replicas=2\n"
                  "replica.lag.time.max.ms=1000\n"
                  "replica.fetch.wait.max.ms=100\n"
                  "replica.fetch.backoff.ms=50\n"
                  "replica.high.watermark.checkpoint.interval.ms=700\n"
                  "controlled.shutdown.retry.backoff.ms=200\n"
                  "leader.imbalance.check.interval.seconds=3\n"
                  "leader.imbalance.per.broker.percentage=0\n"
                  "offsets.topic.num.partitions={}\n"
                  "offsets.commit.timeout.ms=1500\n"
                  "group.initial.rebalance.delay.ms=100\n"
                  "group.min.session.timeout.ms=500\n",
                  id, std::chrono::duration_cast<milliseconds>(session_timeout).count(),
                  host_of(id.value()), id, kOffsetsPartitions)));
}

}  // namespace

SimBroker::SimBroker(World& world, BrokerId id, std::int64_t drift_ppm, std::uint64_t seed)
    : world_(world),
      id_(id),
      drift_ppm_(drift_ppm),
      config_(config_of(id, world.session_timeout)),
      random_(seed) {}

void SimBroker::start() {
  if (node_) return;
  ++incarnation_;
  process_ = std::make_unique<Process>(world_.scheduler, drift_ppm_);
  disk_.reopen(*process_);
  transport_ = world_.network.transport(address());
  zookeeper_ = world_.zookeeper.connect(*process_, world_.session_timeout);
  node_ = std::make_unique<server::Node>(config_, id_, world_.cluster_id,
                                         server::NodeParts{.clock = *process_,
                                                           .random = random_,
                                                           .coordination = *process_,
                                                           .background = *process_,
                                                           .timers = *process_,
                                                           .fetcher_homes = {process_.get()},
                                                           .transport = *transport_,
                                                           .zookeeper = *zookeeper_,
                                                           .session_closer = world_.zookeeper,
                                                           .logs = disk_});
  world_.trace.line("broker {} starts", id_);
  process_->post([this, incarnation = incarnation_] {
    server::settle_cluster_id(
        *zookeeper_, world_.cluster_id, [this, incarnation](const Result<std::string>& id) {
          if (!id) return on_started(incarnation, id.error());
          const Endpoint endpoint{"PLAINTEXT", "PLAINTEXT", host_of(address()), address()};
          node_->start({endpoint}, former_, [this, incarnation](const Result<void>& result) {
            on_started(incarnation, result);
          });
        });
  });
  watch_start(incarnation_);
}

void SimBroker::watch_start(std::uint32_t incarnation) {
  // A session that ends during the start leaves it without an answer.
  world_.scheduler.after(kStartTimeout, [this, incarnation] {
    if (incarnation != incarnation_ || !node_ || serving_) return;
    if (!process_->running()) return watch_start(incarnation);
    world_.trace.line("broker {} does not come up", id_);
    end_process();
    start();
  });
}

void SimBroker::on_started(std::uint32_t incarnation, const Result<void>& result) {
  if (incarnation != incarnation_) return;
  if (result) {
    serving_ = true;
    world_.network.listen(address(), *process_, node_->request_handler());
    world_.trace.line("broker {} is registered", id_);
    return;
  }
  // Kafka exits here and is started again by its supervisor. Not from inside the node's own call.
  world_.trace.line("broker {} could not start: {}", id_, result.error().detail);
  world_.scheduler.after(kSupervisorDelay, [this, incarnation] {
    if (incarnation != incarnation_ || !node_) return;
    end_process();
    start();
  });
}

bool SimBroker::stop() {
  if (!running() || !serving_ || std::exchange(stopping_, true)) return false;
  world_.trace.line("broker {} is told to stop", id_);
  process_->post([this, incarnation = incarnation_] {
    node_->controlled_shutdown([this, incarnation] {
      world_.network.close(address());
      node_->shutdown([this, incarnation] {
        zookeeper_->close();
        world_.scheduler.after(Duration::zero(), [this, incarnation] {
          if (incarnation != incarnation_ || !node_) return;
          end_process();
          world_.trace.line("broker {} has stopped", id_);
        });
      });
    });
  });
  return true;
}

void SimBroker::kill(bool reaper) {
  if (!node_) return;
  world_.trace.line("broker {} is killed{}", id_, reaper ? "" : " with its reaper");
  const zk::SessionId session = zookeeper_->session();
  end_process();
  if (reaper && session.id != 0) {
    world_.scheduler.after(kReaperDelay, [this, session] { world_.zookeeper.expire(session.id); });
  }
}

void SimBroker::end_process() {
  if (zookeeper_->session().id != 0) former_ = zookeeper_->session();
  serving_ = false;
  stopping_ = false;
  process_->kill();
  world_.network.close(address());
  node_.reset();
  zookeeper_.reset();
  transport_.reset();
  past_.push_back(std::move(process_));
}

bool SimBroker::pause() {
  if (!running()) return false;
  world_.trace.line("broker {} is paused", id_);
  process_->pause();
  return true;
}

void SimBroker::resume() {
  if (!node_ || process_->running()) return;
  world_.trace.line("broker {} is resumed", id_);
  process_->resume();
}

}  // namespace barnabas::sim
