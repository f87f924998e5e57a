package dev.spikelane.io.file;

import java.io.IOException;

/** Parses a text; errors have the position. */
public abstract class TextParser {

    protected final String name;
    protected final String text;
    protected int position;
    private final String where;
    private final String spaces;

    /**
     * Starts at the first character.
     *
     * @param where the kind of the text in messages, such as {@code " of its header"}
     * @param spaces characters to skip
     */
    protected TextParser(String name, String text, String where, String spaces) {
        this.name = name;
        this.text = text;
        this.where = where;
        this.spaces = spaces;
    }

    /** Skips spaces and returns the next character, without reading it; a space at the end of the text. */
    protected final char next() {
        while (position < text.length() && spaces.indexOf(text.charAt(position)) >= 0) {
            position++;
        }
        return position < text.length() ? text.charAt(position) : ' ';
    }

    protected final boolean accept(char wanted) {
        boolean found = next() == wanted && position < text.length();
        position += found ? 1 : 0;
        return found;
    }

    protected final void expect(char wanted) throws IOException {
        if (!accept(wanted)) {
            throw unexpected("'" + wanted + "'");
        }
    }

    protected final void expectEnd() throws IOException {
        next();
        if (position != text.length()) {
            throw unexpected("the end" + where);
        }
    }

    protected final IOException unexpected(String wanted) {
        String found = position == text.length()
                ? "its end"
                : JsonValue.quoted(Character.toString(text.codePointAt(position)));
        return new IOException(name + ": at character " + position + where + " is " + found + ", expected " + wanted);
    }
}
