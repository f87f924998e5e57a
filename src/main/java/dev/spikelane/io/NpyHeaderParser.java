package dev.spikelane.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text of a {@code .npy} header, a Python dictionary, by a grammar of its own: exactly the keys {@code descr}
 * (a text), {@code fortran_order} ({@code True} or {@code False}) and {@code shape} (a tuple of whole numbers), in any
 * order. Nothing nests, so nothing recurses, and nothing is evaluated.
 */
final class NpyHeaderParser {

    private final String name;
    private final String text;
    private int position;
    private @Nullable String code;
    private @Nullable Boolean fortranOrder;
    private @Nullable List<Integer> shape;

    private NpyHeaderParser(String name, String text) {
        this.name = name;
        this.text = text;
    }

    /**
     * Parses the text of a header.
     *
     * @param name the file, for messages
     * @param text everything behind the length, one char for each byte
     */
    static NpyHeader parse(String name, String text) throws IOException {
        return new NpyHeaderParser(name, text).dictionary();
    }

    private NpyHeader dictionary() throws IOException {
        expect('{');
        boolean more = true;
        while (more && !accept('}')) {
            entry();
            more = accept(',');
            if (!more) {
                expect('}');
            }
        }
        skipSpaces();
        if (position != text.length()) {
            throw unexpected("the end of the header");
        }
        if (code == null || fortranOrder == null || shape == null) {
            throw new IOException(name + ": its header lacks one of descr, fortran_order, shape");
        }
        return new NpyHeader(code, fortranOrder, shape);
    }

    private void entry() throws IOException {
        String key = quoted("a quoted key");
        expect(':');
        boolean repeated = switch (key) {
            case "descr" -> {
                boolean before = code != null;
                code = itemType();
                yield before;
            }
            case "fortran_order" -> {
                boolean before = fortranOrder != null;
                fortranOrder = truth();
                yield before;
            }
            case "shape" -> {
                boolean before = shape != null;
                shape = tuple();
                yield before;
            }
            default ->
                throw new IOException(
                        name + ": its header has the key '" + key + "', expected descr, fortran_order and shape only");
        };
        if (repeated) {
            throw new IOException(name + ": its header has the key '" + key + "' twice");
        }
    }

    private String itemType() throws IOException {
        skipSpaces();
        if (position < text.length() && text.charAt(position) == '[') {
            throw new IOException(name + ": has a structured item type, expected " + NpyType.FLOAT32.description()
                    + " or " + NpyType.UINT8.description());
        }
        return quoted("a quoted item type");
    }

    private boolean truth() throws IOException {
        skipSpaces();
        for (boolean value : new boolean[] {true, false}) {
            String word = value ? "True" : "False";
            if (text.startsWith(word, position)) {
                position += word.length();
                return value;
            }
        }
        throw unexpected("True or False");
    }

    private List<Integer> tuple() throws IOException {
        List<Integer> sizes = new ArrayList<>();
        expect('(');
        while (!accept(')')) {
            if (sizes.size() == NpyHeader.MOST_DIMENSIONS) {
                throw new IOException(name + ": has more than " + NpyHeader.MOST_DIMENSIONS
                        + " dimensions, expected at most that many");
            }
            sizes.add(size());
            boolean comma = accept(',');
            if (!comma && sizes.size() == 1) {
                throw unexpected("a comma: (4) is a number, (4,) is a shape");
            }
            if (!comma) {
                expect(')');
                break;
            }
        }
        return sizes;
    }

    private int size() throws IOException {
        skipSpaces();
        int start = position;
        while (position < text.length() && text.charAt(position) >= '0' && text.charAt(position) <= '9') {
            position++;
        }
        String digits = text.substring(start, position);
        if (digits.isEmpty() || digits.length() > 1 && digits.charAt(0) == '0') {
            position = start;
            throw unexpected("a dimension, a whole number of 0 or more");
        }
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException tooLarge) {
            throw new IOException(
                    name + ": has a dimension of " + shortened(digits) + ", expected at most " + Integer.MAX_VALUE,
                    tooLarge);
        }
    }

    private String quoted(String what) throws IOException {
        skipSpaces();
        char quote = position < text.length() ? text.charAt(position) : ' ';
        if (quote != '\'' && quote != '"') {
            throw unexpected(what);
        }
        int end = text.indexOf(quote, position + 1);
        String content = end < 0 ? "" : text.substring(position + 1, end);
        if (end < 0 || !content.chars().allMatch(c -> c >= ' ' && c <= '~' && c != '\\')) {
            throw unexpected(what + " of plain ASCII characters");
        }
        position = end + 1;
        return shortened(content);
    }

    private boolean accept(char wanted) {
        skipSpaces();
        boolean found = position < text.length() && text.charAt(position) == wanted;
        position += found ? 1 : 0;
        return found;
    }

    private void expect(char wanted) throws IOException {
        if (!accept(wanted)) {
            throw unexpected("'" + wanted + "'");
        }
    }

    private void skipSpaces() {
        while (position < text.length() && (text.charAt(position) == ' ' || text.charAt(position) == '\n')) {
            position++;
        }
    }

    private IOException unexpected(String wanted) {
        String found = position == text.length() ? "its end" : String.format("'%s'", printable(text.charAt(position)));
        return new IOException(
                name + ": at character " + position + " of its header is " + found + ", expected " + wanted);
    }

    private static String printable(char character) {
        return character >= ' ' && character <= '~'
                ? String.valueOf(character)
                : String.format("\\x%02x", (int) character);
    }

    /** Names from the file in messages are cut, so that a message stays one readable line. */
    private static String shortened(String text) {
        int most = 40;
        return text.length() <= most ? text : text.substring(0, most) + "...";
    }
}
