package barnabas;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.MemoryRecordsBuilder;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.TimestampType;

/**
 * Writes one batch of a hundred records with each codec, as Kafka's producers compress it; more than
 * one block of each. What the records are is said in tests/unit/protocol/compression_test.cc, too.
 */
public final class RecordVectors {
    private static final int RECORDS = 100;
    private static final int VALUE_BYTES = 1000;
    private static final long BASE_OFFSET = 40;
    private static final long BASE_TIMESTAMP = 1_000_000;

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        Files.createDirectories(folder);
        for (CompressionType codec : CompressionType.values()) {
            if (codec == CompressionType.NONE) continue;
            String hex = HexFormat.of().formatHex(batch(codec));
            Files.writeString(folder.resolve(codec.name.toLowerCase(Locale.ROOT) + ".txt"), hex + "\n");
        }
    }

    private static byte[] batch(CompressionType codec) {
        MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(RECORDS * VALUE_BYTES * 2),
            RecordBatch.MAGIC_VALUE_V2, Compression.of(codec).build(), TimestampType.CREATE_TIME, BASE_OFFSET);
        for (int i = 0; i < RECORDS; i++) {
            byte[] key = i % 10 == 0 ? null : bytes("key-" + i);
            byte[] value = bytes(String.valueOf((char) ('a' + i % 26)).repeat(VALUE_BYTES));
            Header[] headers = {new RecordHeader("h", bytes(String.valueOf(i)))};
            builder.append(BASE_TIMESTAMP + i, key, value, headers);
        }
        ByteBuffer buffer = builder.build().buffer();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
