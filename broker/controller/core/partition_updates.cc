#include "broker/controller/core/partition_updates.h"

#include <algorithm>
#include <utility>

#include "broker/base/check.h"
#include "broker/controller/core/alter_partition.h"
#include "broker/controller/core/election.h"

namespace barnabas::controller {

using UpdateResult = UpdateOutcome::Result;

RoundId PartitionUpdates::open_round() {
  rounds_.try_emplace(next_round_);
  return next_round_++;
}

void PartitionUpdates::submit(RoundId round, const TopicPartition& partition, Update update,
                              Effects& out) {
  ++rounds_.at(round).outstanding;
  Running running{.update = std::move(update), .round = round};
  if (current_.contains(partition)) {
    waiting_[partition].push_back(std::move(running));
  } else {
    run(partition, std::move(running), out);
  }
}

void PartitionUpdates::close_round(RoundId round, Effects& out) {
  rounds_.at(round).open = false;
  send_if_settled(round, out);
}

std::vector<FinishedRound> PartitionUpdates::take_finished() {
  return std::exchange(finished_, {});
}

void PartitionUpdates::run(const TopicPartition& partition, Running running, Effects& out) {
  running.elects = true;
  if (!context_.partition(partition)) {
    end(partition, running, UpdateResult::kFailed, ErrorCode::kUnknownTopicOrPartition, out);
    return;
  }
  // Proposals of a leader are judged by their epochs alone; nothing else touches a topic whose
  // state znodes are to vanish.
  if (running.update.kind != Update::Kind::kAlterPartition &&
      context_.is_queued_for_deletion(partition.topic)) {
    end(partition, running, UpdateResult::kFailed, ErrorCode::kInvalidTopicException, out);
    return;
  }
  switch (running.update.kind) {
    case Update::Kind::kReconcile:
      return reconcile(partition, std::move(running), out);
    case Update::Kind::kPreferredElection:
      return elect_preferred_leader(partition, std::move(running), out);
    case Update::Kind::kUncleanElection:
      return elect_unclean_leader(partition, std::move(running), out);
    case Update::Kind::kShutDownReplica:
      return shut_down_replica(partition, std::move(running), out);
    case Update::Kind::kAlterPartition:
      return alter_partition(partition, std::move(running), out);
    case Update::Kind::kTellReplica:
      return tell_replica(partition, std::move(running), out);
  }
}

void PartitionUpdates::reconcile(const TopicPartition& tp, Running running, Effects& out) {
  const Partition& partition = *context_.partition(tp);
  const BrokerIds failed = running.update.failed;
  const ReplicaLiveness liveness = context_.liveness(tp, failed);
  if (!partition.leadership) {
    if (auto initial = initial_leadership(partition.assignment, liveness)) {
      BrokerIds recipients = initial->isr;
      propose(tp, std::move(running), *std::move(initial), std::move(recipients), true, out);
    } else {
      end(tp, running, UpdateResult::kFailed, ErrorCode::kEligibleLeadersNotAvailable, out);
    }
    return;
  }

  const LeaderAndIsr& current = partition.leadership->state;
  // A leader that failed and came back is elected anew: it must not go on in its old epoch, in
  // which it may have lost what others have.
  const bool has_leader =
      partition.state != PartitionState::kOffline && liveness.online(current.leader);
  if (!has_leader) {
    ElectionResult elected =
        elect_offline(partition.assignment, current, liveness, running.unclean.value_or(false),
                      leader_recovery_supported_);
    if (elected.state) {
      propose(tp, std::move(running), *std::move(elected.state), std::move(elected.recipients),
              false, out);
      return;
    }
    // Replicas live, but none of the ISR: the topic's config decides. A leader that is only
    // shutting down still serves: nothing must be lost for its sake.
    if (!running.unclean && !elected.recipients.empty() &&
        !liveness.online_or_shutting_down(current.leader)) {
      read_unclean_flag(tp, std::move(running), out);
      return;
    }
  }
  const auto dead = [&](BrokerId id) {
    return contains(failed, id) || context_.is_replica_dead(id, tp);
  };
  if (auto shrunk = remove_from_isr(current, dead)) {
    running.elects = false;
    propose(tp, std::move(running), *std::move(shrunk),
            without(partition.assignment.replicas, dead), false, out);
  } else if (has_leader) {
    end(tp, running, UpdateResult::kUnneeded, ErrorCode::kNone, out);
  } else {
    end(tp, running, UpdateResult::kFailed, ErrorCode::kEligibleLeadersNotAvailable, out);
  }
}

void PartitionUpdates::elect_preferred_leader(const TopicPartition& tp, Running running,
                                              Effects& out) {
  const Partition& partition = *context_.partition(tp);
  if (partition.leadership && !partition.assignment.replicas.empty()) {
    if (partition.leadership->state.leader == partition.assignment.replicas.front()) {
      end(tp, running, UpdateResult::kUnneeded, ErrorCode::kNone, out);
      return;
    }
    ElectionResult elected =
        elect_preferred(partition.assignment, partition.leadership->state, context_.liveness(tp));
    if (elected.state) {
      propose(tp, std::move(running), *std::move(elected.state), std::move(elected.recipients),
              false, out);
      return;
    }
  }
  end(tp, running, UpdateResult::kFailed, ErrorCode::kPreferredLeaderNotAvailable, out);
}

void PartitionUpdates::elect_unclean_leader(const TopicPartition& tp, Running running,
                                            Effects& out) {
  const Partition& partition = *context_.partition(tp);
  if (partition.leadership) {
    const ReplicaLiveness liveness = context_.liveness(tp);
    if (liveness.online(partition.leadership->state.leader)) {
      end(tp, running, UpdateResult::kUnneeded, ErrorCode::kNone, out);
      return;
    }
    ElectionResult elected = elect_offline(partition.assignment, partition.leadership->state,
                                           liveness, true, leader_recovery_supported_);
    if (elected.state) {
      propose(tp, std::move(running), *std::move(elected.state), std::move(elected.recipients),
              false, out);
      return;
    }
  }
  end(tp, running, UpdateResult::kFailed, ErrorCode::kEligibleLeadersNotAvailable, out);
}

void PartitionUpdates::shut_down_replica(const TopicPartition& tp, Running running, Effects& out) {
  Partition& partition = *context_.partition(tp);
  const BrokerId broker = running.update.broker;
  // It died meanwhile, which was looked after then, or is here anew.
  if (!context_.is_shutting_down(broker) || !partition.leadership) {
    end(tp, running, UpdateResult::kUnneeded, ErrorCode::kNone, out);
    return;
  }
  const LeaderAndIsr& current = partition.leadership->state;
  if (current.leader == broker) {
    ElectionResult elected =
        elect_controlled_shutdown(partition.assignment, current, context_.liveness(tp));
    if (elected.state) {
      propose(tp, std::move(running), *std::move(elected.state), std::move(elected.recipients),
              false, out);
    } else {
      end(tp, running, UpdateResult::kFailed, ErrorCode::kEligibleLeadersNotAvailable, out);
    }
    return;
  }
  partition.move_replica_to(broker, ReplicaState::kOffline);
  RequestBatch& requests = batch(running.round);
  requests.add_stop_replica(context_, broker, tp, false);
  const auto dead = [&](BrokerId id) { return context_.is_replica_dead(id, tp); };
  if (auto shrunk = remove_from_isr(current, dead)) {
    running.elects = false;
    propose(tp, std::move(running), *std::move(shrunk), living_replicas(tp), false, out);
    return;
  }
  requests.add_leader_and_isr(context_, living_replicas(tp), tp, false);
  end(tp, running, UpdateResult::kUnneeded, ErrorCode::kNone, out);
}

void PartitionUpdates::alter_partition(const TopicPartition& tp, Running running, Effects& out) {
  AlterPartitionDecision decision = decide_alter_partition(
      context_, running.update.broker, running.update.item, running.update.names_topic_ids);
  if (decision.error != ErrorCode::kNone) {
    end(tp, running, UpdateResult::kFailed, decision.error, out);
  } else if (!decision.write) {
    end(tp, running, UpdateResult::kUnneeded, ErrorCode::kNone, out);
  } else {
    propose(tp, std::move(running), *std::move(decision.write), {}, false, out);
  }
}

void PartitionUpdates::tell_replica(const TopicPartition& tp, Running running, Effects& out) {
  batch(running.round).add_leader_and_isr(context_, {running.update.broker}, tp, false);
  end(tp, running, UpdateResult::kUnneeded, ErrorCode::kNone, out);
}

void PartitionUpdates::propose(const TopicPartition& tp, Running running, LeaderAndIsr state,
                               BrokerIds recipients, bool create, Effects& out) {
  CHECK(state.leader == kNoBroker || contains(state.isr, state.leader),
        "{}: leader {} outside its ISR", tp.to_string(), state.leader);
  ++rounds_.at(running.round).in_flight;
  running.stage = Running::Stage::kWriting;
  running.proposed = std::move(state);
  running.recipients = std::move(recipients);
  running.create = create;
  out.push_back(WritePartitionState{tp, running.proposed, create});
  const bool inserted = current_.insert_or_assign(tp, std::move(running)).second;
  CHECK(inserted, "{}: two writes in flight", tp.to_string());
}

void PartitionUpdates::read_state(const TopicPartition& tp, Running running, Effects& out) {
  ++rounds_.at(running.round).in_flight;
  running.stage = Running::Stage::kReading;
  current_.insert_or_assign(tp, std::move(running));
  out.push_back(ReadPartitionState{tp});
}

void PartitionUpdates::read_unclean_flag(const TopicPartition& tp, Running running, Effects& out) {
  const bool asked = std::any_of(current_.begin(), current_.end(), [&](const auto& entry) {
    return entry.first.topic == tp.topic &&
           entry.second.stage == Running::Stage::kReadingUncleanFlag;
  });
  // Not counted as in flight: partitions that could be helped do not wait for this one.
  running.stage = Running::Stage::kReadingUncleanFlag;
  current_.insert_or_assign(tp, std::move(running));
  if (!asked) out.push_back(ReadUncleanFlag{tp.topic});
}

PartitionUpdates::Running PartitionUpdates::take_running(const TopicPartition& tp) {
  auto node = current_.extract(tp);
  CHECK(!node.empty(), "{}: an answer that nobody waits for", tp.to_string());
  Running running = std::move(node.mapped());
  --rounds_.at(running.round).in_flight;
  return running;
}

void PartitionUpdates::on_state_written(const TopicPartition& tp, WriteResult result,
                                        PartitionEpoch new_version, Effects& out) {
  Running running = take_running(tp);
  switch (result) {
    case WriteResult::kOk:
      commit(tp, running, new_version);
      end(tp, running, UpdateResult::kWritten, ErrorCode::kNone, out);
      return;
    case WriteResult::kBadVersion:
      read_state(tp, std::move(running), out);
      return;
    case WriteResult::kNoNode:
      end(tp, running, UpdateResult::kFailed, ErrorCode::kUnknownTopicOrPartition, out);
      return;
    case WriteResult::kFailed:
      end(tp, running, UpdateResult::kFailed, ErrorCode::kUnknownServerError, out);
      return;
  }
}

void PartitionUpdates::on_state_read(const TopicPartition& tp,
                                     const std::optional<Leadership>& read, Effects& out) {
  Running running = take_running(tp);
  Partition* partition = context_.partition(tp);
  if (!read || !partition) {
    end(tp, running, UpdateResult::kFailed, ErrorCode::kUnknownTopicOrPartition, out);
    return;
  }
  if (read->controller_epoch > context_.epoch()) {
    out.push_back(Resign{"the state of " + tp.to_string() + " was written by a later controller"});
    end(tp, running, UpdateResult::kFailed, ErrorCode::kNotController, out);
    return;
  }
  // Our own write, whose answer was lost with the connection: the second try found the first one.
  const PartitionEpoch written =
      running.create ? PartitionEpoch{0} : running.proposed.partition_epoch + 1;
  if (read->controller_epoch == context_.epoch() && read->state.partition_epoch == written &&
      read->state.same_content(running.proposed)) {
    commit(tp, running, written);
    end(tp, running, UpdateResult::kWritten, ErrorCode::kNone, out);
    return;
  }
  partition->leadership = *read;
  if (running.update.kind == Update::Kind::kAlterPartition) {
    batch(running.round).add_update_metadata(context_, {tp});
    end(tp, running, UpdateResult::kFailed, ErrorCode::kInvalidUpdateVersion, out);
    return;
  }
  run(tp, std::move(running), out);
}

void PartitionUpdates::on_unclean_flag_read(const std::string& topic, bool unclean, Effects& out) {
  // All of them first: an update that comes next may ask anew, and must not find this question.
  std::vector<std::pair<TopicPartition, Running>> asked;
  for (auto it = current_.begin(); it != current_.end();) {
    if (it->first.topic == topic && it->second.stage == Running::Stage::kReadingUncleanFlag) {
      asked.emplace_back(it->first, std::move(it->second));
      it = current_.erase(it);
    } else {
      ++it;
    }
  }
  for (auto& [tp, running] : asked) {
    running.unclean = unclean;
    run(tp, std::move(running), out);
  }
}

void PartitionUpdates::commit(const TopicPartition& tp, const Running& running,
                              PartitionEpoch version) {
  Partition* partition = context_.partition(tp);
  if (!partition) return;  // deleted while the write was under way
  CHECK(!partition->leadership || running.create ||
            partition->leadership->state.leader_epoch <= running.proposed.leader_epoch,
        "{}: leader epoch {} after {}", tp.to_string(), running.proposed.leader_epoch,
        partition->leadership->state.leader_epoch);
  partition->leadership = Leadership{running.proposed, context_.epoch()};
  partition->leadership->state.partition_epoch = version;
  if (context_.is_queued_for_deletion(tp.topic)) return;

  if (running.update.kind == Update::Kind::kAlterPartition) {
    batch(running.round).add_update_metadata(context_, {tp});
  } else {
    // A shrunk ISR alone makes no leader.
    if (running.elects) partition->move_to(PartitionState::kOnline);
    if (running.proposed.leader == kNoBroker) partition->move_to(PartitionState::kOffline);
    batch(running.round).add_leader_and_isr(context_, running.recipients, tp, running.create);
  }
}

void PartitionUpdates::end(const TopicPartition& tp, const Running& running, UpdateResult result,
                           ErrorCode error, Effects& out) {
  Round& round = rounds_.at(running.round);
  UpdateOutcome outcome{tp, running.update, result, error};
  if (const Leadership* now = context_.leadership(tp)) outcome.state = now->state;
  round.outcomes.push_back(std::move(outcome));
  --round.outstanding;
  const RoundId id = running.round;
  if (!current_.contains(tp)) run_next(tp, out);
  send_if_settled(id, out);
}

void PartitionUpdates::run_next(const TopicPartition& tp, Effects& out) {
  const auto found = waiting_.find(tp);
  if (found == waiting_.end()) return;
  Running next = std::move(found->second.front());
  found->second.pop_front();
  if (found->second.empty()) waiting_.erase(found);
  run(tp, std::move(next), out);
}

void PartitionUpdates::send_if_settled(RoundId id, Effects& out) {
  const auto found = rounds_.find(id);
  if (found == rounds_.end()) return;
  Round& round = found->second;
  if (round.open || round.in_flight > 0) return;
  round.batch.send(context_, out);
  if (round.outstanding > 0) return;
  finished_.push_back({id, std::move(round.outcomes)});
  rounds_.erase(found);
}

BrokerIds PartitionUpdates::living_replicas(const TopicPartition& tp) const {
  return without(context_.partition(tp)->assignment.replicas,
                 [&](BrokerId id) { return context_.is_replica_dead(id, tp); });
}

}  // namespace barnabas::controller
