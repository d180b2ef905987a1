// Listeners, sockets, connections and what they may use up.

#include "config/config_key.h"
#include "config/keys/subjects.h"
#include "config/valid_values.h"

namespace barnabas::config {

std::span<const ConfigKey> network_keys() {
  using enum ConfigType;
  using enum Importance;
  using enum Support;
  using enum UpdateMode;
  using enum Visibility;
  // clang-format off
  static constexpr ConfigKey kKeys[] = {
    // name, type, default, valid values, importance, update mode, topic config, support,
    // visibility, description
    {"listeners", kString, "PLAINTEXT://:9092", any(), kHigh, kPerBroker, "", kHonoured, kPublic,
     "The addresses on which the broker listens, as NAME://host:port separated by commas. "
     "Without a host it is every address of the machine; names and ports are distinct."},
    {"advertised.listeners",
     kString, std::nullopt, any(), kHigh, kPerBroker, "", kHonoured, kPublic,
     "The addresses that clients and other brokers are told to connect to, by listener name. "
     "Where it is not set, the listeners themselves."},
    {"listener.security.protocol.map",
     kString, "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT", any(),
     kLow, kPerBroker, "", kHonoured, kPublic,
     "The security protocol of each listener, as NAME:PROTOCOL separated by commas."},
    {"inter.broker.listener.name",
     kString, std::nullopt, any(), kMedium, kReadOnly, "", kHonoured, kPublic,
     "The listener through which brokers talk to one another. Where it is not set, the one "
     "named as security.inter.broker.protocol says."},
    {"control.plane.listener.name",
     kString, std::nullopt, any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "A listener of its own for what the controller sends to the brokers, so that it never "
     "queues behind the data. All brokers need it."},
    {"security.inter.broker.protocol",
     kString, "PLAINTEXT", one_of("PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL"), kMedium, kReadOnly,
     "", kHonoured, kPublic,
     "The security protocol between brokers, and by it the listener that they use. May not be "
     "set beside inter.broker.listener.name."},
    {"early.start.listeners", kString, std::nullopt, any(), kHigh, kReadOnly, "", kKraft, kPublic,
     "KRaft: listeners that are opened before the authorizer is ready."},
    {"socket.send.buffer.bytes", kInt, "102400", any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "The send buffer of each client's socket (SO_SNDBUF); -1 leaves it to the system."},
    {"socket.receive.buffer.bytes", kInt, "102400", any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "The receive buffer of each client's socket (SO_RCVBUF); -1 leaves it to the system."},
    {"socket.request.max.bytes",
     kInt, "104857600", at_least(1), kHigh, kReadOnly, "", kHonoured, kPublic,
     "The largest request that is read; a client that announces a larger one is disconnected."},
    {"socket.listen.backlog.size",
     kInt, "50", at_least(1), kMedium, kReadOnly, "", kHonoured, kPublic,
     "How many connections may wait to be accepted on a listener."},
    {"socket.connection.setup.timeout.ms",
     kLong, "10000", any(), kMedium, kReadOnly, "", kHonoured, kPublic,
     "How long an attempt to connect to another broker may take."},
    {"socket.connection.setup.timeout.max.ms",
     kLong, "30000", any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "The limit up to which the time for connecting grows when attempts fail one after the "
     "other."},
    {"num.network.threads", kInt, "3", at_least(1), kHigh, kClusterWide, "", kHonoured, kPublic,
     "The threads that read requests, carry them out and answer them, for all listeners "
     "together."},
    {"connections.max.idle.ms", kLong, "600000", any(), kMedium, kReadOnly, "", kHonoured, kPublic,
     "A connection on which nothing has come for so long is closed; negative: never."},
    {"connection.failed.authentication.delay.ms",
     kInt, "100", at_least(0), kLow, kReadOnly, "", kNotYet, kPublic,
     "How long a connection whose authentication has failed is kept before it is closed, to "
     "slow down guessing."},
    {"max.connections",
     kInt, "2147483647", at_least(0), kMedium, kClusterWide, "", kHonoured, kPublic,
     "The largest number of connections that the broker holds at a time."},
    {"max.connections.per.ip",
     kInt, "2147483647", at_least(0), kMedium, kClusterWide, "", kHonoured, kPublic,
     "The largest number of connections from one address. 0 is possible where exceptions are "
     "given."},
    {"max.connections.per.ip.overrides",
     kString, "", any(), kMedium, kClusterWide, "", kHonoured, kPublic,
     "Exceptions to the limit per address, as host:number separated by commas."},
    {"max.connection.creation.rate",
     kInt, "2147483647", at_least(0), kMedium, kClusterWide, "", kHonoured, kPublic,
     "How many connections are accepted per second."},
    {"queued.max.requests", kInt, "500", at_least(1), kHigh, kReadOnly, "", kHonoured, kPublic,
     "How many requests may wait to be carried out before no more are read."},
    {"queued.max.request.bytes", kLong, "-1", any(), kMedium, kReadOnly, "", kHonoured, kPublic,
     "How many bytes of requests may be held before no more are read; -1: no limit."},
  };
  // clang-format on
  return kKeys;
}

}  // namespace barnabas::config
