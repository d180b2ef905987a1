#include "zkclient/session/c_error.h"

#include <zookeeper/zookeeper.h>

namespace barnabas::zk {

ZkError to_error(int code) {
  switch (code) {
    case ZOK:
      return ZkError::kOk;
    case ZNONODE:
      return ZkError::kNoNode;
    case ZNODEEXISTS:
      return ZkError::kNodeExists;
    case ZBADVERSION:
      return ZkError::kBadVersion;
    case ZNOTEMPTY:
      return ZkError::kNotEmpty;
    case ZNOCHILDRENFOREPHEMERALS:
      return ZkError::kNoChildrenForEphemerals;
    case ZSESSIONEXPIRED:
    case ZINVALIDSTATE:
    case ZCLOSING:
      return ZkError::kSessionExpired;
    case ZAUTHFAILED:
      return ZkError::kAuthFailed;
    case ZNOAUTH:
      return ZkError::kNoAuth;
    case ZBADARGUMENTS:
    case ZMARSHALLINGERROR:
      return ZkError::kInvalid;
    default:
      return ZkError::kOther;
  }
}

}  // namespace barnabas::zk
