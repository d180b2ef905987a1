#include "zkclient/acl.h"

#include <algorithm>

#include "zkclient/paths.h"

namespace barnabas::zk {

Acl secure_acl(std::string_view path) {
  // Consumers of old write below it.
  if (path == paths::kConsumers) return Acl::kOpen;
  // They hold passwords.
  constexpr std::string_view kSecrets[] = {paths::kUserConfigs, paths::kBrokerConfigs,
                                           paths::kDelegationTokens};
  const bool is_secret = std::ranges::any_of(
      kSecrets, [path](std::string_view root) { return path.starts_with(root); });
  return is_secret ? Acl::kOwnerOnly : Acl::kOwnerWrites;
}

}  // namespace barnabas::zk
