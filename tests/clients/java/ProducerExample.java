import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * A plain producer with its defaults, idempotent and acks=all: sends keys and values "0" to "N-1" and
 * prints where each one went, as "partition offset value".
 */
public final class ProducerExample {
    public static void main(String[] arguments) throws Exception {
        String topic = arguments[1];
        int count = Integer.parseInt(arguments[2]);
        Properties properties = new Properties();
        properties.put("bootstrap.servers", arguments[0]);
        properties.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        properties.put("value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        if (arguments.length > 3) {
            properties.put("compression.type", arguments[3]);
        }
        try (Producer<String, String> producer = new KafkaProducer<>(properties)) {
            @SuppressWarnings("unchecked")
            Future<RecordMetadata>[] sent = new Future[count];
            for (int i = 0; i < count; i++) {
                sent[i] = producer.send(new ProducerRecord<>(topic, Integer.toString(i), Integer.toString(i)));
            }
            for (int i = 0; i < count; i++) {
                RecordMetadata metadata = sent[i].get();
                System.out.println(metadata.partition() + " " + metadata.offset() + " " + i);
            }
        }
    }
}
