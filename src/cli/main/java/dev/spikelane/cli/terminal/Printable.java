package dev.spikelane.cli.terminal;

import java.util.regex.Pattern;

/** Text that may hold anything, such as the name of a file, made fit for a line of a terminal. */
public final class Printable {

    /** Characters that end a line, move the cursor, or change the direction of the text after them. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+");

    private Printable() {}

    public static String of(String text) {
        return UNPRINTABLE.matcher(text).replaceAll(" ");
    }
}
