package dev.spikelane.cli.terminal;

import java.util.regex.Pattern;

/** Makes any text, such as the name of a file, fit one line of a terminal. */
public final class Printable {

    /** Characters that end a line, move the cursor, or change the direction of text. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+");

    private Printable() {}

    public static String of(String text) {
        return UNPRINTABLE.matcher(text).replaceAll(" ");
    }
}
