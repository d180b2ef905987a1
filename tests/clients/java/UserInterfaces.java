import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * The calls that kafka-ui, AKHQ, Kafdrop and Redpanda Console make, once each, in an order that one could
 * click; a line for each: its name, and "ok" with what matters of the answer, or the class of the error.
 *
 *   UserInterfaces BOOTSTRAP TOPIC GROUP     TOPIC does not exist yet
 */
public final class UserInterfaces {
    private static void call(String name, Callable<Object> call) throws Exception {
        String answer;
        try {
            answer = "ok " + call.call();
        } catch (ExecutionException error) {
            answer = error.getCause().getClass().getSimpleName();
        }
        System.out.println(name + " " + answer.replace('\n', ' '));
    }

    @SuppressWarnings("deprecation") // alterConfigs: AKHQ and others call it
    public static void main(String[] arguments) throws Exception {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", arguments[0]);
        properties.put("request.timeout.ms", "20000");
        properties.put("default.api.timeout.ms", "20000");
        String topic = arguments[1];
        String group = arguments[2];
        TopicPartition partition = new TopicPartition(topic, 0);
        TopicPartition second = new TopicPartition(topic, 1);
        ConfigResource topicConfig = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try (Admin admin = Admin.create(properties)) {
            int controller = admin.describeCluster().controller().get().id();
            ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "" + controller);
            call("describeCluster", () -> admin.describeCluster().nodes().get().size());
            call("createTopics", () -> admin.createTopics(Set.of(new NewTopic(topic, 1, (short) 3))).all().get());
            call("createPartitions", () ->
                admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(2))).all().get());
            call("listTopics", () -> admin.listTopics().names().get().contains(topic));
            call("describeTopics", () ->
                admin.describeTopics(Set.of(topic)).allTopicNames().get().get(topic).partitions().size());
            call("describeConfigs-broker", () -> admin.describeConfigs(Set.of(broker)).all().get().get(broker)
                .get("inter.broker.protocol.version").value());
            call("incrementalAlterConfigs", () -> admin.incrementalAlterConfigs(Map.of(topicConfig, Set.of(
                new AlterConfigOp(new ConfigEntry("retention.ms", "5000000"), AlterConfigOp.OpType.SET))))
                .all().get());
            call("describeConfigs-topic", () -> {
                DescribeConfigsOptions all = new DescribeConfigsOptions().includeSynonyms(true)
                    .includeDocumentation(true);
                ConfigEntry entry = admin.describeConfigs(Set.of(topicConfig), all).all().get()
                    .get(topicConfig).get("retention.ms");
                return entry.value() + " " + !entry.synonyms().isEmpty();
            });
            call("alterConfigs", () -> {
                admin.alterConfigs(Map.of(topicConfig, new Config(Set.of(
                    new ConfigEntry("retention.ms", "6000000"))))).all().get();
                return null;
            });
            call("describeLogDirs", () ->
                admin.describeLogDirs(Set.of(controller)).allDescriptions().get().get(controller).size());
            call("listOffsets", () -> admin.listOffsets(Map.of(partition, OffsetSpec.latest())).all().get()
                .get(partition).offset());
            call("listOffsets-by-time", () -> admin.listOffsets(Map.of(partition, OffsetSpec.forTimestamp(0))).all()
                .get().get(partition).offset());
            call("deleteRecords", () ->
                admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(0))).all().get());
            call("alterConsumerGroupOffsets", () -> admin.alterConsumerGroupOffsets(group,
                Map.of(partition, new OffsetAndMetadata(0), second, new OffsetAndMetadata(0))).all().get());
            call("listConsumerGroups", () -> admin.listConsumerGroups().all().get().stream()
                .anyMatch(one -> one.groupId().equals(group)));
            call("describeConsumerGroups", () ->
                admin.describeConsumerGroups(Set.of(group)).all().get().get(group).state());
            call("listConsumerGroupOffsets", () ->
                admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().size());
            call("deleteConsumerGroupOffsets", () ->
                admin.deleteConsumerGroupOffsets(group, Set.of(partition)).all().get());
            call("deleteConsumerGroups", () -> admin.deleteConsumerGroups(Set.of(group)).all().get());
            call("electLeaders", () -> {
                Map<TopicPartition, Optional<Throwable>> told =
                    admin.electLeaders(ElectionType.PREFERRED, Set.of(partition)).partitions().get();
                return told.get(partition).map(error -> error.getClass().getSimpleName()).orElse("elected");
            });
            call("describeProducers", () ->
                admin.describeProducers(Set.of(partition)).all().get().get(partition).activeProducers().size());
            call("listTransactions", () -> admin.listTransactions().all().get().size());
            call("describeFeatures", () -> admin.describeFeatures().featureMetadata().get() != null);
            call("describeMetadataQuorum", () -> admin.describeMetadataQuorum().quorumInfo().get());
            call("describeAcls", () -> admin.describeAcls(AclBindingFilter.ANY).values().get().size());
            AclBinding acl = new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
                new AccessControlEntry("User:nobody", "*", AclOperation.READ, AclPermissionType.ALLOW));
            call("createAcls", () -> admin.createAcls(Set.of(acl)).all().get());
            call("deleteAcls", () -> admin.deleteAcls(Set.of(acl.toFilter())).all().get().size());
            call("alterClientQuotas", () -> admin.alterClientQuotas(Set.of(new ClientQuotaAlteration(
                new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, "nobody")),
                Set.of(new ClientQuotaAlteration.Op("consumer_byte_rate", null))))).all().get());
            call("alterUserScramCredentials", () -> admin.alterUserScramCredentials(List.of(
                new UserScramCredentialUpsertion("nobody",
                    new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096), "secret"))).all().get());
            call("alterReplicaLogDirs", () -> admin.alterReplicaLogDirs(Map.of(
                new TopicPartitionReplica(topic, 0, controller), "/no/such/dir")).all().get());
            call("describeClientQuotas", () ->
                admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get().size());
            call("describeUserScramCredentials", () -> admin.describeUserScramCredentials().all().get().size());
            call("deleteUserScramCredentials", () -> admin.alterUserScramCredentials(List.of(
                new UserScramCredentialDeletion("nobody", ScramMechanism.SCRAM_SHA_256))).all().get());
            call("listPartitionReassignments", () ->
                admin.listPartitionReassignments().reassignments().get().size());
            call("alterPartitionReassignments", () -> {
                List<Integer> replicas = new ArrayList<>(List.of(1, 2, 3));
                return admin.alterPartitionReassignments(Map.of(partition,
                    Optional.of(new NewPartitionReassignment(replicas)))).all().get();
            });
            call("describeReplicaLogDirs", () -> admin.describeReplicaLogDirs(Set.of(
                new TopicPartitionReplica(topic, 0, controller))).all().get().size());
            call("deleteTopics", () -> admin.deleteTopics(Set.of(topic)).all().get());
        }
    }
}
