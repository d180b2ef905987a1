// From what the user set to one typed value per known broker key, defaults included.
//
// Threads  a free function.
// Failure  ConfigError.
#pragma once

#include <map>
#include <string>

#include "config/config_value.h"
#include "config/properties.h"

namespace barnabas::config {

// Names outside the table are left to the caller.
std::map<std::string, ConfigValue, std::less<>> parse_broker_values(const Properties& properties);

}  // namespace barnabas::config
