// One description per configuration key: name, type, default, valid values, how it may be changed,
// and what it is for. Parsing, validation, defaults and DescribeConfigs all read these tables.
//
// Names, types, defaults, ranges and importance are Kafka's; the descriptions are ours. The whole
// of Kafka's broker table is here, also the keys that Barnabas does not honour yet: a user who sets
// one of those is told so, rather than believed to have made a typing error. Threads  the tables
// are immutable. Source   Kafka 3.9: KafkaConfig.scala, server/config/*.java, LogConfig.java
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace barnabas::config {

// The numbers are those of DescribeConfigs.
enum class ConfigType : std::int8_t {
  kUnknown = 0,
  kBoolean = 1,
  kString = 2,
  kInt = 3,
  kShort = 4,
  kLong = 5,
  kDouble = 6,
  kList = 7,
  kClass = 8,
  kPassword = 9,
};

// As Kafka's messages name it: "INT".
std::string_view type_name(ConfigType type);

// Which values of the right type are accepted.
struct ValidValues {
  enum class Kind : std::uint8_t {
    kAny,
    kRange,              // least <= value <= most, compared as doubles as Kafka does
    kOneOf,              // a string among `words`
    kListOf,             // every element among `words`
    kLevelOrDefault,     // least <= value <= most, or -1
    kThrottledReplicas,  // * or partition:broker,...
    kVersion,            // a release or inter-broker protocol version, such as 3.9 or 3.9-IV0
    kNonEmpty,
  };
  Kind kind = Kind::kAny;
  double least = 0;
  double most = 0;              // kUnbounded: no upper limit
  std::string_view words = {};  // separated by ", "
};

// When a broker's value may change without a restart.
enum class UpdateMode : std::uint8_t { kReadOnly, kClusterWide, kPerBroker };

// kNotYet: known, but nothing in Barnabas acts on it so far. kNoCounterpart: tunes a part of Kafka
// that Barnabas does not have, and nobody would see a difference. kKraft: has a meaning in Kafka's
// other mode only; Kafka itself passes over it in ZooKeeper mode.
enum class Support : std::uint8_t { kHonoured, kNotYet, kNoCounterpart, kKraft };

enum class Importance : std::uint8_t { kHigh, kMedium, kLow };

// kDynamicOnly: cannot be set in server.properties. kInternal: DescribeConfigs hides it. kOwn: a
// key that Kafka does not have, told of only where it is set.
enum class Visibility : std::uint8_t { kPublic, kInternal, kDynamicOnly, kOwn };

struct ConfigKey {
  std::string_view name;
  ConfigType type;
  std::optional<std::string_view> default_value;  // nullopt: Kafka's null
  ValidValues valid;
  Importance importance;
  UpdateMode update_mode;
  // Broker keys: the topic config that overrides it. Topic configs: the broker key that it falls
  // back to (the first of its synonyms). Empty: none.
  std::string_view synonym;
  Support support;
  Visibility visibility;
  std::string_view doc;
};

// In alphabetical order.
std::span<const ConfigKey> broker_keys();
std::span<const ConfigKey> topic_keys();

// The broker keys again, by subject and in the order in which they are best read.
struct KeySubject {
  std::string_view title;
  std::string_view about;
  std::span<const ConfigKey> keys;
};
std::span<const KeySubject> broker_key_subjects();

// nullptr: Kafka has no such key.
const ConfigKey* find_broker_key(std::string_view name);
const ConfigKey* find_topic_key(std::string_view name);

// The broker key that `name` sets for one listener: listener.name.external.ssl.key.password ->
// ssl.key.password; listener.name.external.plain.sasl.jaas.config -> sasl.jaas.config. Empty: it is
// no such name.
std::string_view listener_override_base(std::string_view name);

// The keys from which the value of `name` is taken, strongest first, itself included:
// log.roll.hours -> log.roll.ms, log.roll.hours. Lives as long as `name`.
std::vector<std::string_view> broker_synonyms(std::string_view name);

}  // namespace barnabas::config
