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

    /** Whether it is another word but for one letter, or for two that stand the other way round. */
    boolean isNear(String other) {
        int shorter = Math.min(text.length(), other.length());
        int start = 0;
        while (start < shorter && text.charAt(start) == other.charAt(start)) {
            start++;
        }
        int end = 0;
        while (end < shorter - start
                && text.charAt(text.length() - 1 - end) == other.charAt(other.length() - 1 - end)) {
            end++;
        }
        String left = text.substring(start, text.length() - end);
        String right = other.substring(start, other.length() - end);
        boolean turned = left.length() == 2 && right.contentEquals(new StringBuilder(left).reverse());
        return turned || left.length() <= 1 && right.length() <= 1;
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
