// ControllerCore: requests, their answers, and what brokers answer to ours.
#include <fmt/format.h>

#include <utility>

#include "broker/controller/core/alter_partition.h"
#include "broker/controller/core/controller_core.h"
#include "broker/controller/core/leader_balance.h"

namespace barnabas::controller {

void ControllerCore::close(RoundId round, Effects& out) {
  updates_.close_round(round, out);
  answer_finished(out);
}

void ControllerCore::answer_finished(Effects& out) {
  for (const FinishedRound& round : updates_.take_finished()) {
    auto owed = owed_.extract(round.id);
    if (!owed) continue;
    std::visit([&](auto& one) { answer(std::move(one), round, out); }, owed.mapped());
  }
}

void ControllerCore::on_state_written(const TopicPartition& partition, WriteResult result,
                                      PartitionEpoch new_version, Effects& out) {
  updates_.on_state_written(partition, result, new_version, out);
  answer_finished(out);
}

void ControllerCore::on_state_read(const TopicPartition& partition,
                                   const std::optional<Leadership>& read, Effects& out) {
  updates_.on_state_read(partition, read, out);
  answer_finished(out);
}

void ControllerCore::on_unclean_flag_read(const std::string& topic, bool unclean, Effects& out) {
  updates_.on_unclean_flag_read(topic, unclean, out);
  answer_finished(out);
}

// ---- Answers of brokers ------------------------------------------------------------------------

void ControllerCore::on_leader_and_isr_answered(BrokerId broker, BrokerEpoch epoch, ErrorCode error,
                                                const PartitionErrors& errors, Effects& out) {
  const BrokerInfo* known = context_.broker(broker);
  if (!known || known->epoch != epoch) return;
  if (error != ErrorCode::kNone) {
    out.push_back(LogLine{LogLine::Level::kError,
                          fmt::format("Received error {} in LeaderAndIsr response from broker {}",
                                      error_name(error), broker)});
    return;
  }
  std::vector<std::pair<BrokerId, TopicPartition>> newly_offline;
  for (const auto& [tp, partition_error] : errors) {
    const bool was_offline = context_.replicas_on_offline_dirs(broker).contains(tp);
    if (partition_error == ErrorCode::kKafkaStorageError) {
      if (!was_offline && context_.partition(tp)) newly_offline.emplace_back(broker, tp);
      context_.set_replica_on_offline_dir(broker, tp, true);
    } else if (partition_error == ErrorCode::kNone && was_offline) {
      context_.set_replica_on_offline_dir(broker, tp, false);
    }
  }
  if (!newly_offline.empty()) on_replicas_offline(newly_offline, out);
}

void ControllerCore::on_stop_replica_answered(BrokerId broker, BrokerEpoch epoch,
                                              const StopReplicaData& sent, ErrorCode error,
                                              const PartitionErrors& errors, Effects& out) {
  const BrokerInfo* known = context_.broker(broker);
  if (!known || known->epoch != epoch) return;
  std::set<TopicPartition> to_delete;
  for (const StopReplicaEntry& entry : sent.partitions) {
    if (entry.delete_partition &&
        context_.topics_with_deletion_started.contains(entry.partition.topic)) {
      to_delete.insert(entry.partition);
    }
  }
  std::vector<TopicPartition> failed;
  std::vector<TopicPartition> deleted;
  if (error != ErrorCode::kNone) {
    failed.assign(to_delete.begin(), to_delete.end());
  } else {
    for (const auto& [tp, partition_error] : errors) {
      if (!to_delete.contains(tp)) continue;
      (partition_error == ErrorCode::kNone ? deleted : failed).push_back(tp);
    }
  }
  if (!failed.empty()) deletion_.fail_replicas(broker, failed, out);
  if (!deleted.empty()) deletion_.complete_replicas(broker, deleted, out);
}

// ---- AlterPartition ----------------------------------------------------------------------------

ErrorCode ControllerCore::check_broker(BrokerId broker, BrokerEpoch epoch) const {
  const BrokerInfo* known = context_.broker(broker);
  if (!known) return ErrorCode::kBrokerIdNotRegistered;
  return known->epoch == epoch ? ErrorCode::kNone : ErrorCode::kStaleBrokerEpoch;
}

void ControllerCore::alter_partition(Token token, AlterPartition request, Effects& out) {
  AlterPartitionAnswer answer;
  answer.error = check_alter_partition(context_, request);
  if (answer.error != ErrorCode::kNone) {
    out.push_back(AnswerAlterPartition{token, std::move(answer)});
    return;
  }
  std::vector<TopicPartition> partitions;
  for (AlterPartitionItem& item : request.items) {
    if (request.names_topic_ids) {
      item.topic = context_.topic_name(item.topic_id).value_or("");
    }
    AlterPartitionItemAnswer& item_answer = answer.items.emplace_back();
    item_answer.topic = item.topic;
    item_answer.topic_id = item.topic_id;
    item_answer.partition = item.partition;
    if (item.topic.empty()) {
      item_answer.error = ErrorCode::kUnknownTopicId;
    } else {
      partitions.push_back({item.topic, item.partition});
    }
  }

  const RoundId round = updates_.open_round();
  owed_.emplace(round, AlterPartitionRound{token, std::move(answer)});
  // Whatever comes of the request, who asked may have been behind.
  if (!partitions.empty()) updates_.batch(round).add_update_metadata(context_, partitions);
  for (std::size_t i = 0; i < request.items.size(); ++i) {
    AlterPartitionItem& item = request.items[i];
    if (item.topic.empty()) continue;
    const TopicPartition tp{item.topic, item.partition};
    updates_.submit(round, tp,
                    {.kind = Update::Kind::kAlterPartition,
                     .broker = request.broker,
                     .item = std::move(item),
                     .names_topic_ids = request.names_topic_ids,
                     .index = i},
                    out);
  }
  close(round, out);
}

void ControllerCore::answer(AlterPartitionRound owed, const FinishedRound& round, Effects& out) {
  for (const UpdateOutcome& outcome : round.outcomes) {
    AlterPartitionItemAnswer& item = owed.answer.items[outcome.update.index];
    item.error = outcome.error;
    if (outcome.error != ErrorCode::kNone || !outcome.state) continue;
    item.leader = outcome.state->leader;
    item.leader_epoch = outcome.state->leader_epoch;
    item.isr = outcome.state->isr;
    item.recovery_state = outcome.state->recovery_state;
    item.partition_epoch = outcome.state->partition_epoch;
  }
  out.push_back(AnswerAlterPartition{owed.token, std::move(owed.answer)});
}

// ---- ControlledShutdown ------------------------------------------------------------------------

void ControllerCore::controlled_shutdown(Token token, BrokerId broker, BrokerEpoch epoch,
                                         Effects& out) {
  const BrokerInfo* known = context_.broker(broker);
  ErrorCode error = ErrorCode::kNone;
  if (!known) {
    error =
        epoch == kNoBrokerEpoch ? ErrorCode::kBrokerNotAvailable : ErrorCode::kUnknownServerError;
  } else if (epoch != kNoBrokerEpoch && epoch < known->epoch) {
    error = ErrorCode::kStaleBrokerEpoch;
  }
  if (error != ErrorCode::kNone) {
    out.push_back(AnswerControlledShutdown{token, {error, {}}});
    return;
  }
  out.push_back(LogLine{LogLine::Level::kInfo, fmt::format("Shutting down broker {}", broker)});
  context_.set_shutting_down(broker);

  const RoundId round = updates_.open_round();
  owed_.emplace(round, ShutdownRound{token, broker});
  for (const TopicPartition& tp : context_.partitions_on(broker)) {
    const Partition* partition = context_.partition(tp);
    if (partition->assignment.replicas.size() < 2 || !partition->leadership ||
        context_.is_queued_for_deletion(tp.topic)) {
      continue;
    }
    updates_.submit(round, tp, {.kind = Update::Kind::kShutDownReplica, .broker = broker}, out);
  }
  close(round, out);
}

void ControllerCore::answer(ShutdownRound owed, const FinishedRound&, Effects& out) {
  out.push_back(AnswerControlledShutdown{
      owed.token, {ErrorCode::kNone, context_.partitions_led_by(owed.broker)}});
}

// ---- ElectLeaders ------------------------------------------------------------------------------

void ControllerCore::elect_leaders(Token token, ElectionType type,
                                   const std::vector<TopicPartition>& partitions, Effects& out) {
  const bool preferred = type == ElectionType::kPreferred;
  ElectLeadersAnswer settled;
  std::set<TopicPartition> to_elect;
  for (const TopicPartition& tp : partitions) {
    const Partition* partition = context_.partition(tp);
    if (!partition) {
      settled[tp] = {ErrorCode::kUnknownTopicOrPartition, "The partition does not exist."};
      continue;
    }
    if (context_.is_queued_for_deletion(tp.topic)) {
      settled[tp] = {ErrorCode::kInvalidTopicException, "The topic is being deleted"};
      continue;
    }
    const BrokerIds& replicas = partition->assignment.replicas;
    const BrokerId leader = partition->leadership ? partition->leadership->state.leader : kNoBroker;
    const bool needed =
        preferred ? replicas.empty() || leader != replicas.front() : !context_.is_live(leader);
    if (needed) {
      to_elect.insert(tp);
    } else {
      settled[tp] = {ErrorCode::kElectionNotNeeded,
                     "Leader election not needed for topic partition."};
    }
  }
  const RoundId round = updates_.open_round();
  owed_.emplace(round, ElectionRound{token, type, std::move(settled)});
  for (const TopicPartition& tp : to_elect) {
    updates_.submit(
        round, tp,
        {.kind = preferred ? Update::Kind::kPreferredElection : Update::Kind::kUncleanElection},
        out);
  }
  close(round, out);
}

void ControllerCore::answer(ElectionRound owed, const FinishedRound& round, Effects& out) {
  ElectionOutcome elections{{}, std::move(owed.settled)};
  for (const UpdateOutcome& outcome : round.outcomes) {
    if (outcome.error == ErrorCode::kNone && outcome.state) {
      elections.elected[outcome.partition] = outcome.state->leader;
      continue;
    }
    elections.settled[outcome.partition] = {
        outcome.error, fmt::format("Failed to elect leader for partition {} under strategy {}",
                                   outcome.partition.to_string(),
                                   owed.type == ElectionType::kPreferred
                                       ? "PreferredReplicaPartitionLeaderElectionStrategy"
                                       : "OfflinePartitionLeaderElectionStrategy(true)")};
  }
  out.push_back(AnswerElectLeaders{owed.token, std::move(elections)});
}

// ---- Time --------------------------------------------------------------------------------------

void ControllerCore::on_leader_balance_tick(Effects& out) {
  const RoundId round = updates_.open_round();
  for (const TopicPartition& tp :
       find_imbalanced_partitions(context_, options_.leader_imbalance_per_broker_percentage)) {
    updates_.submit(round, tp, {.kind = Update::Kind::kPreferredElection}, out);
  }
  close(round, out);
}

}  // namespace barnabas::controller
