#include "config/describe.h"

#include "config/config_value.h"
#include "config/topic_config.h"

namespace barnabas::config {
namespace {

// Where `key` could have its value from, strongest first, as Kafka lists it: entries before the
// key's own name are dropped, so a value that only log.roll.hours gives leaves log.roll.ms (and the
// topic's segment.ms) looking like a default.
std::vector<ConfigSynonym> broker_key_synonyms(const BrokerConfig& broker, std::string_view key,
                                               bool sensitive) {
  std::vector<ConfigSynonym> synonyms;
  const auto names = broker_synonyms(key);
  for (const std::string_view name : names) {
    const auto set = broker.originals.find(name);
    if (set == broker.originals.end()) continue;
    synonyms.push_back({std::string(name), sensitive ? std::nullopt : std::optional(set->second),
                        ConfigSource::kStaticBrokerConfig});
  }
  for (const std::string_view name : names) {
    const ConfigKey* known = find_broker_key(name);
    if (known == nullptr || !known->default_value) continue;
    synonyms.push_back(
        {std::string(name),
         sensitive ? std::nullopt : value_to_string(parse_value(*known, *known->default_value)),
         ConfigSource::kDefaultConfig});
  }
  auto first = synonyms.begin();
  while (first != synonyms.end() && first->name != key) ++first;
  synonyms.erase(synonyms.begin(), first);
  return synonyms;
}

ConfigSource source_of(const std::vector<ConfigSynonym>& synonyms) {
  return synonyms.empty() ? ConfigSource::kDefaultConfig : synonyms.front().source;
}

}  // namespace

std::vector<ConfigEntry> describe_broker(const BrokerConfig& broker) {
  std::vector<ConfigEntry> entries;
  for (const ConfigKey& key : broker_keys()) {
    // Of the others Kafka tells what the user has set.
    if (key.visibility != Visibility::kPublic && !broker.originals.contains(key.name)) continue;
    ConfigEntry& entry = entries.emplace_back();
    entry.name = key.name;
    entry.sensitive = key.type == ConfigType::kPassword;
    if (!entry.sensitive) entry.value = value_to_string(broker.values.find(key.name)->second);
    entry.synonyms = broker_key_synonyms(broker, key.name, entry.sensitive);
    entry.source = source_of(entry.synonyms);
    entry.read_only = key.update_mode == UpdateMode::kReadOnly;
    entry.type = key.type;
    entry.documentation = key.doc;
  }
  for (const auto& [name, value] : broker.originals) {
    if (find_broker_key(name) != nullptr) continue;
    const ConfigKey* base = find_broker_key(listener_override_base(name));
    ConfigEntry& entry = entries.emplace_back();
    entry.name = name;
    // Of an unknown key nobody can say that it is no secret.
    entry.sensitive = base == nullptr || base->type == ConfigType::kPassword;
    if (!entry.sensitive) entry.value = value;
    entry.synonyms = broker_key_synonyms(broker, name, entry.sensitive);
    entry.source = ConfigSource::kStaticBrokerConfig;
    entry.read_only = true;
    if (base != nullptr) entry.type = base->type;
  }
  return entries;
}

std::vector<ConfigEntry> describe_topic(const BrokerConfig& broker, const Properties& overrides) {
  const auto values = topic_values(broker, overrides);
  std::vector<ConfigEntry> entries;
  for (const ConfigKey& key : topic_keys()) {
    ConfigEntry& entry = entries.emplace_back();
    entry.name = key.name;
    entry.value = value_to_string(values.at(key.name));
    if (!key.synonym.empty()) {
      entry.synonyms = broker_key_synonyms(broker, key.synonym, false);
    }
    if (overrides.contains(key.name)) {
      entry.synonyms.insert(entry.synonyms.begin(),
                            {entry.name, entry.value, ConfigSource::kTopicConfig});
    }
    entry.source = source_of(entry.synonyms);
    entry.type = key.type;
    entry.documentation = key.doc;
  }
  return entries;
}

}  // namespace barnabas::config
