package dev.spikelane.io.event;

import dev.spikelane.memory.EventBlock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Decodes the bytes of a recording. */
public interface EventFormat {

    int MOST_LINES = 1 << 16;

    /**
     * Decodes available bytes, and waits for some if there are none.
     *
     * @param into receives events up to its capacity, or none
     * @return false at the end of the file
     * @throws IOException if reading fails; the message has the position
     */
    boolean read(EventInput input, EventBlock into) throws IOException;

    default int width() {
        return 0;
    }

    default int height() {
        return 0;
    }

    /** Closes files that this format opened. */
    default void close() throws IOException {}

    /** Selects the format by the header, or else by the name of the file. */
    static EventFormat of(EventInput input) throws IOException {
        String first = first(input);
        if (first.startsWith("#!AER-DAT")) {
            return ofAer(input);
        }
        if (first.startsWith("%")) {
            return ofProphesee(input);
        }
        String name = input.name().toLowerCase(Locale.ROOT);
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "bin" -> new AtisFormat();
            case "csv", "txt" -> new CsvFormat(input);
            case "evt2" -> new Evt2Format(false, false);
            case "evt21" -> new Evt2Format(true, false);
            case "evt3" -> new Evt3Format();
            default ->
                throw new IOException(input.name()
                        + (first.startsWith("PK\3\4") || first.startsWith("\u0089HDF")
                                ? ": is an archive of NumPy (.npz) or HDF5, which is read from a file, not from"
                                        + " a stream; save it and open the file"
                                : ": is of no format of events that is known, expected AEDAT, Prophesee's RAW"
                                        + " or DAT, NumPy's .npy, a file of NumPy's .npz or HDF5, or a name"
                                        + " that ends in .bin, .csv, .txt, .evt2, .evt21 or .evt3"));
        };
    }

    private static String first(EventInput input) throws IOException {
        int count = 16;
        while (count > 0 && !input.need(count)) {
            count = Math.min(count - 1, input.available());
        }
        return new String(input.bytes(), input.at(), count, StandardCharsets.ISO_8859_1);
    }

    /** Reads header lines that begin with {@code start}, until the line {@code last} or the end of the header. */
    private static List<String> lines(EventInput input, char start, String last) throws IOException {
        List<String> lines = new ArrayList<>();
        String line;
        do {
            line = input.line(start);
            if (line != null && lines.size() == MOST_LINES) {
                throw input.wrong("is a header of more than " + MOST_LINES + " lines, expected fewer");
            }
            if (line != null) {
                lines.add(line);
            }
        } while (line != null && !line.equalsIgnoreCase(last));
        return lines;
    }

    private static EventFormat ofAer(EventInput input) throws IOException {
        String version = Objects.requireNonNullElse(input.line('#'), "");
        return switch (version) {
            case "#!AER-DAT2.0" -> {
                List<String> lines = lines(input, '#', "#End Of ASCII Header");
                yield new Aedat2Format(lines.stream()
                        .anyMatch(line -> line.toLowerCase(Locale.ROOT).matches("# *aechip:.*davis.*")));
            }
            case "#!AER-DAT3.1" -> {
                lines(input, '#', "#!END-HEADER");
                yield new Aedat3Format();
            }
            case "#!AER-DAT4.0" -> new Aedat4Format(input);
            default ->
                throw new IOException(
                        input.name() + ": starts with " + version + ", expected #!AER-DAT2.0, 3.1 or 4.0");
        };
    }

    private static EventFormat ofProphesee(EventInput input) throws IOException {
        List<String> lines = lines(input, '%', "% end");
        String text = String.join("\n", lines);
        String version = found("% (?:evt |format EVT)([0-9.]+).*", text);
        int width = number(found("% (?:Width |format .*width=|geometry )([0-9]+).*", text));
        int height = number(found("% (?:Height |format .*height=|geometry [0-9]+x)([0-9]+).*", text));
        EventFormat format = switch (version == null ? "" : version) {
            case "2", "2.0" -> new Evt2Format(false, false);
            case "2.1", "21" -> new Evt2Format(true, text.contains("endianness=legacy"));
            case "3", "3.0" -> new Evt3Format();
            case "" -> new DatFormat(input);
            default -> throw new IOException(input.name() + ": is EVT " + version + ", expected 2, 2.1 or 3");
        };
        return new Sized(format, width, height);
    }

    private static @Nullable String found(String pattern, String text) {
        Matcher matcher = Pattern.compile("^" + pattern, Pattern.MULTILINE).matcher(text);
        return matcher.find() ? matcher.group(1) : null;
    }

    private static int number(@Nullable String digits) {
        return digits == null || digits.length() > 5 ? 0 : Integer.parseInt(digits);
    }

    record Sized(EventFormat format, int width, int height) implements EventFormat {
        @Override
        public boolean read(EventInput input, EventBlock into) throws IOException {
            return format.read(input, into);
        }
    }
}
