package dev.spikelane.cli.output;

import dev.spikelane.cli.terminal.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A sentence and its values.
 *
 * @param text may have several lines; empty for values only in JSON
 */
record Statement(String name, String text, List<Value> values) implements Fact {

    /**
     * Formats with {@link String#format}; arguments may be {@link Value}s, and there may be more than the format uses.
     */
    static Statement of(String name, String format, Object... parts) {
        Object[] shown = new Object[parts.length];
        List<Value> values = new ArrayList<>();
        for (int i = 0; i < parts.length; i++) {
            Object part = parts[i];
            if (part instanceof Value value) {
                values.add(value);
                part = value.shown();
            }
            shown[i] = part instanceof String text ? Printable.of(text) : part;
        }
        return new Statement(name, String.format(Locale.ROOT, format, shown), values);
    }
}
