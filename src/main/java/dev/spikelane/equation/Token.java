package dev.spikelane.equation;

/**
 * A word of a text.
 *
 * @param line from 1
 * @param column of its first character, from 1
 */
record Token(Kind kind, String text, int line, int column) {

    enum Kind {
        NAME,
        NUMBER,
        /** An operator, a parenthesis, a comma. */
        SIGN,
        /** What stands in brackets. */
        UNIT,
        /** The end of a statement. */
        END
    }

    boolean is(String other) {
        return text.equals(other) && kind != Kind.UNIT;
    }

    /** An error at this word. */
    IllegalArgumentException error(String message) {
        return error(line, column, message);
    }

    static IllegalArgumentException error(int line, int column, String message) {
        return new IllegalArgumentException("line " + line + ", column " + column + ": " + message);
    }

    /** How errors call it. */
    @Override
    public String toString() {
        return kind == Kind.END ? "the end of the line" : "'" + text + "'";
    }
}
