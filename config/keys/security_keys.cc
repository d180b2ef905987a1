// Who may connect and what they may do: authorizer, TLS, delegation tokens, stored passwords.

#include "config/config_key.h"
#include "config/keys/subjects.h"
#include "config/valid_values.h"

namespace barnabas::config {

std::span<const ConfigKey> security_keys() {
  using enum ConfigType;
  using enum Importance;
  using enum Support;
  using enum UpdateMode;
  using enum Visibility;
  // clang-format off
  static constexpr ConfigKey kKeys[] = {
    // name, type, default, valid values, importance, update mode, topic config, support,
    // visibility, description
    {"authorizer.class.name", kString, "", any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "A Java class that decides what each principal may do. Empty: everything."},
    {"principal.builder.class",
     kClass, "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder", any(),
     kMedium, kPerBroker, "", kNotYet, kPublic,
     "A Java class that makes the principal of a connection out of its authentication."},
    {"security.providers", kString, std::nullopt, any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "Java classes that add security providers."},
    {"connections.max.reauth.ms", kLong, "0", any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "How long a SASL connection may go on without authenticating again; 0: for ever."},
    {"delegation.token.secret.key",
     kPassword, std::nullopt, any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "The secret that signs delegation tokens, the same on all brokers. Without it there are "
     "none."},
    {"delegation.token.master.key",
     kPassword, std::nullopt, any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "Another name of delegation.token.secret.key. Deprecated."},
    {"delegation.token.expiry.time.ms",
     kLong, "86400000", at_least(1), kMedium, kReadOnly, "", kNotYet, kPublic,
     "How long a delegation token is valid until it is renewed."},
    {"delegation.token.max.lifetime.ms",
     kLong, "604800000", at_least(1), kMedium, kReadOnly, "", kNotYet, kPublic,
     "How long a delegation token can be renewed."},
    {"delegation.token.expiry.check.interval.ms",
     kLong, "3600000", at_least(1), kLow, kReadOnly, "", kNotYet, kPublic,
     "How often delegation tokens are looked for whose time is up."},
    {"password.encoder.secret",
     kPassword, std::nullopt, any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "The secret that encrypts passwords which are set while the broker runs."},
    {"password.encoder.old.secret",
     kPassword, std::nullopt, any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "The former password.encoder.secret, while it is being changed."},
    {"password.encoder.cipher.algorithm",
     kString, "AES/CBC/PKCS5Padding", any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "The cipher that encrypts passwords which are set while the broker runs."},
    {"password.encoder.keyfactory.algorithm",
     kString, std::nullopt, any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "How the key of that cipher is made from the secret. Where it is not set, "
     "PBKDF2WithHmacSHA512 or the best that there is."},
    {"password.encoder.key.length", kInt, "128", at_least(8), kLow, kReadOnly, "", kNotYet, kPublic,
     "The length of the key of that cipher, in bits."},
    {"password.encoder.iterations",
     kInt, "4096", at_least(1024), kLow, kReadOnly, "", kNotYet, kPublic,
     "How many rounds are used to make the key of that cipher."},
    {"ssl.allow.dn.changes", kBoolean, "false", any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "Whether a certificate that is loaded anew may have another subject."},
    {"ssl.allow.san.changes", kBoolean, "false", any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "Whether a certificate that is loaded anew may have other alternative names."},
    {"ssl.cipher.suites", kList, "", any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "The cipher suites that TLS may use. Empty: all that there are."},
    {"ssl.client.auth",
     kString, "none", one_of("required, requested, none"), kMedium, kPerBroker, "", kNotYet,
     kPublic,
     "Whether clients must show a certificate (required), may (requested), or are not asked "
     "(none)."},
    {"ssl.enabled.protocols",
     kList, "TLSv1.2,TLSv1.3", any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "The versions of TLS that may be used."},
    {"ssl.endpoint.identification.algorithm",
     kString, "https", any(), kLow, kPerBroker, "", kNotYet, kPublic,
     "https checks that a certificate is of the host that was connected to; empty does not."},
    {"ssl.engine.factory.class",
     kClass, std::nullopt, any(), kLow, kPerBroker, "", kNotYet, kPublic,
     "A Java class that makes TLS engines."},
    {"ssl.key.password", kPassword, std::nullopt, any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "The password of the private key."},
    {"ssl.keymanager.algorithm",
     kString, "SunX509", any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "The algorithm of Java's key manager."},
    {"ssl.keystore.certificate.chain",
     kPassword, std::nullopt, any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "The certificate and its issuers as PEM text, in place of a key store."},
    {"ssl.keystore.key", kPassword, std::nullopt, any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "The private key as PEM text, in place of a key store."},
    {"ssl.keystore.location",
     kString, std::nullopt, any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "The file with the private key and its certificate."},
    {"ssl.keystore.password",
     kPassword, std::nullopt, any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "The password of the key store."},
    {"ssl.keystore.type", kString, "JKS", any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "The format of the key store: JKS, PKCS12 or PEM."},
    {"ssl.principal.mapping.rules",
     kString, "DEFAULT", any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "Rules that make a principal's name out of a certificate's subject."},
    {"ssl.protocol", kString, "TLSv1.3", any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "The version of TLS for which the context is made."},
    {"ssl.provider", kString, std::nullopt, any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "The name of Java's security provider for TLS."},
    {"ssl.secure.random.implementation",
     kString, std::nullopt, any(), kLow, kPerBroker, "", kNotYet, kPublic,
     "The source of random numbers for TLS."},
    {"ssl.trustmanager.algorithm",
     kString, "PKIX", any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "The algorithm of Java's trust manager."},
    {"ssl.truststore.certificates",
     kPassword, std::nullopt, any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "The certificates that are trusted as PEM text, in place of a trust store."},
    {"ssl.truststore.location",
     kString, std::nullopt, any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "The file with the certificates that are trusted."},
    {"ssl.truststore.password",
     kPassword, std::nullopt, any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "The password of the trust store."},
    {"ssl.truststore.type", kString, "JKS", any(), kMedium, kPerBroker, "", kNotYet, kPublic,
     "The format of the trust store: JKS, PKCS12 or PEM."},
  };
  // clang-format on
  return kKeys;
}

}  // namespace barnabas::config
