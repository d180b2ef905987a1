// The connection to ZooKeeper.

#include "config/config_key.h"
#include "config/keys/subjects.h"
#include "config/valid_values.h"

namespace barnabas::config {

std::span<const ConfigKey> zookeeper_keys() {
  using enum ConfigType;
  using enum Importance;
  using enum Support;
  using enum UpdateMode;
  using enum Visibility;
  // clang-format off
  static constexpr ConfigKey kKeys[] = {
    // name, type, default, valid values, importance, update mode, topic config, support,
    // visibility, description
    {"zookeeper.connect", kString, std::nullopt, any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "The servers of ZooKeeper, as host:port separated by commas, and optionally the path "
     "below which the cluster keeps its znodes."},
    {"zookeeper.session.timeout.ms", kInt, "18000", any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "After how much silence ZooKeeper declares the broker dead."},
    {"zookeeper.connection.timeout.ms",
     kInt, std::nullopt, any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "How long a starting broker waits for ZooKeeper. Where it is not set, "
     "zookeeper.session.timeout.ms."},
    {"zookeeper.max.in.flight.requests",
     kInt, "10", at_least(1), kHigh, kReadOnly, "", kHonoured, kPublic,
     "How many requests may be on their way to ZooKeeper at a time."},
    {"zookeeper.set.acl", kBoolean, "false", any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "Whether znodes are created so that only brokers can change them. Needs "
     "barnabas.zookeeper.digest.auth."},
    {"barnabas.zookeeper.digest.auth",
     kPassword, std::nullopt, any(), kMedium, kReadOnly, "", kHonoured, kOwn,
     "user:password by which the broker makes itself known to ZooKeeper (its digest scheme, in "
     "place of SASL). With zookeeper.set.acl the znodes belong to that user."},
    {"zookeeper.clientCnxnSocket",
     kString, std::nullopt, any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "The Java class of ZooKeeper's connection; the one that can do TLS is "
     "org.apache.zookeeper.ClientCnxnSocketNetty."},
    {"zookeeper.ssl.client.enable",
     kBoolean, "false", any(), kMedium, kReadOnly, "", kHonoured, kPublic,
     "Whether ZooKeeper is connected to by TLS. Not supported: true is refused."},
    {"zookeeper.ssl.cipher.suites",
     kList, std::nullopt, any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "The cipher suites that TLS to ZooKeeper may use."},
    {"zookeeper.ssl.crl.enable", kBoolean, "false", any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "Whether revocation lists are looked at for ZooKeeper's certificates."},
    {"zookeeper.ssl.enabled.protocols",
     kList, std::nullopt, any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "The versions of TLS that may be used to ZooKeeper."},
    {"zookeeper.ssl.endpoint.identification.algorithm",
     kString, "HTTPS", any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "HTTPS checks that a certificate is of the ZooKeeper server that was connected to; empty "
     "does not."},
    {"zookeeper.ssl.keystore.location",
     kString, std::nullopt, any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "The file with the key and certificate that are shown to ZooKeeper."},
    {"zookeeper.ssl.keystore.password",
     kPassword, std::nullopt, any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "The password of that key store."},
    {"zookeeper.ssl.keystore.type",
     kString, std::nullopt, any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "The format of that key store. Where it is not set, the file's name tells."},
    {"zookeeper.ssl.ocsp.enable", kBoolean, "false", any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "Whether OCSP is asked about ZooKeeper's certificates."},
    {"zookeeper.ssl.protocol", kString, "TLSv1.2", any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "The version of TLS that is offered to ZooKeeper."},
    {"zookeeper.ssl.truststore.location",
     kString, std::nullopt, any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "The file with the certificates that are trusted to be ZooKeeper's."},
    {"zookeeper.ssl.truststore.password",
     kPassword, std::nullopt, any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "The password of that trust store."},
    {"zookeeper.ssl.truststore.type",
     kString, std::nullopt, any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "The format of that trust store. Where it is not set, the file's name tells."},
  };
  // clang-format on
  return kKeys;
}

}  // namespace barnabas::config
