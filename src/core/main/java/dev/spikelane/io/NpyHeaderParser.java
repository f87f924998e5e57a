package dev.spikelane.io;

import dev.spikelane.io.file.FileText;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.io.file.TextParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parses the text of a {@code .npy} header: a Python dictionary with exactly the keys {@code descr} (a text),
 * {@code fortran_order} ({@code True} or {@code False}) and {@code shape} (a tuple of whole numbers), in any order. It
 * does not recurse.
 */
final class NpyHeaderParser extends TextParser {

    private @Nullable String code;
    private @Nullable Boolean fortranOrder;
    private @Nullable List<Integer> shape;

    private NpyHeaderParser(String name, String text) {
        super(name, text, " of its header", " \n");
    }

    /**
     * Parses the text of a header.
     *
     * @param name the file, for messages
     * @param text the bytes after the length, one char for each byte
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
        expectEnd();
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
                throw new IOException(name + ": its header has the key " + JsonValue.quoted(key)
                        + ", expected descr, fortran_order and shape only");
        };
        if (repeated) {
            throw new IOException(name + ": its header has the key " + JsonValue.quoted(key) + " twice");
        }
    }

    /** Parses a code, or the fields of a structure, which readers of one array refuse. */
    private String itemType() throws IOException {
        return next() == '[' ? fields() : quoted("a quoted item type");
    }

    private String fields() throws IOException {
        int start = position;
        int depth = 0;
        do {
            char letter = next();
            int end = letter == '\'' || letter == '"' ? text.indexOf(letter, position + 1) : position;
            if (end < 0 || end == text.length()) {
                throw unexpected("an item type that ends");
            }
            depth += letter == '[' ? 1 : letter == ']' ? -1 : 0;
            position = end + 1;
        } while (depth > 0);
        return FileText.shown(text.substring(start, position).replaceAll("[^ -~]", "?"));
    }

    private boolean truth() throws IOException {
        next();
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
        next();
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
                    name + ": has a dimension of " + FileText.shown(digits) + ", expected at most " + Integer.MAX_VALUE,
                    tooLarge);
        }
    }

    private String quoted(String what) throws IOException {
        char quote = next();
        if (quote != '\'' && quote != '"') {
            throw unexpected(what);
        }
        int end = text.indexOf(quote, position + 1);
        String content = end < 0 ? "" : text.substring(position + 1, end);
        if (end < 0 || !content.chars().allMatch(c -> c >= ' ' && c <= '~' && c != '\\')) {
            throw unexpected(what + " of plain ASCII characters");
        }
        position = end + 1;
        return FileText.shown(content);
    }
}
