package dev.spikelane.io.file;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A value of a JSON text (RFC 8259) and its path for errors.
 *
 * <p>Names of an object are unique, strings are whole Unicode characters, and no text follows the value. It may nest 32
 * deep and have a million values.
 */
public final class JsonValue {

    private static final int MOST_VALUES = 1_000_000;

    /** Keeps all digits of a number. */
    record Literal(String digits) {}

    record Nothing() {}

    private final String document;
    private final @Nullable JsonValue parent;
    private final String key;
    private Object content = new Nothing();

    private JsonValue(String document, @Nullable JsonValue parent, String key) {
        this.document = document;
        this.parent = parent;
        this.key = key;
    }

    /**
     * Reads a text with one value.
     *
     * @param name the name of the text in messages
     * @param text the text
     * @return the value
     * @throws IOException if the text is not one JSON value, nests more than 32 deep or holds more than a million
     *     values; the message starts with the name
     */
    public static JsonValue parse(String name, String text) throws IOException {
        return parse(name, text, MOST_VALUES);
    }

    /**
     * Reads a text with one value.
     *
     * @param mostValues the limit of its values, of which each takes several hundred bytes of heap
     * @throws IOException as {@link #parse(String, String)} does
     */
    public static JsonValue parse(String name, String text, int mostValues) throws IOException {
        JsonValue root = new JsonValue(name, null, "");
        JsonParser.parse(name, text, mostValues, root);
        return root;
    }

    /** Creates an empty value inside this one. */
    JsonValue inside(String memberKey) {
        return new JsonValue(document, this, memberKey);
    }

    void fill(Object value) {
        content = value;
    }

    public String text() throws IOException {
        if (content instanceof String text) {
            return text;
        }
        throw unexpected("a string");
    }

    /**
     * Returns a whole number, written without a fraction or an exponent.
     *
     * @throws IOException if this is not a whole number from {@code least} to {@code most}
     */
    public long integer(long least, long most) throws IOException {
        if (content instanceof Literal(String digits) && digits.matches("-?[0-9]{1,19}")) {
            try {
                long value = Long.parseLong(digits);
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (NumberFormatException tooLarge) {
                throw unexpected("a whole number from " + least + " to " + most);
            }
        }
        throw unexpected("a whole number from " + least + " to " + most);
    }

    /**
     * Returns a finite number, rounded once to float32.
     *
     * @throws IOException if this is not a number, or overflows float32
     */
    public float number() throws IOException {
        if (content instanceof Literal(String digits)) {
            float value = Float.parseFloat(digits);
            if (Float.isFinite(value)) {
                return value;
            }
        }
        throw unexpected("a number that float32 can hold");
    }

    /**
     * Returns a finite number, rounded once to float64.
     *
     * @throws IOException if this is not a number, or overflows float64
     */
    public double real() throws IOException {
        if (content instanceof Literal(String digits)) {
            double value = Double.parseDouble(digits);
            if (Double.isFinite(value)) {
                return value;
            }
        }
        throw unexpected("a number that float64 can hold");
    }

    public boolean truth() throws IOException {
        if (content instanceof Boolean truth) {
            return truth;
        }
        throw unexpected("true or false");
    }

    public boolean isObject() {
        return content instanceof Members;
    }

    public boolean isArray() {
        return content instanceof Items;
    }

    public List<JsonValue> items() throws IOException {
        if (content instanceof Items(List<JsonValue> values)) {
            return values;
        }
        throw unexpected("an array");
    }

    /** Returns the values of an object by name, in the order of the text, unmodifiable. */
    public Map<String, JsonValue> members() throws IOException {
        if (content instanceof Members(Map<String, JsonValue> values)) {
            return values;
        }
        throw unexpected("an object");
    }

    public JsonValue member(String name) throws IOException {
        JsonValue found = members().get(name);
        if (found == null) {
            throw new IOException(path() + " has no '" + name + "'");
        }
        return found;
    }

    /** Throws unless this is an object whose members all have allowed names. */
    public void requireOnly(Set<String> names) throws IOException {
        for (String name : members().keySet()) {
            if (!names.contains(name)) {
                throw new IOException(path() + " has " + quoted(name) + ", expected nothing but "
                        + String.join(", ", names.stream().sorted().toList()));
            }
        }
    }

    /** Creates an error with the path of this value, its content and the expected content. */
    public IOException unexpected(String expected) {
        return new IOException(path() + " is " + found() + ", expected " + expected);
    }

    private String path() {
        StringBuilder path = new StringBuilder();
        for (JsonValue at = this; at.parent != null; at = at.parent) {
            path.insert(0, (at.parent.isArray() ? " at " : " in ") + at.key);
        }
        return document + ":" + (path.isEmpty() ? " the value" : path);
    }

    private String found() {
        return switch (content) {
            case String text -> quoted(text);
            case Literal(String digits) -> FileText.shown(digits);
            case Boolean truth -> truth.toString();
            case Items(List<JsonValue> values) -> "an array of " + values.size();
            case Members(Map<String, JsonValue> values) -> "an object of " + values.size();
            default -> "null";
        };
    }

    record Items(List<JsonValue> values) {}

    record Members(Map<String, JsonValue> values) {}

    /** Quotes and escapes a text from a file or a user for a message. */
    public static String quoted(String text) {
        return "'" + FileText.shown(text) + "'";
    }

    @Override
    public String toString() {
        return path() + " is " + found();
    }
}
