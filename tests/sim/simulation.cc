#include "tests/sim/simulation.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "broker/base/check.h"
#include "broker/coordinator/group/group_coordinator.h"
#include "broker/protocol/java_string.h"
#include "broker/protocol/messages/create_topics.h"
#include "tests/sim/checkers/convergence.h"
#include "tests/sim/checkers/groups.h"
#include "tests/sim/checkers/leadership.h"
#include "tests/sim/checkers/logs.h"
#include "tests/sim/cluster.h"
#include "tests/sim/consumer.h"
#include "tests/sim/faults.h"
#include "tests/sim/group_clients.h"
#include "tests/sim/group_history.h"
#include "tests/sim/history.h"
#include "tests/sim/judge.h"
#include "tests/sim/producer.h"

namespace barnabas::sim {
namespace {

constexpr std::int32_t kBrokers = 3;
constexpr std::int32_t kPartitions = 3;
constexpr std::int32_t kProducers = 2;
constexpr Address kFirstClient = 1'000;
// The seeds whose cluster serves groups too.
constexpr std::uint64_t kGroupsOneIn = 2;
constexpr std::uint64_t kMinFaults = 5;
constexpr std::uint64_t kMoreFaults = 6;
constexpr Duration kStep = milliseconds(20);
constexpr int kStepsPerLogCheck = 15;
// From the end of the faults to full ISRs and acknowledged producers.
constexpr Duration kRecoveryBound = seconds(40);
constexpr Duration kStartBound = seconds(30);
constexpr Duration kAdminTimeout = seconds(5);
constexpr std::int16_t kCreateTopicsVersion = 7;
const std::string kTopic = "ledger";

class Simulation {
 public:
  explicit Simulation(const SimulationOptions& options)
      : options_(options),
        random_(options.seed),
        trace_(scheduler_, options.print),
        cluster_(scheduler_, random_, trace_, kBrokers),
        clients_(scheduler_, 0),
        admin_transport_(cluster_.network().transport(kFirstClient - 1)),
        admin_(clients_, *admin_transport_, random_, cluster_.addresses(), "admin") {
    for (std::int32_t p = 0; p < kPartitions; ++p) partitions_.push_back({kTopic, PartitionId(p)});
    for (std::int32_t i = 0; i < kProducers; ++i) {
      producers_.push_back(
          std::make_unique<Producer>(kFirstClient + i, clients_, cluster_.network(), random_,
                                     cluster_.addresses(), partitions_, history_, judge_));
    }
    consumer_ = std::make_unique<Consumer>(
        kFirstClient + kProducers, clients_, cluster_.network(), random_, cluster_.addresses(),
        partitions_, history_, judge_, [this](BrokerId id) { return cluster_.incarnation(id); });
    if (random_.one_in(kGroupsOneIn)) {
      groups_ = std::make_unique<GroupClients>(scheduler_, group_world(), partitions_,
                                               kFirstClient + kProducers + 1);
    }
  }

  SimulationResult run() {
    cluster_.start_all();
    clients_.post([this] { create_topic(); });
    if (!run_until_converged(kStartBound, "the start")) return result();
    if (groups_ && !start_groups()) return result();
    for (auto& producer : producers_) producer->start();
    consumer_->start();

    if (groups_) groups_->disturb();
    Faults faults(scheduler_, random_, trace_, cluster_, targets());
    const std::uint64_t count = kMinFaults + random_.below(kMoreFaults);
    while (faults.injected() < count && !over()) run_for(faults.inject());
    faults.finish();
    faults_ = faults.injected();

    if (!over()) {
      trace_.line("the faults are over");
      cluster_.heal_all();
      for (auto& producer : producers_) producer->finish();
      if (groups_) groups_->finish();
      const Time healed = scheduler_.now();
      if (run_until_converged(kRecoveryBound, "the faults")) {
        recovery_ = scheduler_.now() - healed;
        check_logs();
        check_acknowledged(cluster_.snapshot(), history_, judge_);
        check_offsets_topic(cluster_.snapshot(), group_history_, judge_);
      }
    }
    return result();
  }

 private:
  bool over() const {
    return judge_.verdict() || (options_.until && scheduler_.now() >= Time(*options_.until));
  }

  // The faults find groups that are at work, or that are just coming together.
  bool start_groups() {
    groups_->start();
    if (random_.one_in(3)) return true;
    return run_until_converged(kStartBound, "the start of the groups");
  }

  GroupWorld group_world() {
    return {.network = cluster_.network(),
            .random = random_,
            .trace = trace_,
            .judge = judge_,
            .history = group_history_,
            .brokers = cluster_.addresses(),
            .office =
                [this](BrokerId broker, const std::string& group) {
                  return cluster_.coordinator_epoch(broker, group);
                },
            .has_committed =
                [this](BrokerId broker, const std::string& group) {
                  return cluster_.coordinator_has_committed(broker, group);
                }};
  }

  // The partitions whose leaders the faults look for: coordinators are among them.
  std::vector<TopicPartition> targets() const {
    std::vector<TopicPartition> targets = partitions_;
    if (!groups_) return targets;
    for (const std::string& group : groups_->groups()) {
      targets.push_back(
          {std::string(group::kOffsetsTopic), protocol::partition_for(group, kOffsetsPartitions)});
    }
    return targets;
  }

