// ZooKeeper as the broker uses it: one session, asynchronous operations, one-shot watches. A pure
// interface; zkclient/session implements it over the C client, the simulator by a model.
//
// Order     Operations are pipelined: they reach ZooKeeper in the order of the calls and are
//           answered in it. A watch event is delivered before the answer to any operation that
//           could see the change.
// Loss      After a connection loss the session re-sends unanswered operations when it is connected
//           again, without end. A re-sent write may find its own first try applied (NODE_EXISTS,
//           BAD_VERSION, NO_NODE): the answer then says `resent`, and the caller settles it by
//           reading, as Kafka's KafkaZkClient does.
// Expiry    All unanswered operations fail with SESSION_EXPIRED, then on_session_expired is called.
//           Operations fail with SESSION_EXPIRED until restart() has been called.
// Threads   bound to one executor: all calls and callbacks are there. A callback is never called
//           from inside the call that asked for it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::zk {

enum class ZkError {
  kOk,
  kNoNode,
  kNodeExists,
  kBadVersion,
  kNotEmpty,
  kNoChildrenForEphemerals,
  kSessionExpired,
  kAuthFailed,
  kNoAuth,
  kInvalid,  // malformed path or data too large: our mistake
  kOther,
};
std::string_view to_string(ZkError error);

struct Stat {
  std::int64_t czxid = 0;
  std::int64_t mzxid = 0;
  std::int64_t ctime_ms = 0;
  std::int64_t mtime_ms = 0;
  std::int32_t version = 0;          // of the data
  std::int64_t ephemeral_owner = 0;  // session id, 0: persistent
};

inline constexpr std::int32_t kAnyVersion = -1;

enum class CreateMode { kPersistent, kEphemeral, kPersistentSequential };

// One operation of a multi.
struct Op {
  enum class Kind { kCreate, kSetData, kRemove, kCheck };
  Kind kind;
  std::string path;
  std::string data;                           // kCreate, kSetData
  CreateMode mode = CreateMode::kPersistent;  // kCreate
  std::int32_t version = kAnyVersion;         // kSetData, kRemove, kCheck

  static Op create(std::string path, std::string data, CreateMode mode = CreateMode::kPersistent) {
    return {Kind::kCreate, std::move(path), std::move(data), mode, kAnyVersion};
  }
  static Op set_data(std::string path, std::string data, std::int32_t version) {
    return {Kind::kSetData, std::move(path), std::move(data), CreateMode::kPersistent, version};
  }
  static Op remove(std::string path, std::int32_t version = kAnyVersion) {
    return {Kind::kRemove, std::move(path), {}, CreateMode::kPersistent, version};
  }
  static Op check(std::string path, std::int32_t version) {
    return {Kind::kCheck, std::move(path), {}, CreateMode::kPersistent, version};
  }
};

struct OpResult {
  ZkError error = ZkError::kOk;
  Stat stat;                 // kSetData only
  std::string created_path;  // kCreate only, with the sequence number
};

struct Answer {
  ZkError error = ZkError::kOk;
  bool resent = false;  // sent more than once: an error may be the echo of our own first try
  bool ok() const { return error == ZkError::kOk; }
};
struct CreateAnswer : Answer {
  std::string path;
};
struct StatAnswer : Answer {
  Stat stat;
};
struct DataAnswer : Answer {
  std::string data;
  Stat stat;
};
struct ChildrenAnswer : Answer {
  std::vector<std::string> children;  // sorted
};
struct MultiAnswer : Answer {     // error: the first one that made it fail
  std::vector<OpResult> results;  // one per op
};

enum class WatchEvent { kCreated, kDeleted, kDataChanged, kChildrenChanged };

// Of the current session. The id is what ephemeral_owner holds.
struct SessionId {
  std::int64_t id = 0;
  std::string password;
};

class ZooKeeper {
 public:
  template <typename A>
  using Callback = std::function<void(A)>;

  virtual ~ZooKeeper() = default;

  virtual void create(std::string path, std::string data, CreateMode mode,
                      Callback<CreateAnswer> done) = 0;
  virtual void set_data(std::string path, std::string data, std::int32_t version,
                        Callback<StatAnswer> done) = 0;
  virtual void remove(std::string path, std::int32_t version, Callback<Answer> done) = 0;
  // With `watch`, the next change of the node (or its creation, for exists) is told once to every
  // observer; likewise for the children. A watch that an earlier read left on the same path
  // still tells once.
  virtual void get_data(std::string path, bool watch, Callback<DataAnswer> done) = 0;
  virtual void exists(std::string path, bool watch, Callback<StatAnswer> done) = 0;
  virtual void get_children(std::string path, bool watch, Callback<ChildrenAnswer> done) = 0;
  virtual void multi(std::vector<Op> ops, Callback<MultiAnswer> done) = 0;

  // The session in force, or the last one when it has expired.
  virtual SessionId session() const = 0;

  // After on_session_expired: makes a new session. on_session_established tells when it is there.
  virtual void restart() = 0;

  // Told of every watch event and session change; each observer picks the paths that are its own.
  // Called in the order of add_observer. An observer outlives the session.
  class Observer {
   public:
    virtual ~Observer() = default;
    virtual void on_watch_event(WatchEvent event, const std::string& path) = 0;
    virtual void on_session_established() = 0;  // a new session, not a reconnection
    virtual void on_session_expired() = 0;
  };
  virtual void add_observer(Observer* observer) = 0;
};

}  // namespace barnabas::zk
