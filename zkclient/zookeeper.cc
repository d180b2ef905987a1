#include "zkclient/zookeeper.h"

namespace barnabas::zk {

std::string_view to_string(ZkError error) {
  switch (error) {
    case ZkError::kOk:
      return "OK";
    case ZkError::kNoNode:
      return "NoNode";
    case ZkError::kNodeExists:
      return "NodeExists";
    case ZkError::kBadVersion:
      return "BadVersion";
    case ZkError::kNotEmpty:
      return "NotEmpty";
    case ZkError::kNoChildrenForEphemerals:
      return "NoChildrenForEphemerals";
    case ZkError::kSessionExpired:
      return "SessionExpired";
    case ZkError::kAuthFailed:
      return "AuthFailed";
    case ZkError::kNoAuth:
      return "NoAuth";
    case ZkError::kInvalid:
      return "Invalid";
    case ZkError::kOther:
      return "Other";
  }
  return "Other";
}

}  // namespace barnabas::zk
