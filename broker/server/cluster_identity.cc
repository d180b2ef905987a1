#include "broker/server/cluster_identity.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "broker/protocol/error_code.h"
#include "zkclient/documents.h"
#include "zkclient/operations.h"
#include "zkclient/paths.h"

namespace barnabas::server {
namespace {

using zk::ZkError;

Error cannot(std::string_view what, std::string_view path, ZkError error) {
  return {ErrorCode::kUnknownServerError,
          fmt::format("cannot {} {} in ZooKeeper: {}", what, path, to_string(error))};
}

using IdCallback = std::function<void(Result<std::string>)>;

void read_cluster_id(zk::ZooKeeper& zookeeper, const IdCallback& done) {
  zookeeper.get_data(std::string(zk::paths::kClusterId), /*watch=*/false,
                     [done](const zk::DataAnswer& answer) {
                       if (!answer.ok()) {
                         return done(cannot("read", zk::paths::kClusterId, answer.error));
                       }
                       Result<zk::ClusterIdZnode> node = zk::ClusterIdZnode::decode(answer.data);
                       if (!node) return done(std::move(node).error());
                       done(std::move(node->id));
                     });
}

}  // namespace

void settle_cluster_id(zk::ZooKeeper& zookeeper, std::string new_id, IdCallback done) {
  struct Work {
    std::size_t left;
    std::optional<Error> failure;
    IdCallback done;
  };
  auto work = std::make_shared<Work>(
      Work{zk::paths::kPersistentPaths.size() + 1, std::nullopt, std::move(done)});
  const auto create = [&zookeeper, work](std::string_view path, std::string data) {
    zk::create_recursive(zookeeper, std::string(path), std::move(data),
                         [&zookeeper, work, path](const zk::CreateAnswer& answer) {
                           if (!answer.ok() && answer.error != ZkError::kNodeExists) {
                             work->failure = cannot("create", path, answer.error);
                           }
                           if (--work->left > 0) return;
                           if (work->failure) return work->done(*work->failure);
                           read_cluster_id(zookeeper, work->done);
                         });
  };
  for (const std::string_view path : zk::paths::kPersistentPaths) create(path, "");
  // The id that another broker wrote first is kept.
  create(zk::paths::kClusterId, zk::ClusterIdZnode{std::move(new_id)}.encode());
}

void check_cluster_id(zk::ZooKeeper& zookeeper, std::string id,
                      std::function<void(Result<void>)> done) {
  read_cluster_id(
      zookeeper, [id = std::move(id), done = std::move(done)](Result<std::string> found) {
        if (found && *found == id) return done({});
        done(Error{ErrorCode::kInconsistentClusterId,
                   fmt::format(
                       "ZooKeeper is not that of this broker's cluster, whose Cluster ID is {}: {}",
                       id, found ? "it has the data of " + *found : found.error().detail)});
      });
}

void generate_broker_id(zk::ZooKeeper& zookeeper, std::int32_t reserved_max,
                        std::function<void(Result<BrokerId>)> done) {
  zookeeper.set_data(std::string(zk::paths::kBrokerSequenceId), "", zk::kAnyVersion,
                     [reserved_max, done = std::move(done)](const zk::StatAnswer& answer) {
                       if (!answer.ok()) {
                         return done(cannot("write", zk::paths::kBrokerSequenceId, answer.error));
                       }
                       done(BrokerId(reserved_max + answer.stat.version));
                     });
}

}  // namespace barnabas::server
