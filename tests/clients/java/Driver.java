import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Producers and group consumers by name, as many as standard input asks for; what it understands and
 * what it prints is in the README. One thread each, as Kafka's consumer wants it. Runs with any
 * kafka-clients that has poll(Duration).
 */
public final class Driver {
    private static final Map<String, String> ASSIGNORS = Map.of(
        "range", "org.apache.kafka.clients.consumer.RangeAssignor",
        "roundrobin", "org.apache.kafka.clients.consumer.RoundRobinAssignor",
        "sticky", "org.apache.kafka.clients.consumer.StickyAssignor",
        "cooperative-sticky", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
    private static final String SERIALIZATION = "org.apache.kafka.common.serialization.String";

    private final String bootstrap;
    private final Map<String, Client> clients = new HashMap<>();

    private Driver(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    public static void main(String[] arguments) throws Exception {
        Driver driver = new Driver(arguments[0]);
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            driver.obey(line.split(" "));
        }
        for (Client client : driver.clients.values()) {
            client.ending = true;
        }
        for (Client client : driver.clients.values()) {
            client.join();
        }
    }

    private void obey(String[] words) {
        switch (words[0]) {
            case "produce":
                begin(new Producing(words[1], words[2], words[3]));
                break;
            case "consume":
                String rack = words.length > 6 ? words[6] : "";
                begin(new Consuming(words[1], words[2], words[3], words[4], words[5], rack));
                break;
            case "seek":
                ((Consuming) clients.get(words[1])).seeks.add(words);
                break;
            case "end":
                clients.get(words[1]).ending = true;
                break;
            default:
                throw new IllegalArgumentException(String.join(" ", words));
        }
    }

    private void begin(Client client) {
        clients.put(client.name, client);
        client.start();
    }

    private abstract class Client extends Thread {
        final String name;
        volatile boolean ending;

        Client(String name) {
            this.name = name;
        }

        void say(String text) {
            System.out.println(name + " " + text);
        }

        abstract void live() throws Exception;

        @Override
        public void run() {
            try {
                live();
                say("ended");
            } catch (Exception error) {
                say("failed " + error.toString().replace('\n', ' '));
            }
        }
    }

    private final class Producing extends Client {
        private final String topic;
        private final String codec;

        Producing(String name, String topic, String codec) {
            super(name);
            this.topic = topic;
            this.codec = codec;
        }

        @Override
        void live() throws Exception {
            Properties properties = new Properties();
            properties.put("bootstrap.servers", bootstrap);
            properties.put("acks", "all"); // the default since 3.0
            properties.put("compression.type", codec);
            properties.put("key.serializer", SERIALIZATION + "Serializer");
            properties.put("value.serializer", SERIALIZATION + "Serializer");
            try (KafkaProducer<String, String> producer = new KafkaProducer<>(properties)) {
                for (int n = 0; !ending; n++) {
                    String value = name + "-" + n;
                    producer.send(new ProducerRecord<>(topic, value, value), (metadata, error) -> {
                        if (error != null) {
                            say("failed " + error);
                        } else {
                            say("acked " + metadata.partition() + " " + metadata.offset() + " " + value);
                        }
                    });
                    Thread.sleep(5);
                }
            }
        }
    }

    private final class Consuming extends Client implements ConsumerRebalanceListener {
        private final String topic;
        private final Properties properties = new Properties();
        private final Set<Integer> owned = new TreeSet<>();
        private final boolean inRack;
        private long saidReceived;
        final ConcurrentLinkedQueue<String[]> seeks = new ConcurrentLinkedQueue<>();

        Consuming(String name, String topic, String group, String reset, String assignor, String rack) {
            super(name);
            this.topic = topic;
            inRack = !rack.isEmpty();
            if (inRack) {
                properties.put("client.rack", rack);
            }
            properties.put("bootstrap.servers", bootstrap);
            properties.put("group.id", group);
            properties.put("auto.offset.reset", reset);
            properties.put("partition.assignment.strategy", ASSIGNORS.get(assignor));
            properties.put("enable.auto.commit", "true");
            properties.put("auto.commit.interval.ms", "500");
            properties.put("session.timeout.ms", "6000");
            properties.put("heartbeat.interval.ms", "500");
            properties.put("key.deserializer", SERIALIZATION + "Deserializer");
            properties.put("value.deserializer", SERIALIZATION + "Deserializer");
        }

        @Override
        void live() {
            try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(properties)) {
                consumer.subscribe(Set.of(topic), this);
                while (!ending) {
                    for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                        say("read " + record.partition() + " " + record.offset() + " " + record.value());
                    }
                    for (String[] to = seeks.poll(); to != null; to = seeks.poll()) {
                        seek(consumer, to);
                        say("sought");
                    }
                    if (inRack && System.nanoTime() - saidReceived > 100_000_000) {
                        saidReceived = System.nanoTime();
                        sayReceived(consumer);
                    }
                }
            }
        }

        private void sayReceived(KafkaConsumer<String, String> consumer) {
            consumer.metrics().forEach((metric, value) -> {
                String node = metric.tags().get("node-id");
                // The coordinator has a connection of its own, with a number from the other end.
                if (metric.name().equals("incoming-byte-total") && node != null && node.matches("node-\\d{1,9}")) {
                    say("from " + node.substring(5) + " " + ((Number) value.metricValue()).longValue());
                }
            });
        }

        private void seek(KafkaConsumer<String, String> consumer, String[] words) {
            Set<TopicPartition> all = consumer.assignment();
            if (words[2].equals("beginning")) {
                consumer.seekToBeginning(all);
            } else if (words[2].equals("offset")) {
                all.forEach(partition -> consumer.seek(partition, Long.parseLong(words[3])));
            } else {
                Map<TopicPartition, Long> times = new HashMap<>();
                all.forEach(partition -> times.put(partition, Long.parseLong(words[3])));
                Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times);
                for (TopicPartition partition : all) {
                    if (found.get(partition) == null) {
                        consumer.seekToEnd(Set.of(partition));
                    } else {
                        consumer.seek(partition, found.get(partition).offset());
                    }
                }
            }
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            partitions.forEach(partition -> owned.add(partition.partition()));
            sayOwned();
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            partitions.forEach(partition -> owned.remove(partition.partition()));
            sayOwned();
        }

        private void sayOwned() {
            StringBuilder text = new StringBuilder("owns");
            owned.forEach(partition -> text.append(' ').append(partition));
            say(text.toString());
        }
    }
}
