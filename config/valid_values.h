// Short names for the valid values in the key tables.
#pragma once

#include <limits>

#include "config/config_key.h"

namespace barnabas::config {

inline constexpr double kUnbounded = std::numeric_limits<double>::infinity();

constexpr ValidValues any() {
  return {};
}
constexpr ValidValues at_least(double least) {
  return {ValidValues::Kind::kRange, least, kUnbounded, {}};
}
constexpr ValidValues between(double least, double most) {
  return {ValidValues::Kind::kRange, least, most, {}};
}
constexpr ValidValues one_of(std::string_view words) {
  return {ValidValues::Kind::kOneOf, 0, 0, words};
}
constexpr ValidValues list_of(std::string_view words) {
  return {ValidValues::Kind::kListOf, 0, 0, words};
}
constexpr ValidValues level_or_default(double least, double most) {
  return {ValidValues::Kind::kLevelOrDefault, least, most, {}};
}
constexpr ValidValues throttled_replicas() {
  return {ValidValues::Kind::kThrottledReplicas, 0, 0, {}};
}
constexpr ValidValues version() {
  return {ValidValues::Kind::kVersion, 0, 0, {}};
}
constexpr ValidValues non_empty() {
  return {ValidValues::Kind::kNonEmpty, 0, 0, {}};
}

}  // namespace barnabas::config
