package barnabas;

import java.nio.charset.StandardCharsets;

/** The values that fields are given; test_values.cc holds the same rule in C++ (README.md). */
final class ValueRule {
    enum Variant { DEFAULTS, VALUES, NULLS, EMPTIES, MIXED, MORE_MIXED }

    private static final String[] LETTERS = {
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "-", ".", "_",
        "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", " ", "\u00e9", "\u6f22", "\ud83d\ude00",
    };
    private static final int LONG_LENGTH = 200;
    private static final int LONG_ARRAY = 130;
    private static final int ERROR_CODES = 129;

    private final Variant variant;
    private long state;

    ValueRule(String message, int version, Variant variant) {
        this.variant = variant;
        String seed = message + "/" + version + "/" + variant.ordinal();
        state = 0xcbf29ce484222325L;
        for (byte b : seed.getBytes(StandardCharsets.UTF_8)) {
            state = (state ^ (b & 0xff)) * 0x100000001b3L;
        }
    }

    private long next() {
        state += 0x9e3779b97f4a7c15L;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private int below(int bound) {
        return (int) Long.remainderUnsigned(next(), bound);
    }

    private boolean mixed() {
        return variant == Variant.MIXED || variant == Variant.MORE_MIXED;
    }

    /** Whether a field is null that may be. */
    boolean isNull() {
        return variant == Variant.NULLS || (mixed() && below(3) == 0);
    }

    int arrayLength(boolean ofStructs) {
        switch (variant) {
            case VALUES:
                return 2;
            case NULLS:
                return 1;
            case EMPTIES:
                return ofStructs ? 1 : 0;
            default:
                int draw = below(8);
                return draw == 7 && !ofStructs ? LONG_ARRAY : draw % 3;
        }
    }

    /** A number from min to max, which are those of its type. */
    long integer(long min, long max) {
        if (variant == Variant.EMPTIES) return 0;
        if (mixed()) {
            switch (below(8)) {
                case 0: return 0;
                case 1: return min;
                case 2: return max;
                case 3: return min == 0 ? max : -1;
                default: break;
            }
        }
        return next();
    }

    short errorCode() {
        return variant == Variant.EMPTIES ? 0 : (short) (below(ERROR_CODES) - 1);
    }

    boolean bool() {
        return variant != Variant.EMPTIES && below(2) == 1;
    }

    double float64() {
        return variant == Variant.EMPTIES ? 0 : (int) next() / 16.0;
    }

    long half() {
        return variant == Variant.EMPTIES ? 0 : next();
    }

    private int length() {
        if (variant == Variant.EMPTIES) return 0;
        if (mixed()) {
            switch (below(8)) {
                case 0: return 0;
                case 1: return LONG_LENGTH;
                default: break;
            }
        }
        return below(12) + 1;
    }

    String string() {
        StringBuilder text = new StringBuilder();
        for (int left = length(); left > 0; left--) text.append(LETTERS[below(LETTERS.length)]);
        return text.toString();
    }

    byte[] bytes() {
        byte[] bytes = new byte[length()];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) next();
        return bytes;
    }
}
