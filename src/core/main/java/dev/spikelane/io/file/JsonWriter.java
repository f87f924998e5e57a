package dev.spikelane.io.file;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes JSON text (RFC 8259), value after value.
 *
 * <p>Strings escape {@code <}, {@code >} and {@code &}, so that the text can be inside an HTML {@code script} element.
 */
public final class JsonWriter {

    private final StringBuilder text = new StringBuilder();
    private final Deque<Character> open = new ArrayDeque<>();
    private boolean separated = true;

    public JsonWriter() {}

    public JsonWriter object() {
        return open('{', '}');
    }

    public JsonWriter array() {
        return open('[', ']');
    }

    /**
     * Ends the innermost object or array.
     *
     * @throws IllegalStateException if none is open
     */
    public JsonWriter end() {
        if (open.isEmpty()) {
            throw new IllegalStateException("there is no open object or array");
        }
        text.append(open.pop());
        separated = false;
        return this;
    }

    public JsonWriter name(String name) {
        separate();
        quote(name);
        text.append(':');
        separated = true;
        return this;
    }

    public JsonWriter value(String value) {
        separate();
        quote(value);
        return this;
    }

    public JsonWriter value(long value) {
        separate();
        text.append(value);
        return this;
    }

    /** Writes a number, or {@code null} if it is not finite, which JSON cannot express. */
    public JsonWriter value(double value) {
        separate();
        text.append(Double.isFinite(value) ? Double.toString(value) : "null");
        return this;
    }

    /** Writes a name and a number, or nothing if the number is not finite. */
    public JsonWriter finite(String name, double value) {
        return Double.isFinite(value) ? name(name).value(value) : this;
    }

    public JsonWriter value(boolean value) {
        separate();
        text.append(value);
        return this;
    }

    public JsonWriter strings(Iterable<String> values) {
        array();
        values.forEach(this::value);
        return end();
    }

    public JsonWriter integers(Iterable<Integer> values) {
        array();
        for (int value : values) {
            value((long) value);
        }
        return end();
    }

    /**
     * Returns the complete text.
     *
     * @throws IllegalStateException if an object or array is open
     */
    public String text() {
        if (!open.isEmpty()) {
            throw new IllegalStateException(open.size() + " objects or arrays are open");
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return text.toString();
    }

    private JsonWriter open(char first, char last) {
        separate();
        text.append(first);
        open.push(last);
        separated = true;
        return this;
    }

    private void separate() {
        if (!separated) {
            text.append(',');
        }
        separated = false;
    }

    private void quote(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            character(value.charAt(i));
        }
        text.append('"');
    }

    private void character(char character) {
        switch (character) {
            case '"', '\\' -> text.append('\\').append(character);
            case '\n' -> text.append("\\n");
            case '\t' -> text.append("\\t");
            default -> {
                // Unpaired surrogates have no UTF-8 bytes. U+2028 and U+2029 end a line of old JavaScript. Control and
                // format characters would move the cursor of a terminal or reverse the text.
                boolean escaped = "<>&\u2028\u2029".indexOf(character) >= 0
                        || Character.isISOControl(character)
                        || Character.getType(character) == Character.FORMAT
                        || Character.isSurrogate(character);
                text.append(escaped ? String.format("\\u%04x", (int) character) : String.valueOf(character));
            }
        }
    }
}
