package dev.spikelane.model.c;

import java.util.Locale;

final class CText {

    private CText() {}

    /** Formats a text with ASCII digits: a user's locale may have other digits. */
    @SuppressWarnings("AnnotateFormatMethod") // the annotation is no part of the JDK
    static String of(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

    /** Returns a text that cannot end a comment. */
    static String comment(String text) {
        return text.replaceAll("[^ -~\n]", "?").replace("*/", "* /").replace("/*", "/ *");
    }
}
