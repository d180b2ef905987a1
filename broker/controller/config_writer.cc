#include "broker/controller/config_writer.h"

#include <memory>
#include <utility>
#include <vector>

#include "broker/protocol/error_code.h"
#include "zkclient/documents.h"
#include "zkclient/operations.h"
#include "zkclient/paths.h"

namespace barnabas::controller {
namespace {

Error write_error(zk::ZkError error) {
  if (error == zk::ZkError::kSessionExpired) return {ErrorCode::kNotController, {}};
  return {ErrorCode::kUnknownServerError, std::string(zk::to_string(error))};
}

// One write on its way.
struct ConfigWrite {
  zk::ZooKeeper& zookeeper;
  std::string path;
  std::string data;
  ConfigWritten done;
};
using ConfigWritePtr = std::shared_ptr<ConfigWrite>;

void set_config_node(const ConfigWritePtr& write);

void create_config_node(const ConfigWritePtr& write) {
  write->zookeeper.create(write->path, write->data, zk::CreateMode::kPersistent,
                          [write](const zk::CreateAnswer& created) {
                            if (created.ok()) return write->done({});
                            // Somebody else's, or our own first try.
                            if (created.error == zk::ZkError::kNodeExists) {
                              return set_config_node(write);
                            }
                            write->done(write_error(created.error));
                          });
}

void on_config_node_set(const ConfigWritePtr& write, const zk::MultiAnswer& answer) {
  if (answer.ok()) return write->done({});
  if (answer.error == zk::ZkError::kSessionExpired) return write->done(write_error(answer.error));
  const bool no_config = answer.results.size() == 2 &&
                         answer.results[0].error != zk::ZkError::kNoNode &&
                         answer.results[1].error == zk::ZkError::kNoNode;
  if (no_config) return create_config_node(write);
  write->done(Error{ErrorCode::kStaleControllerEpoch, "The controller has changed"});
}

void set_config_node(const ConfigWritePtr& write) {
  const std::string controller_path(zk::paths::kController);
  write->zookeeper.get_data(
      controller_path, false, [write, controller_path](const zk::DataAnswer& controller) {
        if (controller.error == zk::ZkError::kSessionExpired) {
          return write->done(write_error(controller.error));
        }
        if (!controller.ok()) {
          return write->done(Error{ErrorCode::kStaleControllerEpoch, "There is no controller"});
        }
        std::vector<zk::Op> ops;
        ops.push_back(zk::Op::check(controller_path, controller.stat.version));
        ops.push_back(zk::Op::set_data(write->path, write->data, zk::kAnyVersion));
        write->zookeeper.multi(std::move(ops), [write](const zk::MultiAnswer& answer) {
          on_config_node_set(write, answer);
        });
      });
}

}  // namespace

void write_topic_config(zk::ZooKeeper& zookeeper, const std::string& topic,
                        const ConfigOverrides& configs, ConfigWritten done) {
  set_config_node(std::make_shared<ConfigWrite>(
      ConfigWrite{zookeeper, zk::paths::topic_config(topic), zk::ConfigZnode{configs}.encode(),
                  std::move(done)}));
}

void change_topic_config(zk::ZooKeeper& zookeeper, const std::string& topic,
                         const ConfigOverrides& configs, ConfigWritten done) {
  const auto notify = [&zookeeper, topic, done = std::move(done)](const Result<void>& written) {
    if (!written) return done(written);
    // Sent again after a lost answer it may stand there twice, which does no harm.
    zookeeper.create(zk::paths::new_config_change(),
                     zk::ConfigChangeZnode{"topics/" + topic}.encode(),
                     zk::CreateMode::kPersistentSequential, [done](const zk::CreateAnswer& answer) {
                       done(answer.ok() ? Result<void>() : write_error(answer.error));
                     });
  };
  write_topic_config(zookeeper, topic, configs, notify);
}

}  // namespace barnabas::controller
