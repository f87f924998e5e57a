package dev.spikelane.equation;

import dev.spikelane.io.file.JsonValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Splits a text into words. */
final class Lexer {

    static final int MOST_CHARACTERS = 20_000;

    static final int LONGEST_WORD = 64;

    private static final String SIGNS = "+-*/^()<>?:,=";

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private int lineStart;
    private int open;
    private @Nullable Token opened;

    private Lexer(String text) {
        this.text = text;
    }

    static List<Token> tokens(String text) {
        Lexer lexer = new Lexer(text);
        if (text.length() > MOST_CHARACTERS) {
            text.substring(0, MOST_CHARACTERS).chars().filter(c -> c == '\n').forEach(_ -> lexer.line++);
            lexer.lineStart = text.lastIndexOf('\n', MOST_CHARACTERS - 1) + 1;
            lexer.at = MOST_CHARACTERS;
            throw lexer.error("the text has " + text.length() + " characters, expected at most " + MOST_CHARACTERS);
        }
        while (lexer.at < text.length()) {
            lexer.next();
        }
        lexer.endLine();
        if (lexer.tokens.isEmpty()) {
            lexer.add(Token.Kind.END, lexer.at);
        }
        return lexer.tokens;
    }

    private void next() {
        char c = text.charAt(at);
        if (c == '\n') {
            endLine();
            at++;
            line++;
            lineStart = at;
        } else if (c == ' ' || c == '\t' || c == '\r') {
            at++;
        } else if (c == '#') {
            int end = text.indexOf('\n', at);
            at = end < 0 ? text.length() : end;
        } else if (isDigit(c) || c == '.') {
            add(Token.Kind.NUMBER, endOfNumber());
        } else if (isLetter(c)) {
            add(Token.Kind.NAME, endOf(at, true));
        } else if (c == '[') {
            unit();
        } else if (SIGNS.indexOf(c) >= 0) {
            sign(c);
        } else {
            int code = text.codePointAt(at);
            throw error("cannot read " + JsonValue.quoted(Character.toString(code))
                    + ", expected a name of letters, digits and '_', a number, or one of "
                    + "+ - * / ^ ( ) < > ? : , = [ #");
        }
    }

    private void endLine() {
        if (open == 0 && !tokens.isEmpty() && tokens.getLast().kind() != Token.Kind.END) {
            tokens.add(new Token(Token.Kind.END, "", line, at - lineStart + 1));
        } else if (opened != null && at == text.length()) {
            throw error("found the end of the text, expected ')' for the '(' in line " + opened.line() + ", column "
                    + opened.column());
        }
    }

    private void sign(char c) {
        open = Math.max(0, open + (c == '(' ? 1 : c == ')' ? -1 : 0));
        if (open == 0) {
            opened = null;
        } else if (opened == null) {
            opened = new Token(Token.Kind.SIGN, "(", line, at - lineStart + 1);
        }
        boolean compares = (c == '<' || c == '>') && at + 1 < text.length() && text.charAt(at + 1) == '=';
        add(Token.Kind.SIGN, at + (compares ? 2 : 1));
    }

    private void unit() {
        int end = at + 1;
        while (end < text.length() && text.charAt(end) != ']' && text.charAt(end) != '\n') {
            end++;
        }
        if (end == text.length() || text.charAt(end) == '\n') {
            throw error("'[' begins a unit, expected ']' in the same line");
        }
        at++;
        add(Token.Kind.UNIT, end);
        at++;
    }

    private int endOf(int from, boolean letters) {
        int end = from;
        while (end < text.length() && (isDigit(text.charAt(end)) || letters && isLetter(text.charAt(end)))) {
            end++;
        }
        return end;
    }

    private int endOfNumber() {
        int end = endOf(at, false);
        boolean right = end > at;
        if (end < text.length() && text.charAt(end) == '.') {
            int fraction = end + 1;
            end = endOf(fraction, false);
            right |= end > fraction;
        }
        if (end < text.length() && (text.charAt(end) == 'e' || text.charAt(end) == 'E')) {
            boolean signed = end + 1 < text.length() && "+-".indexOf(text.charAt(end + 1)) >= 0;
            int exponent = end + (signed ? 2 : 1);
            end = endOf(exponent, false);
            right &= end > exponent;
        }
        int word = endOf(end, true);
        if (word > end || !right) {
            throw error("cannot read the number " + JsonValue.quoted(text.substring(at, word))
                    + ", expected one such as 2, 0.5 or 1e-3");
        }
        return end;
    }

    private void add(Token.Kind kind, int end) {
        String word = text.substring(at, end);
        if (word.length() > LONGEST_WORD) {
            throw error(
                    JsonValue.quoted(word) + " has " + word.length() + " characters, expected at most " + LONGEST_WORD);
        }
        tokens.add(new Token(kind, word, line, at - lineStart + 1));
        at = end;
    }

    private IllegalArgumentException error(String message) {
        return Token.error(line, at - lineStart + 1, message);
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

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
            SIGN,
            UNIT,
            END
        }

        boolean is(String other) {
            return text.equals(other) && kind != Kind.UNIT;
        }

        /** Returns true if another word differs in one letter, or in two neighboring letters that are swapped. */
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

        IllegalArgumentException error(String message) {
            return error(line, column, message);
        }

        static IllegalArgumentException error(int line, int column, String message) {
            return new IllegalArgumentException("line " + line + ", column " + column + ": " + message);
        }

        @Override
        public String toString() {
            return kind == Kind.END ? "the end of the line" : "'" + text + "'";
        }
    }
}
