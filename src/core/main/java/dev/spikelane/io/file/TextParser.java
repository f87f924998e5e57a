package dev.spikelane.io.file;

import java.io.IOException;

/** A text that is read from its start to its end; errors say the place. */
public abstract class TextParser {

    protected final String name;
    protected final String text;
    protected int position;
    private final String where;
    private final String spaces;

    /**
     * Starts at the first character.
     *
     * @param name the file, for messages
     * @param where the kind of the text, for messages, such as {@code  of its header}
     * @param spaces characters that may stand between others
     */
    protected TextParser(String name, String text, String where, String spaces) {
        this.name = name;
        this.text = text;
        this.where = where;
        this.spaces = spaces;
    }

    /** The next character that is no space, which is not taken; a space where the text ends. */
    protected final char next() {
        while (position < text.length() && spaces.indexOf(text.charAt(position)) >= 0) {
            position++;
        }
        return position < text.length() ? text.charAt(position) : ' ';
    }

    /** Takes a character if it comes next. */
    protected final boolean accept(char wanted) {
        boolean found = next() == wanted && position < text.length();
        position += found ? 1 : 0;
        return found;
    }

    /** Takes a character, or throws. */
    protected final void expect(char wanted) throws IOException {
        if (!accept(wanted)) {
            throw unexpected("'" + wanted + "'");
        }
    }

    /** Throws unless only spaces follow. */
    protected final void expectEnd() throws IOException {
        next();
        if (position != text.length()) {
            throw unexpected("the end" + where);
        }
    }

    /** The exception for this place. */
    protected final IOException unexpected(String wanted) {
        String found = position == text.length()
                ? "its end"
                : JsonValue.quoted(Character.toString(text.codePointAt(position)));
        return new IOException(name + ": at character " + position + where + " is " + found + ", expected " + wanted);
    }
}
