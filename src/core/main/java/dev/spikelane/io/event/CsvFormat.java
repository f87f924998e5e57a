package dev.spikelane.io.event;

import dev.spikelane.memory.EventBlock;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One line for each event, with commas, semicolons or spaces between its columns. The first line may name the columns
 * t, x, y and p; otherwise they have this order. Times are whole microseconds, or seconds if they have a point.
 */
final class CsvFormat implements EventFormat {

    private static final int MOST_LINE = 1 << 10;
    private static final int COLUMNS = 4;
    private static final String WHOLE = "([^,; \\t]+[,; \\t]+){3}(0|-?1)\\s*";
    private static final double SECOND = 1e6;
    private static final double[] TENTHS = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    private static final long MOST_NUMBER = Long.MAX_VALUE / 100;

    /** The field (t, x, y, p) in each column. */
    private final int[] order = {0, 1, 2, 3};

    private final long[] values = new long[COLUMNS];

    CsvFormat(EventInput input) throws IOException {
        int end = lineEnd(input);
        byte[] bytes = input.bytes();
        if (end < 0 || !Character.isLetter(bytes[input.at()])) {
            return;
        }
        String line = new String(bytes, input.at(), end - input.at(), java.nio.charset.StandardCharsets.US_ASCII)
                .strip()
                .toLowerCase(Locale.ROOT);
        List<String> names = Arrays.asList(line.split("[,; \t]+"));
        for (int i = 0; i < COLUMNS; i++) {
            order[i] = i < names.size() ? EventFields.of(names.get(i)) : -1;
        }
        if (names.size() != COLUMNS
                || Arrays.stream(order).filter(number -> number >= 0).distinct().count() != COLUMNS) {
            throw input.wrong("are the columns " + names + ", expected t, x, y and p in any order");
        }
        input.skip(end + 1 - input.at());
    }

    @Override
    public boolean read(EventInput input, EventBlock into) throws IOException {
        while (into.room() > 0) {
            if (into.size() > 0 && !ready(input)) {
                return true;
            }
            int end = lineEnd(input);
            if (end < 0) {
                return false;
            }
            line(input, end, into);
        }
        return true;
    }

    private static boolean ready(EventInput input) {
        byte[] bytes = input.bytes();
        int limit = input.at() + input.available();
        for (int at = input.at(); at < limit; at++) {
            if (bytes[at] == '\n') {
                return true;
            }
        }
        return false;
    }

    /** Returns the end of the next line; -1 at the end of the file, where an incomplete line is reported. */
    private int lineEnd(EventInput input) throws IOException {
        int length = 0;
        while (length < MOST_LINE && input.need(length + 1)) {
            byte[] bytes = input.bytes();
            int at = input.at();
            int available = Math.min(input.available(), MOST_LINE);
            for (; length < available; length++) {
                if (bytes[at + length] == '\n') {
                    return at + length;
                }
            }
        }
        if (length == MOST_LINE) {
            throw input.wrong("is a line of more than " + MOST_LINE + " bytes, expected t, x, y and p");
        }
        String rest = new String(input.bytes(), input.at(), length, java.nio.charset.StandardCharsets.ISO_8859_1);
        if (order[COLUMNS - 1] == COLUMNS - 1 && rest.matches(WHOLE)) { // a polarity has one character: complete
            return input.at() + length;
        }
        input.need(length + 1, "a line");
        return -1;
    }

    private void line(EventInput input, int end, EventBlock into) throws IOException {
        byte[] bytes = input.bytes();
        int at = input.at();
        int column = 0;
        int last = end;
        while (last > at && bytes[last - 1] <= ' ') {
            last--;
        }
        while (at < last) {
            boolean negative = bytes[at] == '-';
            at += negative ? 1 : 0;
            int first = at;
            long number = 0;
            while (at < last && bytes[at] >= '0' && bytes[at] <= '9' && number < MOST_NUMBER) {
                number = number * 10 + bytes[at++] - '0';
            }
            int field = column < COLUMNS ? order[column] : -1;
            if (field == 0 && at > first && at < last && bytes[at] == '.') {
                int point = ++at;
                long fraction = 0;
                while (at < last && bytes[at] >= '0' && bytes[at] <= '9') {
                    fraction = at - point < 9 ? fraction * 10 + bytes[at] - '0' : fraction;
                    at++;
                }
                number = Math.round((number + fraction / TENTHS[Math.min(9, at - point)]) * SECOND);
            }
            if (field < 0 || at == first || at < last && !isBetween(bytes[at])) {
                throw input.wrong("is a line without the numbers t, x, y and p");
            }
            values[field] = negative ? -number : number;
            column++;
            while (at < last && isBetween(bytes[at])) {
                at++;
            }
        }
        if (column > 0) {
            if (column < COLUMNS || (values[1] | values[2]) >>> 15 != 0 || values[3] < -1 || values[3] > 1) {
                throw input.wrong("is the event t, x, y, p = " + Arrays.toString(values)
                        + ", expected x and y from 0 to " + EventBlock.MOST_PLACE + ", p of -1, 0 or 1");
            }
            into.add(values[0], (int) values[1], (int) values[2], values[3] > 0);
        }
        input.skip(Math.min(end + 1 - input.at(), input.available()));
    }

    private static boolean isBetween(byte letter) {
        return letter == ',' || letter == ' ' || letter == '\t' || letter == ';';
    }
}
