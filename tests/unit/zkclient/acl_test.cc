#include "zkclient/acl.h"

#include <gtest/gtest.h>

namespace barnabas::zk {
namespace {

TEST(SecureAcl, ZnodesAreReadByAllAndWrittenByTheirOwner) {
  for (const char* path :
       {"/", "/brokers/ids/1", "/config/topics/t", "/controller", "/consumers/g"}) {
    EXPECT_EQ(secure_acl(path), Acl::kOwnerWrites) << path;
  }
}

TEST(SecureAcl, PasswordsAreReadByTheirOwnerOnly) {
  for (const char* path : {"/config/users", "/config/users/alice", "/config/brokers/<default>",
                           "/delegation_token/tokens/x"}) {
    EXPECT_EQ(secure_acl(path), Acl::kOwnerOnly) << path;
  }
}

TEST(SecureAcl, OldConsumersWriteWhereTheyDid) {
  EXPECT_EQ(secure_acl("/consumers"), Acl::kOpen);
}

}  // namespace
}  // namespace barnabas::zk
