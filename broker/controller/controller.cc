#include "broker/controller/controller.h"

#include <utility>

#include "broker/base/logging.h"
#include "broker/controller/alive.h"
#include "broker/controller/controller_term.h"
#include "broker/controller/elector.h"
#include "broker/controller/partition_creator.h"
#include "broker/controller/purgatory.h"
#include "broker/controller/topic_creator.h"
#include "zkclient/paths.h"

namespace barnabas::controller {
namespace {

std::vector<BrokerWithRack> live_brokers(const ControllerTerm& term) {
  std::vector<BrokerWithRack> brokers;
  for (const auto& [id, broker] : term.context().brokers()) brokers.push_back({id, broker.rack});
  return brokers;
}

}  // namespace

class Controller::Impl {
 public:
  Impl(zk::ZooKeeper& zookeeper, protocol::Transport& transport, Executor& executor,
       const Clock& clock, Random& random, const MetadataView& metadata, ControllerOptions options)
      : zookeeper_(zookeeper),
        transport_(transport),
        executor_(executor),
        clock_(clock),
        random_(random),
        metadata_(metadata),
        options_(std::move(options)),
        elector_(
            zookeeper, clock, options_.broker_id,
            {[this](ControllerEpoch epoch, std::int32_t version) { on_elected(epoch, version); },
             [this] { end_term(); }}),
        creator_(zookeeper, random,
                 {options_.default_num_partitions, options_.default_replication_factor,
                  options_.validate_topic_configs}),
        partition_creator_(zookeeper),
        purgatory_(executor, metadata) {}

  void startup() { elector_.start(); }
  void shutdown(std::function<void()> done);
  void on_watch_event(zk::WatchEvent event, const std::string& path);
  void on_session_expired();

  ControllerTerm* term() const { return term_.get(); }
  Elector& elector() { return elector_; }
  Purgatory& purgatory() { return purgatory_; }

  // Calls `active` with the term when the cluster is loaded, or `not_active`.
  void with_term(std::function<void(ControllerTerm&)> active, std::function<void()> not_active);

  void create_topics(std::vector<NewTopic> topics, Duration timeout, bool validate_only,
                     Callback<std::vector<NewTopicAnswer>> done);
  void delete_topics(std::vector<TopicReference> topics, Duration timeout,
                     Callback<std::vector<DeleteTopicAnswer>> done);
  void create_partitions(std::vector<NewPartitions> topics, Duration timeout, bool validate_only,
                         Callback<std::vector<Error>> done);
  void elect_leaders(ElectionType type, std::vector<TopicPartition> partitions, Duration timeout,
                     Callback<ElectLeadersAnswer> done);

 private:
  struct Creation;
  void await_creation(std::shared_ptr<Creation> creation);
  struct Deletion;
  void await_deletion(std::shared_ptr<Deletion> deletion);
  struct Growth;
  void await_growth(std::shared_ptr<Growth> growth);

  void on_elected(ControllerEpoch epoch, std::int32_t epoch_version);
  void end_term();
  void give_up(std::function<void()> done);

  // Fixed at construction
  zk::ZooKeeper& zookeeper_;
  protocol::Transport& transport_;
  Executor& executor_;
  const Clock& clock_;
  Random& random_;
  const MetadataView& metadata_;
  const ControllerOptions options_;

