// The subjects into which the broker keys are divided, one file each.
//
// Threads  the tables are immutable.
#pragma once

#include <span>

#include "config/config_key.h"

namespace barnabas::config {

std::span<const ConfigKey> server_keys();
std::span<const ConfigKey> network_keys();
std::span<const ConfigKey> log_keys();
std::span<const ConfigKey> cleaner_keys();
std::span<const ConfigKey> replication_keys();
std::span<const ConfigKey> groups_keys();
std::span<const ConfigKey> transactions_keys();
std::span<const ConfigKey> security_keys();
std::span<const ConfigKey> sasl_keys();
std::span<const ConfigKey> zookeeper_keys();
std::span<const ConfigKey> quotas_keys();
std::span<const ConfigKey> metrics_keys();
std::span<const ConfigKey> tiered_keys();
std::span<const ConfigKey> kraft_keys();

}  // namespace barnabas::config
