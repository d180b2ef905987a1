#include "zkclient/paths.h"

#include <gtest/gtest.h>

namespace barnabas::zk {
namespace {

TEST(Paths, AreKafkas) {
  EXPECT_EQ(paths::broker_id(BrokerId(0)), "/brokers/ids/0");
  EXPECT_EQ(paths::topic("foo"), "/brokers/topics/foo");
  EXPECT_EQ(paths::topic_partitions("foo"), "/brokers/topics/foo/partitions");
  EXPECT_EQ(paths::topic_partition("foo", PartitionId(2)), "/brokers/topics/foo/partitions/2");
  EXPECT_EQ(paths::topic_partition_state({"foo", PartitionId(0)}),
            "/brokers/topics/foo/partitions/0/state");
  EXPECT_EQ(paths::topic_config("foo"), "/config/topics/foo");
  EXPECT_EQ(paths::config_entity("topics/foo"), "/config/topics/foo");
  EXPECT_EQ(paths::user_client_config("u", "c"), "/config/users/u/clients/c");
  EXPECT_EQ(paths::broker_config(BrokerId(1)), "/config/brokers/1");
  EXPECT_EQ(paths::default_broker_config(), "/config/brokers/<default>");
  EXPECT_EQ(paths::delete_topic("foo"), "/admin/delete_topics/foo");
  EXPECT_EQ(paths::new_config_change(), "/config/changes/config_change_");
  EXPECT_EQ(paths::new_isr_change(), "/isr_change_notification/isr_change_");
  EXPECT_EQ(paths::new_log_dir_event(), "/log_dir_event_notification/log_dir_event_");
  EXPECT_EQ(paths::acl("Topic", "foo"), "/kafka-acl/Topic/foo");
  EXPECT_EQ(paths::prefixed_acl("Topic", "foo"), "/kafka-acl-extended/prefixed/Topic/foo");
  EXPECT_EQ(paths::consumer_offset("g", "t", PartitionId(3)), "/consumers/g/offsets/t/3");
}

TEST(Paths, ParentOfOneComponentIsTheRoot) {
  EXPECT_EQ(paths::parent("/a/b/c"), "/a/b");
  EXPECT_EQ(paths::parent("/a"), "/");
  EXPECT_EQ(paths::last_component("/a/b/c"), "c");
}

TEST(Paths, NumberOfAChildNeedsTheWholeNameToBeOne) {
  EXPECT_EQ(paths::number_of("0"), 0);
  EXPECT_EQ(paths::number_of("102"), 102);
  EXPECT_EQ(paths::number_of("isr_change_0000000012", paths::kIsrChangePrefix), 12);
  EXPECT_EQ(paths::number_of("12x"), std::nullopt);
  EXPECT_EQ(paths::number_of(""), std::nullopt);
  EXPECT_EQ(paths::number_of("config_change_1", paths::kIsrChangePrefix), std::nullopt);
  EXPECT_EQ(paths::number_of("99999999999"), std::nullopt);
}

}  // namespace
}  // namespace barnabas::zk
