package barnabas;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.record.BaseRecords;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.coordinator.group.generated.GroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogKey;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue;

/**
 * Writes what Kafka's own message classes make of values given by ValueRule: for every message of a
 * ZooKeeper-mode broker one file, with one line "version variant bytes" for each version and variant.
 * Everything about a message is read off Kafka's classes: which fields there are from the class, which
 * of them a version has and may be null from the version's Schema.
 */
public final class MessageVectors {
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        Files.createDirectories(folder);
        for (ApiMessageType api : ApiMessageType.values()) {
            if (!api.listeners().contains(ApiMessageType.ListenerType.ZK_BROKER)) continue;
            write(folder, api.name + "Request", api.newRequest().getClass());
            write(folder, api.name + "Response", api.newResponse().getClass());
        }
        write(folder, "RequestHeader", RequestHeaderData.class);
        write(folder, "ResponseHeader", ResponseHeaderData.class);
        List<Class<? extends ApiMessage>> data = List.of(ConsumerProtocolAssignment.class,
            ConsumerProtocolSubscription.class, GroupMetadataKey.class, GroupMetadataValue.class,
            OffsetCommitKey.class, OffsetCommitValue.class, TransactionLogKey.class,
            TransactionLogValue.class);
        for (Class<? extends ApiMessage> message : data) write(folder, message.getSimpleName(), message);
    }

    private static void write(Path folder, String name, Class<? extends ApiMessage> type)
            throws IOException, ReflectiveOperationException {
        List<String> lines = new ArrayList<>();
        ApiMessage prototype = type.getDeclaredConstructor().newInstance();
        for (int version = prototype.lowestSupportedVersion();
                version <= prototype.highestSupportedVersion(); version++) {
            for (ValueRule.Variant variant : ValueRule.Variant.values()) {
                ApiMessage message = type.getDeclaredConstructor().newInstance();
                if (variant != ValueRule.Variant.DEFAULTS) {
                    fill(message, version, new ValueRule(name, version, variant));
                }
                lines.add(version + " " + variant.ordinal() + " " + encode(message, (short) version));
            }
        }
        Files.write(folder.resolve(name + ".txt"), lines);
    }

    private static String encode(Message message, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer buffer = ByteBuffer.allocate(message.size(cache, version));
        message.write(new ByteBufferAccessor(buffer), cache, version);
        return HexFormat.of().formatHex(buffer.array(), 0, buffer.position());
    }

    private static String plain(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }

    /** Field name -> type in this version, tagged fields included. */
    private static Map<String, org.apache.kafka.common.protocol.types.Type> fieldsOf(
            Class<?> type, int version) throws ReflectiveOperationException {
        Map<String, org.apache.kafka.common.protocol.types.Type> fields = new HashMap<>();
        Schema schema = (Schema) type.getField("SCHEMA_" + version).get(null);
        for (BoundField bound : schema.fields()) {
            if (bound.def.type instanceof TaggedFields) {
                Field tagged = TaggedFields.class.getDeclaredField("fields");
                tagged.setAccessible(true);
                for (Object field : ((Map<?, ?>) tagged.get(bound.def.type)).values()) {
                    var known = (org.apache.kafka.common.protocol.types.Field) field;
                    fields.put(plain(known.name), known.type);
                }
            } else {
                fields.put(plain(bound.def.name), bound.def.type);
            }
        }
        return fields;
    }

    private static void fill(Object struct, int version, ValueRule rule)
            throws ReflectiveOperationException {
        var present = fieldsOf(struct.getClass(), version);
        // In the order of the schema, in which Kafka's generator declares them.
        for (Field field : struct.getClass().getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers())) continue;
            var wireType = present.remove(plain(field.getName()));
            if (wireType == null) continue;
            field.setAccessible(true);
            // Kafka's Schema does not say that a struct may be null; that it is null by default does.
            boolean nullable = wireType.isNullable()
                || (wireType instanceof Schema && field.get(struct) == null);
            if (nullable && rule.isNull()) {
                field.set(struct, null);
            } else {
                boolean unsigned = wireType.toString().equals("UINT16");
                field.set(struct, value(field.getName(), field.getGenericType(), unsigned, version, rule));
            }
        }
        if (!present.isEmpty()) throw new IllegalStateException(struct.getClass() + ": " + present);
    }

    private static Object value(String name, Type type, boolean unsigned, int version, ValueRule rule)
            throws ReflectiveOperationException {
        if (type instanceof ParameterizedType list) {
            return array(new ArrayList<>(), list.getActualTypeArguments()[0], version, rule);
        }
        Class<?> plain = (Class<?>) type;
        if (plain == boolean.class) return rule.bool();
        if (plain == byte.class || plain == Byte.class) {
            return (byte) rule.integer(Byte.MIN_VALUE, Byte.MAX_VALUE);
        }
        if (plain == short.class || plain == Short.class) {
            if (plain(name).endsWith("errorcode")) return rule.errorCode();
            return (short) rule.integer(Short.MIN_VALUE, Short.MAX_VALUE);
        }
        if (unsigned) return (int) rule.integer(0, 0xffff) & 0xffff;
        if (plain == int.class || plain == Integer.class) {
            return (int) rule.integer(Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        if (plain == long.class || plain == Long.class) {
            return rule.integer(Long.MIN_VALUE, Long.MAX_VALUE);
        }
        if (plain == double.class) return rule.float64();
        if (plain == String.class) return rule.string();
        if (plain == byte[].class) return rule.bytes();
        if (plain == ByteBuffer.class) return ByteBuffer.wrap(rule.bytes());
        if (plain == BaseRecords.class) return MemoryRecords.readableRecords(ByteBuffer.wrap(rule.bytes()));
        if (plain == Uuid.class) {
            long high = rule.half();
            return new Uuid(high, rule.half());
        }
        if (Collection.class.isAssignableFrom(plain)) {
            Type element = ((ParameterizedType) plain.getGenericSuperclass()).getActualTypeArguments()[0];
            @SuppressWarnings("unchecked")
            Collection<Object> collection =
                (Collection<Object>) plain.getDeclaredConstructor(int.class).newInstance(0);
            return array(collection, element, version, rule);
        }
        Object struct = plain.getDeclaredConstructor().newInstance();
        fill(struct, version, rule);
        return struct;
    }

    private static Object array(Collection<Object> array, Type element, int version, ValueRule rule)
            throws ReflectiveOperationException {
        boolean ofStructs = Message.class.isAssignableFrom((Class<?>) element);
        for (int left = rule.arrayLength(ofStructs); left > 0; left--) {
            array.add(value("", element, false, version, rule));
        }
        return array;
    }
}
