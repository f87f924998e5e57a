package dev.spikelane.cli.output;

import dev.spikelane.cli.terminal.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A fact in words, with the values in it.
 *
 * @param name the subject of the words
 * @param text the words, in lines; none if the values are for machines alone
 * @param values the values for machines
 */
record Statement(String name, String text, List<Value> values) implements Fact {

    /** Words by a format of {@link String#format}; its arguments may be {@link Value}s, also more than it shows. */
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