  Alive alive_;
  Elector elector_;
  TopicCreator creator_;
  PartitionCreator partition_creator_;
  Purgatory purgatory_;
  std::unique_ptr<ControllerTerm> term_;
  std::int32_t epoch_version_ = 0;
  // Ended terms, which may still be on the stack.
  std::vector<std::unique_ptr<ControllerTerm>> ended_;
};

// ---- Terms -------------------------------------------------------------------------------------

void Controller::Impl::on_elected(ControllerEpoch epoch, std::int32_t epoch_version) {
  if (term_) {
    if (term_->epoch() == epoch) return;
    end_term();
  }
  log_info("[Controller id={}] Elected as the controller: epoch {}, epoch zk version {}",
           options_.broker_id, epoch, epoch_version);
  epoch_version_ = epoch_version;
  // Fenced: look who is the controller. Unable: leave it to another.
  term_ = std::make_unique<ControllerTerm>(
      zookeeper_, transport_, executor_, random_, options_, epoch, epoch_version,
      [this] {
        end_term();
        elector_.check();
      },
      [this] {
        end_term();
        give_up([] {});
      });
  term_->start();
}

void Controller::Impl::end_term() {
  if (!term_) return;
  std::unique_ptr<ControllerTerm> ending = std::move(term_);
  log_info("[Controller id={}] Resigned; epoch was {}", options_.broker_id, ending->epoch());
  ControllerTerm& ended = *ending;
  ended_.push_back(std::move(ending));
  executor_.post(alive_.guard([this] { ended_.clear(); }));
  ended.stop();
}

void Controller::Impl::give_up(std::function<void()> done) {
  std::vector<zk::Op> ops;
  ops.push_back(zk::Op::check(std::string(zk::paths::kControllerEpoch), epoch_version_));
  ops.push_back(zk::Op::remove(std::string(zk::paths::kController)));
  zookeeper_.multi(std::move(ops),
                   alive_.guard([done = std::move(done)](const zk::MultiAnswer&) { done(); }));
}

void Controller::Impl::shutdown(std::function<void()> done) {
  elector_.stop();
  if (!term_) {
    executor_.post(std::move(done));
    return;
  }
  end_term();
  give_up(std::move(done));
}

void Controller::Impl::on_watch_event(zk::WatchEvent event, const std::string& path) {
  if (path == zk::paths::kController) {
    elector_.on_controller_event(event);
  } else if (term_) {
    term_->on_watch_event(event, path);
  }
}

void Controller::Impl::on_session_expired() {
  elector_.stop();
  end_term();
}

void Controller::Impl::with_term(std::function<void(ControllerTerm&)> active,
                                 std::function<void()> not_active) {
  ControllerTerm* term = term_.get();
  if (!term) return not_active();
  term->when_loaded([term, active = std::move(active), not_active = std::move(not_active)] {
    if (term->is_stopped()) {
      not_active();
    } else {
      active(*term);
    }
  });
}

// ---- Topics ------------------------------------------------------------------------------------

struct Controller::Impl::Creation {
  std::vector<NewTopic> topics;
  std::vector<NewTopicAnswer> answers;
  std::size_t missing = 0;
  Duration timeout;
  bool validate_only;
  Callback<std::vector<NewTopicAnswer>> done;
};

void Controller::Impl::create_topics(std::vector<NewTopic> topics, Duration timeout,
                                     bool validate_only,
                                     Callback<std::vector<NewTopicAnswer>> done) {
  auto creation = std::make_shared<Creation>();
  creation->topics = std::move(topics);
  creation->answers.resize(creation->topics.size());
  creation->missing = creation->topics.size();
  creation->timeout = timeout;
  creation->validate_only = validate_only;
  creation->done = std::move(done);
  if (creation->topics.empty()) return creation->done({});

  const auto create = [this, creation](ControllerTerm& term) {
    const std::vector<BrokerWithRack> brokers = live_brokers(term);
    for (std::size_t i = 0; i < creation->topics.size(); ++i) {
      creator_.create(creation->topics[i], brokers, creation->validate_only,
                      [this, creation, i](NewTopicAnswer answer) {
                        creation->answers[i] = std::move(answer);
                        if (--creation->missing == 0) await_creation(creation);
                      });
    }
  };
  with_term(create, [creation] {
    for (NewTopicAnswer& answer : creation->answers) answer.error.code = ErrorCode::kNotController;
    creation->done(std::move(creation->answers));
  });
}

void Controller::Impl::await_creation(std::shared_ptr<Creation> creation) {
  std::map<std::string, std::int32_t> written;
  for (std::size_t i = 0; i < creation->topics.size(); ++i) {
    if (creation->answers[i].error.code != ErrorCode::kNone) continue;
    written[creation->topics[i].name] = creation->answers[i].num_partitions;
  }
  const auto finish = [creation](const TopicResults& results) {
    for (std::size_t i = 0; i < creation->topics.size(); ++i) {
      ErrorCode& error = creation->answers[i].error.code;
      if (error != ErrorCode::kNone || creation->validate_only) continue;
      // Written, but nobody has seen its leaders.
      const auto result = results.find(creation->topics[i].name);
      error = result == results.end() ? ErrorCode::kRequestTimedOut : result->second;
    }
    creation->done(std::move(creation->answers));
  };
  if (creation->validate_only || written.empty() || creation->timeout <= Duration::zero()) {
    return finish({});
  }
  purgatory_.await_created(std::move(written), creation->timeout, finish);
}

struct Controller::Impl::Deletion {
  std::vector<DeleteTopicAnswer> answers;
  std::size_t missing = 0;
  Duration timeout;
  Callback<std::vector<DeleteTopicAnswer>> done;
};

void Controller::Impl::delete_topics(std::vector<TopicReference> topics, Duration timeout,
                                     Callback<std::vector<DeleteTopicAnswer>> done) {
  auto deletion = std::make_shared<Deletion>();
  deletion->timeout = timeout;
  deletion->done = std::move(done);
  for (TopicReference& topic : topics) {
    deletion->answers.push_back({std::move(topic.name), topic.topic_id, ErrorCode::kNone});
  }
  const auto remove = [this, deletion](ControllerTerm& term) {
    std::vector<std::pair<std::size_t, std::string>> known;
    for (std::size_t i = 0; i < deletion->answers.size(); ++i) {
      DeleteTopicAnswer& answer = deletion->answers[i];
      const ControllerContext& context = term.context();
      if (!answer.name) answer.name = context.topic_name(answer.topic_id);
      if (!answer.name) {
        answer.error = ErrorCode::kUnknownTopicId;
      } else if (!context.topic(*answer.name) ||
                 context.topics_with_deletion_started.contains(*answer.name) ||
                 !metadata_.has_topic(*answer.name)) {
        // Brokers have been told to forget it, though a replica may still hold its deletion up. Or
        // they have not been told of it yet: one that knows of no topic has not forgotten it.
        answer.error = ErrorCode::kUnknownTopicOrPartition;
      } else {
        known.emplace_back(i, *answer.name);
      }
    }
    if (known.empty()) return deletion->done(std::move(deletion->answers));
    deletion->missing = known.size();
    for (const auto& [i, name] : known) {
      zookeeper_.create(zk::paths::delete_topic(name), {}, zk::CreateMode::kPersistent,
                        alive_.guard([this, deletion, index = i](const zk::CreateAnswer& answer) {
                          // There already: it is to be deleted, which is waited for as well.
                          if (!answer.ok() && answer.error != zk::ZkError::kNodeExists) {
                            deletion->answers[index].error =
                                answer.error == zk::ZkError::kSessionExpired
                                    ? ErrorCode::kNotController
                                    : ErrorCode::kUnknownServerError;
                          }
                          if (--deletion->missing == 0) await_deletion(deletion);
                        }));
    }
  };
  with_term(remove, [deletion] {
    for (DeleteTopicAnswer& answer : deletion->answers) answer.error = ErrorCode::kNotController;
    deletion->done(std::move(deletion->answers));
  });
}

void Controller::Impl::await_deletion(std::shared_ptr<Deletion> deletion) {
  std::set<std::string> requested;
  for (const DeleteTopicAnswer& answer : deletion->answers) {
    if (answer.error == ErrorCode::kNone) requested.insert(*answer.name);
  }
  const auto finish = [deletion](const TopicResults& results) {
    for (DeleteTopicAnswer& answer : deletion->answers) {
      if (answer.error != ErrorCode::kNone) continue;
      const auto result = results.find(*answer.name);
      answer.error = result == results.end() ? ErrorCode::kRequestTimedOut : result->second;
    }
    deletion->done(std::move(deletion->answers));
  };
  if (requested.empty() || deletion->timeout <= Duration::zero()) return finish({});
  purgatory_.await_deleted(std::move(requested), deletion->timeout, finish);
}

struct Controller::Impl::Growth {
  std::vector<NewPartitions> topics;
  std::vector<Error> answers;
  std::size_t missing = 0;
  Duration timeout;
  bool validate_only;
  Callback<std::vector<Error>> done;

