package dev.spikelane.io.file;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes JSON text (RFC 8259), value after value.
 *
 * <p>The text can be inside an HTML {@code script} element: {@code <}, {@code >} and {@code &} in strings are escaped,
 * so that no string ends the element.
 */
public final class JsonWriter {

    private final StringBuilder text = new StringBuilder();
    private final Deque<Character> open = new ArrayDeque<>();
    private boolean separated = true;

    public JsonWriter() {}

    /**
     * Begins an object.
     *
     * @return this writer
     */
    public JsonWriter object() {
        return open('{', '}');
    }

    /**
     * Begins an array.
     *
     * @return this writer
     */
    public JsonWriter array() {
        return open('[', ']');
    }

    /**
     * Ends the innermost object or array.
     *
     * @return this writer
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

    /**
     * Writes the name of the next value of an object.
     *
     * @param name the name
     * @return this writer
     */
    public JsonWriter name(String name) {
        separate();
        quote(name);
        text.append(':');
        separated = true;
        return this;
    }

    /**
     * Writes a string.
     *
     * @param value the string
     * @return this writer
     */
    public JsonWriter value(String value) {
        separate();
        quote(value);
        return this;
    }

    /**
     * Writes a whole number.
     *
     * @param value the number
     * @return this writer
     */
    public JsonWriter value(long value) {
        separate();
        text.append(value);
        return this;
    }

    /**
     * Writes a number, or {@code null} if it is not finite, which JSON cannot express.
     *
     * @param value the number
     * @return this writer
     */
    public JsonWriter value(double value) {
        separate();
        text.append(Double.isFinite(value) ? Double.toString(value) : "null");
        return this;
    }

    /**
     * Writes the name and value of a number, or nothing if it is not finite, so that no reader meets a {@code null}.
     *
     * @param name the name
     * @param value the number
     * @return this writer
     */
    public JsonWriter finite(String name, double value) {
        return Double.isFinite(value) ? name(name).value(value) : this;
    }

    /**
     * Writes a truth value.
     *
     * @param value the value
     * @return this writer
     */
    public JsonWriter value(boolean value) {
        separate();
        text.append(value);
        return this;
    }

    /**
     * Writes an array of strings.
     *
     * @param values the strings
     * @return this writer
     */
    public JsonWriter strings(Iterable<String> values) {
        array();
        values.forEach(this::value);
        return end();
    }

    /**
     * Writes an array of whole numbers.
     *
     * @param values the numbers
     * @return this writer
     */
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

    /** Returns the text so far, complete or not. */
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
                // Lone surrogates have no UTF-8 bytes. Line separators end a line of old JavaScript. Control and format
                // characters
                // would move the cursor of a terminal or reverse the text.
                boolean escaped = "<>&\u2028\u2029".indexOf(character) >= 0
                        || Character.isISOControl(character)
                        || Character.getType(character) == Character.FORMAT
                        || Character.isSurrogate(character);
                text.append(escaped ? String.format("\\u%04x", (int) character) : String.valueOf(character));
            }
        }
    }
}
