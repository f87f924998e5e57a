package dev.spikelane.cli.output;

/**
 * A value for JSON and for text.
 *
 * @param key the name in JSON
 * @param value a number, a string, a truth value, or a list or map of such
 * @param shown the value in text, perhaps in another unit
 */
public record Value(String key, Object value, Object shown) {

    public static Value named(String key, Object value) {
        return new Value(key, value, value);
    }

    /** Creates a fraction, which text shows in percent. */
    public static Value percent(String key, double share) {
        return new Value(key, share, 100 * share);
    }
}
