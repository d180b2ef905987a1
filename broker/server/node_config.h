// The typed configuration of a broker, translated for the parts that it is made of.
//
// Threads  pure functions, but for the resolver.
#pragma once

#include "broker/controller/controller.h"
#include "broker/coordinator/group/group_coordinator.h"
#include "broker/log/log_config.h"
#include "broker/protocol/ids.h"
#include "broker/protocol/inter_broker_versions.h"
#include "broker/replica/replica_manager.h"
#include "broker/replica/topic_configs.h"
#include "config/broker_config.h"

namespace barnabas::server {

// What brokers send one another.
protocol::InterBrokerVersions versions_of(const config::BrokerConfig& config);
// What a topic's logs go by; `overrides` are the topic's own.
log::LogConfig log_config(const config::BrokerConfig& config, const config::Properties& overrides);
// Whether a topic may elect an unclean leader. Its own value that does not parse allows none.
bool allows_unclean_election(const config::BrokerConfig& config,
                             const replica::TopicConfigs::Overrides& overrides);
// log_config of each topic that is asked for. Warns of a topic config that has no effect yet, once
// of each. `config` outlives what is returned, which one thread calls.
replica::TopicConfigs::Resolve topic_config_resolver(const config::BrokerConfig& config);
replica::ReplicaManagerConfig replica_manager_config(const config::BrokerConfig& config,
                                                     BrokerId broker_id);
group::GroupCoordinatorOptions group_coordinator_options(const config::BrokerConfig& config,
                                                         BrokerId broker_id);
// `config` outlives what is returned: topic configs are validated against it.
controller::ControllerOptions controller_options(const config::BrokerConfig& config,
                                                 BrokerId broker_id);

}  // namespace barnabas::server
