package dev.spikelane.model.c;

/** Words of a user in C. */
final class CText {

    private CText() {}

    /** A text that ends no comment. */
    static String comment(String text) {
        return text.replaceAll("[^ -~\n]", "?").replace("*/", "* /").replace("/*", "/ *");
    }
}
