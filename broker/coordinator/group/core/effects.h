// What a GroupCoordinatorCore wants done.
//
// Threads  value types.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "broker/coordinator/group/core/group_records.h"
#include "broker/coordinator/group/core/ids.h"
#include "broker/coordinator/group/core/requests.h"

namespace barnabas::group {

// To be appended under the coordinator's leader epoch with acks=all; how that ended comes back as
// GroupCoordinatorCore::on_appended.
struct Append {
  AppendId id;
  std::vector<LogRecord> records{};
};
// To be appended with acks=0: nobody waits for it, and a loss is made good by a later expiry.
struct AppendTombstones {
  std::vector<LogRecord> records{};
};

struct AnswerJoin {
  RequestId request;
  JoinAnswer answer;
};
struct AnswerSync {
  RequestId request;
  SyncAnswer answer;
};
// One code per partition, in the order of the request.
struct AnswerCommit {
  RequestId request;
  std::vector<ErrorCode> errors{};
};

// What an operator reads in the broker's log.
struct Say {
  bool warning = false;
  std::string text{};
};

using Effect = std::variant<Append, AppendTombstones, AnswerJoin, AnswerSync, AnswerCommit, Say>;
// In the order in which they are to be carried out.
using Effects = std::vector<Effect>;

}  // namespace barnabas::group
