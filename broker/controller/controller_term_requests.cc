// ControllerTerm: requests of brokers and clients, and their answers.
#include <utility>

#include "broker/controller/controller_term.h"

namespace barnabas::controller {

void ControllerTerm::alter_partition(AlterPartition request, Callback<AlterPartitionAnswer> done) {
  const Token token = next_token();
  alter_partitions_[token] = std::move(done);
  step([&](ControllerCore& core, Effects& out) {
    core.alter_partition(token, std::move(request), out);
  });
}

void ControllerTerm::controlled_shutdown(BrokerId broker, BrokerEpoch epoch,
                                         Callback<ControlledShutdownAnswer> done) {
  const Token token = next_token();
  shutdowns_[token] = std::move(done);
  step([&](ControllerCore& core, Effects& out) {
    core.controlled_shutdown(token, broker, epoch, out);
  });
}

void ControllerTerm::allocate_producer_ids(BrokerId broker, BrokerEpoch epoch,
                                           Callback<Result<ProducerIdBlock>> done) {
  if (const ErrorCode error = core_.check_broker(broker, epoch); error != ErrorCode::kNone) {
    done(Error{error, {}});
    return;
  }
  producer_ids_.allocate(broker, std::move(done));
}

void ControllerTerm::elect_leaders(ElectionType type, std::vector<TopicPartition> partitions,
                                   Callback<ElectionOutcome> done) {
  const Token token = next_token();
  elections_[token] = std::move(done);
  election_partitions_[token] = partitions;
  step([&](ControllerCore& core, Effects& out) {
    core.elect_leaders(token, type, partitions, out);
  });
}

void ControllerTerm::on_unclean_election_enabled(const std::string& topic) {
  step([&](ControllerCore& core, Effects& out) { core.on_unclean_election_enabled(topic, out); });
}

template <typename Answer>
void ControllerTerm::answer(std::map<Token, Callback<Answer>>& waiting, Token token, Answer value) {
  if (auto found = waiting.extract(token)) found.mapped()(std::move(value));
}

void ControllerTerm::do_effect(AnswerAlterPartition effect) {
  answer(alter_partitions_, effect.token, std::move(effect.answer));
}

void ControllerTerm::do_effect(AnswerControlledShutdown effect) {
  answer(shutdowns_, effect.token, std::move(effect.answer));
}

void ControllerTerm::do_effect(AnswerElectLeaders effect) {
  election_partitions_.erase(effect.token);
  answer(elections_, effect.token, std::move(effect.outcome));
}

}  // namespace barnabas::controller