  void put(std::size_t at, Error answer) {
    answers[at] = std::move(answer);
    --missing;
  }
};

void Controller::Impl::create_partitions(std::vector<NewPartitions> topics, Duration timeout,
                                         bool validate_only, Callback<std::vector<Error>> done) {
  auto growth = std::make_shared<Growth>();
  growth->answers.resize(topics.size(), Error{ErrorCode::kNotController, {}});
  growth->missing = topics.size();
  growth->topics = std::move(topics);
  growth->timeout = timeout;
  growth->validate_only = validate_only;
  growth->done = std::move(done);
  if (growth->topics.empty()) return growth->done({});
  const auto create = [this, growth](ControllerTerm& term) {
    const std::vector<BrokerWithRack> brokers = live_brokers(term);
    for (std::size_t i = 0; i < growth->topics.size(); ++i) {
      const auto answered = [this, growth, i](Error answer) {
        growth->put(i, std::move(answer));
        if (growth->missing == 0) await_growth(growth);
      };
      if (term.context().is_queued_for_deletion(growth->topics[i].topic)) {
        answered({ErrorCode::kInvalidTopicException, "The topic is queued for deletion."});
      } else {
        partition_creator_.create(growth->topics[i], brokers, growth->validate_only, answered);
      }
    }
  };
  with_term(create, [growth] { growth->done(std::move(growth->answers)); });
}

void Controller::Impl::await_growth(std::shared_ptr<Growth> growth) {
  std::map<std::string, std::int32_t> written;
  for (std::size_t i = 0; i < growth->topics.size(); ++i) {
    if (growth->answers[i].code == ErrorCode::kNone) {
      written[growth->topics[i].topic] = growth->topics[i].count;
    }
  }
  const auto finish = [growth](const TopicResults& results) {
    for (std::size_t i = 0; i < growth->topics.size(); ++i) {
      ErrorCode& error = growth->answers[i].code;
      if (error != ErrorCode::kNone || growth->validate_only) continue;
      // Written, but nobody has seen its leaders.
      const auto result = results.find(growth->topics[i].topic);
      error = result == results.end() ? ErrorCode::kRequestTimedOut : result->second;
    }
    growth->done(std::move(growth->answers));
  };
  if (growth->validate_only || written.empty() || growth->timeout <= Duration::zero()) {
    return finish({});
  }
  purgatory_.await_created(std::move(written), growth->timeout, finish);
}

void Controller::Impl::elect_leaders(ElectionType type, std::vector<TopicPartition> partitions,
                                     Duration timeout, Callback<ElectLeadersAnswer> done) {
  const Time deadline = clock_.now() + timeout;
  const auto await = [this, deadline, done = std::move(done)](ElectionOutcome outcome) {
    purgatory_.await_elected(std::move(outcome), deadline - clock_.now(), done);
  };
  with_term([type, partitions,
             await](ControllerTerm& term) { term.elect_leaders(type, partitions, await); },
            [partitions, await] {
              ElectionOutcome none;
              for (const TopicPartition& tp : partitions) {
                none.settled[tp].code = ErrorCode::kNotController;
              }
              await(std::move(none));
            });
}

// ---- Controller --------------------------------------------------------------------------------

Controller::Controller(zk::ZooKeeper& zookeeper, protocol::Transport& transport, Executor& executor,
                       const Clock& clock, Random& random, const MetadataView& metadata,
                       ControllerOptions options)
    : impl_(std::make_unique<Impl>(zookeeper, transport, executor, clock, random, metadata,
                                   std::move(options))) {
  zookeeper.add_observer(this);
}

Controller::~Controller() = default;

void Controller::startup() {
  impl_->startup();
}

void Controller::shutdown(std::function<void()> done) {
  impl_->shutdown(std::move(done));
}

bool Controller::is_active() const {
  return impl_->term() != nullptr;
}

ControllerEpoch Controller::controller_epoch() const {
  const ControllerTerm* term = impl_->term();
  return term ? term->epoch() : impl_->elector().highest_epoch();
}

BrokerId Controller::active_controller() const {
  return impl_->elector().active();
}

void Controller::alter_partition(AlterPartition request, Callback<AlterPartitionAnswer> done) {
  impl_->with_term([request = std::move(request),
                    done](ControllerTerm& term) { term.alter_partition(request, done); },
                   [done] { done({ErrorCode::kNotController, {}}); });
}

void Controller::controlled_shutdown(BrokerId broker, BrokerEpoch epoch,
                                     Callback<ControlledShutdownAnswer> done) {
  impl_->with_term([broker, epoch,
                    done](ControllerTerm& term) { term.controlled_shutdown(broker, epoch, done); },
                   [done] { done({ErrorCode::kStaleControllerEpoch, {}}); });
}

void Controller::allocate_producer_ids(BrokerId broker, BrokerEpoch epoch,
                                       Callback<Result<ProducerIdBlock>> done) {
  impl_->with_term([broker, epoch, done](
                       ControllerTerm& term) { term.allocate_producer_ids(broker, epoch, done); },
                   [done] { done(Error{ErrorCode::kNotController, {}}); });
}

void Controller::create_topics(std::vector<NewTopic> topics, Duration timeout, bool validate_only,
                               Callback<std::vector<NewTopicAnswer>> done) {
  impl_->create_topics(std::move(topics), timeout, validate_only, std::move(done));
}

void Controller::delete_topics(std::vector<TopicReference> topics, Duration timeout,
                               Callback<std::vector<DeleteTopicAnswer>> done) {
  impl_->delete_topics(std::move(topics), timeout, std::move(done));
}

void Controller::create_partitions(std::vector<NewPartitions> topics, Duration timeout,
                                   bool validate_only, Callback<std::vector<Error>> done) {
  impl_->create_partitions(std::move(topics), timeout, validate_only, std::move(done));
}

void Controller::elect_leaders(ElectionType type, std::vector<TopicPartition> partitions,
                               Duration timeout, Callback<ElectLeadersAnswer> done) {
  impl_->elect_leaders(type, std::move(partitions), timeout, std::move(done));
}

void Controller::on_metadata_updated() {
  impl_->purgatory().on_metadata_updated();
}

void Controller::on_unclean_election_enabled(const std::string& topic) {
  if (impl_->term()) impl_->term()->on_unclean_election_enabled(topic);
}

void Controller::on_watch_event(zk::WatchEvent event, const std::string& path) {
  impl_->on_watch_event(event, path);
}

// The broker has to register first: startup() follows then.
void Controller::on_session_established() {}

void Controller::on_session_expired() {
  impl_->on_session_expired();
}

}  // namespace barnabas::controller
