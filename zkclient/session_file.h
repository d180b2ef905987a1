// The ZooKeeper session of a broker's process, kept in its first log directory: a restarted broker
// that finds it can close its own former session instead of waiting for it to time out.
//
// Whoever can read it can close the session, so it is its owner's only (mode 0600). Not synced: a
// host that goes down loses the session to its timeout anyway.
// Threads  any.
#pragma once

#include <optional>
#include <string>

#include "broker/base/result.h"
#include "zkclient/zookeeper.h"

namespace barnabas::zk {

inline constexpr char kSessionFileName[] = "zookeeper.session";

// Replaces the file as a whole. Errors: KAFKA_STORAGE_ERROR.
Result<void> write_session_file(const std::string& path, const SessionId& session);

// nullopt: there is none, or it is not one.
std::optional<SessionId> read_session_file(const std::string& path);

// After a clean stop: there is nothing left to close.
void remove_session_file(const std::string& path);

}  // namespace barnabas::zk
