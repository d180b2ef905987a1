#include "zkclient/operations.h"

#include <utility>

#include "broker/base/check.h"
#include "zkclient/paths.h"

namespace barnabas::zk {

void create_recursive(ZooKeeper& zookeeper, std::string path, std::string data,
                      ZooKeeper::Callback<CreateAnswer> done) {
  zookeeper.create(path, data, CreateMode::kPersistent,
                   [&zookeeper, path, data, done = std::move(done)](const CreateAnswer& answer) {
                     if (answer.error == ZkError::kNoNode && paths::parent(path) != "/") {
                       create_recursive(zookeeper, std::string(paths::parent(path)), "",
                                        [&zookeeper, path, data, done](const CreateAnswer& parent) {
                                          if (parent.ok() || parent.error == ZkError::kNodeExists) {
                                            create_recursive(zookeeper, path, data, done);
                                          } else {
                                            done(parent);
                                          }
                                        });
                     } else if (answer.error == ZkError::kNodeExists && answer.resent) {
                       zookeeper.get_data(
                           path, false, [answer, path, data, done](const DataAnswer& read) {
                             CreateAnswer settled = answer;
                             if (read.ok() && read.data == data && read.stat.version == 0) {
                               settled.error = ZkError::kOk;
                               settled.path = path;
                             } else if (read.error == ZkError::kSessionExpired) {
                               settled.error = read.error;
                             }
                             done(settled);
                           });
                     } else {
                       done(answer);
                     }
                   });
}

void set_or_create(ZooKeeper& zookeeper, std::string path, std::string data,
                   ZooKeeper::Callback<Answer> done) {
  zookeeper.set_data(path, data, kAnyVersion,
                     [&zookeeper, path, data, done = std::move(done)](const StatAnswer& answer) {
                       if (answer.error != ZkError::kNoNode) return done(answer);
                       create_recursive(
                           zookeeper, path, data,
                           [&zookeeper, path, data, done](const CreateAnswer& created) {
                             // Somebody else made it meanwhile: the last writer wins.
                             if (created.error == ZkError::kNodeExists) {
                               set_or_create(zookeeper, path, data, done);
                             } else {
                               done(created);
                             }
                           });
                     });
}

void set_data_settled(ZooKeeper& zookeeper, std::string path, std::string data,
                      std::int32_t version, ZooKeeper::Callback<StatAnswer> done) {
  CHECK(version != kAnyVersion);
  zookeeper.set_data(
      path, data, version,
      [&zookeeper, path, data, version, done = std::move(done)](const StatAnswer& answer) {
        if (answer.error != ZkError::kBadVersion || !answer.resent) return done(answer);
        zookeeper.get_data(path, false, [answer, data, version, done](const DataAnswer& read) {
          StatAnswer settled = answer;
          if (read.ok() && read.data == data && read.stat.version == version + 1) {
            settled.error = ZkError::kOk;
            settled.stat = read.stat;
          } else if (read.error == ZkError::kSessionExpired) {
            settled.error = read.error;
          }
          done(settled);
        });
      });
}

}  // namespace barnabas::zk
