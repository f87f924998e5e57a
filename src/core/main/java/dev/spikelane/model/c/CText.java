package dev.spikelane.model.c;

import java.util.Locale;

final class CText {

    private CText() {}

    /** Formats with ASCII digits; the user's locale may have others. */
    @SuppressWarnings("AnnotateFormatMethod") // the annotation is not in the JDK
    static String of(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

    /** Returns a text that cannot end a comment. */
    static String comment(String text) {
        return text.replaceAll("[^ -~\n]", "?").replace("*/", "* /").replace("/*", "/ *");
    }
}
