package dev.spikelane.model.c;

import java.util.Locale;

/** Texts of C. */
final class CText {

    private CText() {}

    /** A text with numbers in digits of ASCII, which a user's language may have others of. */
    @SuppressWarnings("AnnotateFormatMethod") // the annotation is no part of the JDK
    static String of(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

    /** A text that ends no comment. */
    static String comment(String text) {
        return text.replaceAll("[^ -~\n]", "?").replace("*/", "* /").replace("/*", "/ *");
    }
}
