package dev.spikelane.cli.output;

/**
 * A value, and how people see it.
 *
 * @param key the name by which machines read it
 * @param value a number, a string, a truth value, or a list or map of such
 * @param shown the same for people, perhaps in another unit
 */
public record Value(String key, Object value, Object shown) {

    public static Value named(String key, Object value) {
        return new Value(key, value, value);
    }

    /** A share, which people see in percent. */
    public static Value percent(String key, double share) {
        return new Value(key, share, 100 * share);
    }
}