  SimulationResult result() {
    if (judge_.verdict()) trace_.line("VIOLATION: {}", *judge_.verdict());
    trace_.line("{} records acknowledged, {} offsets committed, {} events",
                history_.acknowledged.size(), group_history_.commits(), scheduler_.events_run());
    return {.violation = judge_.verdict(),
            .trace = trace_.text(),
            .faults = faults_,
            .acknowledged = history_.acknowledged.size(),
            .commits = group_history_.commits(),
            .generations = groups_ ? generations() : 0,
            .recovery = recovery_,
            .events = scheduler_.events_run()};
  }

  std::size_t generations() const {
    std::size_t generations = 0;
    for (const std::string& group : groups_->groups()) {
      generations += static_cast<std::size_t>(std::max(group_history_.last_generation(group), 0));
    }
    return generations;
  }

  void run_for(Duration duration) {
    const Time end = scheduler_.now() + duration;
    while (scheduler_.now() < end && !over()) {
      scheduler_.run_until(std::min(end, scheduler_.now() + kStep));
      check();
    }
  }

  bool run_until_converged(Duration bound, const char* after) {
    const Time end = scheduler_.now() + bound;
    while (!over()) {
      run_for(kStep);
      const std::string missing = not_yet_at_rest(cluster_.snapshot());
      const bool idle = std::all_of(producers_.begin(), producers_.end(),
                                    [](const auto& producer) { return producer->finished(); });
      if (missing.empty() && idle && created_) return true;
      if (scheduler_.now() >= end) {
        judge_.violation("no rest {} s after {}: {}",
                         std::chrono::duration_cast<seconds>(bound).count(), after,
                         missing.empty() ? "records are not acknowledged" : missing);
      }
    }
    return false;
  }

  std::string not_yet_at_rest(const ClusterSnapshot& snapshot) const {
    std::string missing = not_yet_converged(snapshot);
    if (missing.empty() && groups_ && groups_->started()) {
      missing = not_yet_stable(snapshot, *groups_, group_history_);
    }
    return missing;
  }

  void check() {
    const ClusterSnapshot snapshot = cluster_.snapshot();
    trace_states(snapshot);
    one_leader_per_epoch_.check(snapshot, judge_);
    nothing_goes_back_.check(snapshot, judge_);
    check_isr_in_zookeeper(snapshot, judge_);
    check_controller_fencing(snapshot, judge_);
    check_isr_reaches_acknowledged(snapshot, history_, judge_);
    check_coordinators(snapshot, group_history_, judge_);
    if (++steps_ % kStepsPerLogCheck == 0) check_logs();
  }

  void check_logs() {
    const ClusterSnapshot snapshot = cluster_.snapshot();
    check_replicas_agree(snapshot, judge_);
    check_isr_holds_committed(snapshot, judge_);
  }

  // One line for each state that has changed since the last look.
  void trace_states(const ClusterSnapshot& snapshot) {
    for (const auto& [tp, view] : snapshot.states) {
      auto& last = traced_[tp];
      if (last == view.mzxid) continue;
      last = view.mzxid;
      std::string isr;
      for (const BrokerId id : view.state.isr)
        isr += (isr.empty() ? "" : ",") + fmt::format("{}", id);
      trace_.line("{} leader {} epoch {} ISR {} controller epoch {}", tp, view.state.leader,
                  view.state.leader_epoch, isr, view.state.controller_epoch);
    }
  }

  // Asks the controller for the topic until it says that it is there.
  void create_topic() {
    if (created_) return;
    clients_.run_after(milliseconds(100), [this] { create_topic(); });
    admin_.refresh();
    if (creating_ || admin_.controller() == kNoBroker) return;
    creating_ = true;
    protocol::CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = kTopic;
    topic.num_partitions = kPartitions;
    topic.replication_factor = kBrokers;
    request.timeout_ms = 2'000;
    admin_.channel(admin_.controller().value())
        .send(protocol::ApiKey::kCreateTopics, kCreateTopicsVersion,
              request.encode(kCreateTopicsVersion), kAdminTimeout,
              [this](Result<protocol::ResponseFrame> answer) {
                creating_ = false;
                if (!answer) return;
                const auto response =
                    protocol::CreateTopicsResponse::decode(answer->body, kCreateTopicsVersion);
                CHECK(response.has_value(), "{}", response.error().detail);
                const ErrorCode error = response->topics.at(0).error_code;
                created_ = error == ErrorCode::kNone || error == ErrorCode::kTopicAlreadyExists;
              });
  }

  const SimulationOptions options_;
  Scheduler scheduler_;
  Random random_;
  Trace trace_;
  Judge judge_;
  History history_;
  Cluster cluster_;
  Process clients_;
  std::unique_ptr<protocol::Transport> admin_transport_;
  ClusterView admin_;
  bool created_ = false;
  bool creating_ = false;
  std::vector<TopicPartition> partitions_;
  std::vector<std::unique_ptr<Producer>> producers_;
  std::unique_ptr<Consumer> consumer_;
  GroupHistory group_history_{judge_};
  std::unique_ptr<GroupClients> groups_;  // null: this seed has none
  OneLeaderPerEpoch one_leader_per_epoch_;
  NothingGoesBack nothing_goes_back_;
  std::map<TopicPartition, std::int64_t> traced_;
  int steps_ = 0;
  std::size_t faults_ = 0;
  Duration recovery_{};
};

}  // namespace

SimulationResult simulate(const SimulationOptions& options) {
  return Simulation(options).run();
}

}  // namespace barnabas::sim
