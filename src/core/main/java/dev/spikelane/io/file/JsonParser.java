package dev.spikelane.io.file;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses JSON texts. It recurses for each level of nesting, so nesting is limited. */
final class JsonParser extends TextParser {

    private static final int MOST_DEPTH = 32;
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*+)(\\.[0-9]++)?([eE][-+]?[0-9]++)?");
    private static final int MOST_DIGITS = 400;

    private final int mostValues;
    private int values;

    private JsonParser(String name, String text, int mostValues) {
        super(name, text, "", " \t\n\r");
        this.mostValues = mostValues;
    }

    static void parse(String name, String text, int mostValues, JsonValue root) throws IOException {
        JsonParser parser = new JsonParser(name, text, mostValues);
        parser.value(root, 0);
        parser.expectEnd();
    }

    private void value(JsonValue into, int depth) throws IOException {
        values++;
        if (values > mostValues) {
            throw new IOException(name + ": holds more than " + mostValues + " values, expected at most that many");
        }
        if (depth > MOST_DEPTH) {
            throw new IOException(name + ": nests deeper than " + MOST_DEPTH + " at character " + position
                    + ", expected at most that deep");
        }
        switch (next()) {
            case '{' -> into.fill(new JsonValue.Members(members(into, depth)));
            case '[' -> into.fill(new JsonValue.Items(items(into, depth)));
            case '"' -> into.fill(string());
            case 't' -> into.fill(word("true", true));
            case 'f' -> into.fill(word("false", false));
            case 'n' -> into.fill(word("null", new JsonValue.Nothing()));
            default -> into.fill(number());
        }
    }

    private Map<String, JsonValue> members(JsonValue owner, int depth) throws IOException {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        expect('{');
        if (accept('}')) {
            return members;
        }
        do {
            next();
            String key = string();
            JsonValue member = owner.inside(JsonValue.quoted(key));
            if (members.put(key, member) != null) {
                throw new IOException(name + ": has the name " + JsonValue.quoted(key) + " twice in one object");
            }
            expect(':');
            value(member, depth + 1);
        } while (accept(','));
        expect('}');
        return Collections.unmodifiableMap(members);
    }

    private List<JsonValue> items(JsonValue owner, int depth) throws IOException {
        List<JsonValue> items = new ArrayList<>();
        expect('[');
        if (accept(']')) {
            return items;
        }
        do {
            JsonValue item = owner.inside(Integer.toString(items.size()));
            items.add(item);
            value(item, depth + 1);
        } while (accept(','));
        expect(']');
        return Collections.unmodifiableList(items);
    }

    private Object word(String word, Object meaning) throws IOException {
        if (!text.startsWith(word, position)) {
            throw unexpected("a value");
        }
        position += word.length();
        return meaning;
    }

    private JsonValue.Literal number() throws IOException {
        Matcher number = NUMBER.matcher(text).region(position, text.length());
        if (!number.lookingAt()) {
            throw unexpected("a value");
        }
        if (number.end() - position > MOST_DIGITS) {
            throw new IOException(name + ": has a number of " + (number.end() - position) + " characters at character "
                    + position + ", expected at most " + MOST_DIGITS);
        }
        position = number.end();
        return new JsonValue.Literal(number.group());
    }

    private String string() throws IOException {
        if (position == text.length() || text.charAt(position) != '"') {
            throw unexpected("a string");
        }
        int start = position++;
        StringBuilder string = new StringBuilder();
        while (position < text.length() && text.charAt(position) != '"') {
            char character = text.charAt(position);
            if (character < ' ') {
                throw unexpected("a character of a string");
            }
            position++;
            string.append(character == '\\' ? escaped() : character);
        }
        if (position == text.length()) {
            throw unexpected("the quote that ends the string of character " + start);
        }
        position++;
        if (string.codePoints().anyMatch(point -> Character.getType(point) == Character.SURROGATE)) {
            throw new IOException(
                    name + ": the string at character " + start + " has half a character (a surrogate alone)");
        }
        return string.toString();
    }

    private char escaped() throws IOException {
        char letter = position < text.length() ? text.charAt(position) : ' ';
        int which = "\"\\/bfnrt".indexOf(letter);
        if (which >= 0) {
            position++;
            return "\"\\/\b\f\n\r\t".charAt(which);
        }
        int end = position + 5;
        if (letter != 'u'
                || end > text.length()
                || !text.substring(position + 1, end).matches("[0-9a-fA-F]{4}")) {
            throw unexpected("an escape of JSON");
        }
        char character = (char) Integer.parseInt(text.substring(position + 1, end), 16);
        position = end;
        return character;
    }
}
