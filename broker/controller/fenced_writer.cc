#include "broker/controller/fenced_writer.h"

#include <string>
#include <utility>
#include <vector>

#include "zkclient/paths.h"

namespace barnabas::controller {

void FencedWriter::write(zk::Op op, Callback done) {
  std::vector<zk::Op> ops;
  ops.push_back(zk::Op::check(std::string(zk::paths::kControllerEpoch), epoch_version_));
  ops.push_back(std::move(op));
  zookeeper_.multi(std::move(ops), alive_.guard([this, done](zk::MultiAnswer answer) {
    if (answer.error == zk::ZkError::kSessionExpired) return;
    const bool fenced = answer.results.size() == 2;
    if (fenced && (answer.results[0].error == zk::ZkError::kBadVersion ||
                   answer.results[0].error == zk::ZkError::kNoNode)) {
      moved_();
      return;
    }
    Answer result;
    result.error = answer.error;
    result.resent = answer.resent;
    if (answer.ok() && fenced) result.stat = answer.results[1].stat;
    done(result);
  }));
}

}  // namespace barnabas::controller
