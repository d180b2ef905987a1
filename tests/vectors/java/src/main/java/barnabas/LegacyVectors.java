package barnabas;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.MemoryRecordsBuilder;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.TimestampType;

/**
 * Writes message sets of magic 0 and 1 with each codec that they know, as Kafka's clients of their
 * time wrote them, and the record batches that they become. What the records are is said in
 * tests/unit/log/core/up_conversion_test.cc, too.
 */
public final class LegacyVectors {
    private static final int RECORDS = 5;
    private static final int VALUE_BYTES = 100;
    private static final long BASE_TIMESTAMP = 1_000_000;
    private static final long LOG_APPEND_TIME = 2_000_000;
    private static final CompressionType[] CODECS = {
        CompressionType.NONE, CompressionType.GZIP, CompressionType.SNAPPY, CompressionType.LZ4};

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        Files.createDirectories(folder);
        for (byte magic = 0; magic <= 1; magic++) {
            for (CompressionType codec : CODECS) {
                write(folder, "magic-" + magic + "-" + codec.name, magic, codec, TimestampType.CREATE_TIME, magic == 0);
            }
            write(folder, "batch-of-magic-" + magic, RecordBatch.MAGIC_VALUE_V2, CompressionType.NONE,
                TimestampType.CREATE_TIME, magic == 0);
        }
        write(folder, "magic-1-gzip-log-append-time", RecordBatch.MAGIC_VALUE_V1, CompressionType.GZIP,
            TimestampType.LOG_APPEND_TIME, false);
    }

    private static void write(Path folder, String name, byte magic, CompressionType codec,
                              TimestampType timestamps, boolean timeless) throws Exception {
        MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(RECORDS * VALUE_BYTES * 2), magic,
            Compression.of(codec).build(), timestamps, 0, LOG_APPEND_TIME);
        for (int i = 0; i < RECORDS; i++) {
            byte[] key = i == 1 ? null : bytes("key-" + i);
            byte[] value = i == 3 ? null : bytes(String.valueOf((char) ('a' + i)).repeat(VALUE_BYTES));
            builder.append(timeless ? RecordBatch.NO_TIMESTAMP : BASE_TIMESTAMP + 10 * i, key, value);
        }
        ByteBuffer buffer = builder.build().buffer();
        byte[] written = new byte[buffer.remaining()];
        buffer.get(written);
        Files.writeString(folder.resolve(name + ".txt"), HexFormat.of().formatHex(written) + "\n");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
