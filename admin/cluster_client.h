// One request at a time to the brokers of a cluster: which broker, which version, and again when it
// fails in a way that may pass.
//
// Threads  externally synchronized; call() blocks. Not to be called on `home`.
// Failure  REQUEST_TIMED_OUT at the deadline, in the words of Kafka's client; UNSUPPORTED_VERSION
//          where the cluster does not know the API; codes that `error_of` finds and that do not
//          pass by waiting are left to the caller in the answer.
// Source   Kafka 3.9, KafkaAdminClient.java, NetworkClient.java
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/admin_config.h"
#include "admin/cluster_model.h"
#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "broker/protocol/ids.h"
#include "broker/protocol/transport.h"

namespace barnabas::admin {

// What a caller may say beyond whom and what.
struct CallTerms {
  std::optional<Time> until = {};                // nullopt: default.api.timeout.ms from now
  std::optional<std::int16_t> min_version = {};  // nullopt: the oldest there is
  std::string_view lookup_name = {};             // the call while its broker is looked up
  bool once = false;                             // an answer that is lost is the caller's affair
};

class ClusterClient {
 public:
  // Whom a call is for.
  struct Target {
    enum class Kind { kAnyBroker, kController, kBroker, kGroupCoordinator };

    Kind kind;
    std::int32_t broker = -1;  // kBroker
    std::string group = {};    // kGroupCoordinator

    static const Target kAnyBroker;
    static const Target kController;
    static Target of_broker(BrokerId id) { return {.kind = Kind::kBroker, .broker = id.value()}; }
    static Target coordinator_of(std::string group) {
      return {.kind = Kind::kGroupCoordinator, .group = std::move(group)};
    }
  };

  struct Answer {
    protocol::ResponseFrame frame;
    std::int16_t version;
    BrokerEndpoint from;
  };
  // A message that points into its frame.
  template <typename Response>
  struct Decoded {
    protocol::ResponseFrame frame;
    BrokerEndpoint from;
    Response message;
  };
  // A code that came in an answer, not the failure of the call.
  struct AnswerCode {
    ErrorCode code;
  };
  using Terms = CallTerms;
  struct Call {
    std::string_view name;  // as Kafka's client names it in messages
    Target target;
    protocol::ApiKey api;
    std::int16_t min_version;
    std::int16_t max_version;
    Terms terms;
    // `time_left` for the requests that tell the broker how long they wait.
    std::function<protocol::Payload(std::int16_t version, Duration time_left)> encode;
    // The code that decides whether to try again; NOT_CONTROLLER looks the controller up anew,
    // NOT_COORDINATOR and COORDINATOR_NOT_AVAILABLE the group's coordinator.
    std::function<Result<AnswerCode>(const Answer&)> error_of;
  };

  ClusterClient(AdminConfig config, protocol::Transport& transport, Executor& home,
                const Clock& clock);
  ~ClusterClient();
  ClusterClient(const ClusterClient&) = delete;
  ClusterClient& operator=(const ClusterClient&) = delete;

  Result<Answer> call(const Call& call);

  // The same with messages. `error_of` names what may pass by waiting; NONE: the answer is final.
  template <typename Request, typename Response>
  Result<Decoded<Response>> call(
      std::string_view name, Target target,
      std::function<Request(std::int16_t version, Duration time_left)> request,
      std::function<ErrorCode(const Response&)> error_of, Terms terms = {}) {
    Call erased{.name = name,
                .target = target,
                .api = Request::kApiKey,
                .min_version = terms.min_version.value_or(Request::kMinVersion),
                .max_version = Request::kMaxVersion,
                .terms = terms,
                .encode = [&](std::int16_t version,
                              Duration left) { return request(version, left).encode(version); },
                .error_of = [&](const Answer& answer) -> Result<AnswerCode> {
                  TRY(const auto message, Response::decode(answer.frame.body, answer.version));
                  return AnswerCode{error_of(message)};
                }};
    TRY(auto answer, call(erased));
    TRY(auto message, Response::decode(answer.frame.body, answer.version));
    return Decoded<Response>{std::move(answer.frame), std::move(answer.from), std::move(message)};
  }

  // Between attempts of a caller that goes on by itself.
  Time now() const { return clock_.now(); }
  Time deadline() const { return clock_.now() + config_.default_api_timeout; }
  void back_off() { pause(config_.retry_backoff); }

 private:
  struct VersionRange {
    std::int16_t min;
    std::int16_t max;
  };
  struct Node {
    std::int32_t id;  // -1, -2, ...: a bootstrap server
    HostPort address;
    std::unique_ptr<protocol::Channel> channel;
    std::optional<std::map<std::int16_t, VersionRange>> versions;  // after the handshake
    Duration backoff{0};
    Time not_before{};  // of the next attempt
  };

  // A broker that has told its versions. nullptr: none is to be had now. Error: none will ever be.
  Result<Node*> ready_node(const Target& target, Time deadline);
  // The id that the target has now; nullopt: any broker will do.
  Result<std::optional<std::int32_t>> node_id(const Target& target, Time deadline);
  Node* next_candidate(std::optional<std::int32_t> id);
  bool knows(std::int32_t id) const;
  void forget(const Target& target);
  bool handshake(Node& node, Time deadline);
  // False: the brokers could not be asked.
  bool refresh_metadata(Time deadline);
  // nullopt: there is none at the moment.
  Result<std::optional<std::int32_t>> find_coordinator(const std::string& group, Time deadline);
  void replace_nodes(std::vector<std::pair<std::int32_t, HostPort>> brokers);

  Result<Answer> exchange(Node& node, protocol::ApiKey api, std::int16_t version,
                          protocol::Payload body, Time deadline);
  void on_connection_lost(Node& node, bool was_connected);
  void close_channels();
  void run_at_home(const Task& task);
  void pause(Duration delay);
  Duration wait_for_a_node(Time deadline) const;

  // Fixed at construction
  const AdminConfig config_;
  protocol::Transport& transport_;
  Executor& home_;
  const Clock& clock_;

  std::vector<Node> nodes_;
  std::size_t next_node_ = 0;
  std::optional<std::int32_t> controller_;                         // nullopt: to be looked up
  std::map<std::string, std::int32_t, std::less<>> coordinators_;  // by group; looked up so far
};

inline const ClusterClient::Target ClusterClient::Target::kAnyBroker{.kind = Kind::kAnyBroker};
inline const ClusterClient::Target ClusterClient::Target::kController{.kind = Kind::kController};

}  // namespace barnabas::admin
