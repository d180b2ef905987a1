// What Kafka checks across keys when a broker starts.
//
// Failure  ConfigError, in Kafka's words where Kafka has the check too.
// Source   Kafka 3.9, KafkaConfig.validateValues
#pragma once

#include "config/broker_config.h"

namespace barnabas::config {

// A file written for KRaft must not start a ZooKeeper-mode broker by accident.
void refuse_other_modes(const Properties& properties);

void check_broker_config(const BrokerConfig& config);

}  // namespace barnabas::config
