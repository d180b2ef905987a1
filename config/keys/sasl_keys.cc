// Authentication by SASL.

#include "config/config_key.h"
#include "config/keys/subjects.h"
#include "config/valid_values.h"

namespace barnabas::config {

std::span<const ConfigKey> sasl_keys() {
  using enum ConfigType;
  using enum Importance;
  using enum Support;
  using enum UpdateMode;
  using enum Visibility;
  // clang-format off
  static constexpr ConfigKey kKeys[] = {
    // name, type, default, valid values, importance, update mode, topic config, support,
    // visibility, description
    {"sasl.enabled.mechanisms", kList, "GSSAPI", any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "The SASL mechanisms that the broker offers."},
    {"sasl.mechanism.inter.broker.protocol",
     kString, "GSSAPI", any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "The SASL mechanism between brokers."},
    {"sasl.jaas.config", kPassword, std::nullopt, any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "The login of the broker, in the form of a JAAS entry."},
    {"sasl.client.callback.handler.class",
     kClass, std::nullopt, any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "A Java class that answers SASL's questions where the broker connects."},
    {"sasl.server.callback.handler.class",
     kClass, std::nullopt, any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "A Java class that answers SASL's questions where clients connect."},
    {"sasl.server.max.receive.size",
     kInt, "524288", any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "The largest message of a client that has not authenticated yet."},
    {"sasl.login.class", kClass, std::nullopt, any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "A Java class that logs the broker in."},
    {"sasl.login.callback.handler.class",
     kClass, std::nullopt, any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "A Java class that answers the questions of the broker's login."},
    {"sasl.login.connect.timeout.ms",
     kInt, std::nullopt, any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "OAUTHBEARER: how long connecting to the provider may take."},
    {"sasl.login.read.timeout.ms", kInt, std::nullopt, any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "OAUTHBEARER: how long the provider's answer may take."},
    {"sasl.login.refresh.buffer.seconds",
     kShort, "300", any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "OAUTHBEARER: how long before its end a token is renewed at the latest."},
    {"sasl.login.refresh.min.period.seconds",
     kShort, "60", any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "OAUTHBEARER: how long a token is kept before it is renewed."},
    {"sasl.login.refresh.window.factor",
     kDouble, "0.8", any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "OAUTHBEARER: after which share of its life a token is renewed."},
    {"sasl.login.refresh.window.jitter",
     kDouble, "0.05", any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "OAUTHBEARER: by how much that moment is moved at random."},
    {"sasl.login.retry.backoff.ms", kLong, "100", any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "OAUTHBEARER: the first wait before the provider is asked again."},
    {"sasl.login.retry.backoff.max.ms",
     kLong, "10000", any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "OAUTHBEARER: the longest wait before the provider is asked again."},
    {"sasl.oauthbearer.token.endpoint.url",
     kString, std::nullopt, any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "OAUTHBEARER: where the provider issues tokens."},
    {"sasl.oauthbearer.jwks.endpoint.url",
     kString, std::nullopt, any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "OAUTHBEARER: where the provider's keys are, or a file with them."},
    {"sasl.oauthbearer.jwks.endpoint.refresh.ms",
     kLong, "3600000", any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "OAUTHBEARER: how often the provider's keys are fetched."},
    {"sasl.oauthbearer.jwks.endpoint.retry.backoff.ms",
     kLong, "100", any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "OAUTHBEARER: the first wait before the keys are asked for again."},
    {"sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms",
     kLong, "10000", any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "OAUTHBEARER: the longest wait before the keys are asked for again."},
    {"sasl.oauthbearer.clock.skew.seconds",
     kInt, "30", any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "OAUTHBEARER: how far the clocks of provider and broker may differ."},
    {"sasl.oauthbearer.expected.audience",
     kList, std::nullopt, any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "OAUTHBEARER: for whom a token must be issued."},
    {"sasl.oauthbearer.expected.issuer",
     kString, std::nullopt, any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "OAUTHBEARER: by whom a token must be issued."},
    {"sasl.oauthbearer.scope.claim.name",
     kString, "scope", any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "OAUTHBEARER: the claim of a token that holds its scope."},
    {"sasl.oauthbearer.sub.claim.name",
     kString, "sub", any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "OAUTHBEARER: the claim of a token that holds its subject."},
    {"sasl.kerberos.service.name",
     kString, std::nullopt, any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "GSSAPI: the name of the service that the brokers run as."},
    {"sasl.kerberos.kinit.cmd",
     kString, "/usr/bin/kinit", any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "GSSAPI: the kinit program."},
    {"sasl.kerberos.min.time.before.relogin",
     kLong, "60000", any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "GSSAPI: the wait between two logins in ms."},
    {"sasl.kerberos.principal.to.local.rules",
     kList, "DEFAULT", any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "GSSAPI: rules that make a short name out of a Kerberos principal."},
    {"sasl.kerberos.ticket.renew.jitter",
     kDouble, "0.05", any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "GSSAPI: by which share the moment of renewal is moved at random."},
    {"sasl.kerberos.ticket.renew.window.factor",
     kDouble, "0.8", any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "GSSAPI: after which share of its life a ticket is renewed."},
  };
  // clang-format on
  return kKeys;
}

}  // namespace barnabas::config
