package dev.spikelane.io;

import dev.spikelane.io.file.JsonValue;
import dev.spikelane.io.file.JsonWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The header of a safetensors file: texts, and tensors in their order. */
record SafetensorsHeader(Map<String, String> metadata, List<Entry> entries) {

    /** About 12,000 tensors; more would take too much heap for a small file. */
    private static final int MOST_VALUES = 100_000;

    private static final String METADATA = "__metadata__";
    private static final Set<String> FIELDS = Set.of("dtype", "shape", "data_offsets");

    record Entry(String name, Tensor.Type type, List<Integer> shape, long begin, long end) {

        Tensor of(MemorySegment data) {
            return new Tensor(name, type, shape, data.asSlice(begin, end - begin));
        }
    }

    static SafetensorsHeader parse(String name, byte[] bytes) throws IOException {
        if (bytes.length == 0 || bytes[0] != '{') {
            throw new IOException(name + ": its header begins with "
                    + (bytes.length == 0 ? "nothing" : String.format("byte 0x%02x", bytes[0])) + ", expected '{'");
        }
        String text = text(name, bytes);
        Map<String, String> metadata = new LinkedHashMap<>();
        List<Entry> entries = new ArrayList<>();
        for (Map.Entry<String, JsonValue> member :
                JsonValue.parse(name, text, MOST_VALUES).members().entrySet()) {
            if (member.getKey().equals(METADATA)) {
                for (Map.Entry<String, JsonValue> each :
                        member.getValue().members().entrySet()) {
                    metadata.put(each.getKey(), each.getValue().text());
                }
            } else {
                entries.add(entry(name, member.getKey(), member.getValue()));
            }
        }
        return new SafetensorsHeader(Collections.unmodifiableMap(metadata), List.copyOf(entries));
    }

    /**
     * Decodes UTF-8. The constructor of String takes half the memory of a decoder, but replaces malformed bytes; only
     * then does the decoder check.
     */
    private static String text(String name, byte[] bytes) throws IOException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0) {
            try {
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            } catch (CharacterCodingException malformed) {
                throw new IOException(name + ": its header is not UTF-8", malformed);
            }
        }
        return text;
    }

    private static Entry entry(String file, String name, JsonValue value) throws IOException {
        value.requireOnly(FIELDS);
        JsonValue code = value.member("dtype");
        Tensor.Type type = null;
        for (Tensor.Type each : Tensor.Type.values()) {
            type = each.name().equals(code.text()) ? each : type;
        }
        if (type == null && code.text().startsWith("F8_")) {
            throw new IOException(file + ": tensor " + JsonValue.quoted(name) + " is of " + code.text()
                    + ", floats of 8 bits, expected others; in Python write it as tensor.float()");
        }
        if (type == null) {
            throw code.unexpected("one of " + List.of(Tensor.Type.values()));
        }
        List<JsonValue> sizes = value.member("shape").items();
        if (sizes.size() > Tensor.MOST_DIMENSIONS) {
            throw value.member("shape").unexpected("at most " + Tensor.MOST_DIMENSIONS + " dimensions");
        }
        List<Integer> shape = new ArrayList<>();
        for (JsonValue size : sizes) {
            shape.add((int) size.integer(0, Integer.MAX_VALUE));
        }
        List<JsonValue> offsets = value.member("data_offsets").items();
        if (offsets.size() != 2) {
            throw value.member("data_offsets").unexpected("two offsets, begin and end");
        }
        long begin = offsets.getFirst().integer(0, Long.MAX_VALUE);
        Entry entry = new Entry(
                name, type, List.copyOf(shape), begin, offsets.getLast().integer(0, Long.MAX_VALUE));
        requireSize(file, entry);
        return entry;
    }

    private static void requireSize(String file, Entry entry) throws IOException {
        String what = file + ": tensor " + JsonValue.quoted(entry.name) + " ";
        if (entry.end < entry.begin) {
            throw new IOException(what + "ends at " + entry.end + ", before it begins at " + entry.begin);
        }
        long bytes = entry.type.bytes();
        try {
            for (int size : entry.shape) {
                bytes = Math.multiplyExact(bytes, size);
            }
        } catch (ArithmeticException overflow) {
            throw new IOException(what + "has more items than a file can hold, shape " + entry.shape, overflow);
        }
        if (entry.end - entry.begin != bytes) {
            throw new IOException(what + "takes " + (entry.end - entry.begin) + " bytes, expected " + bytes + " for "
                    + entry.type + " of shape " + entry.shape);
        }
    }

    /** Returns the bytes of all tensors; throws if tensors overlap or leave a gap. */
    long requireTiles(String file) throws IOException {
        List<Entry> sorted = entries.stream()
                .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end))
                .toList();
        long expected = 0;
        for (Entry entry : sorted) {
            if (entry.begin != expected) {
                throw new IOException(file + ": tensor " + JsonValue.quoted(entry.name) + " begins at " + entry.begin
                        + ", expected " + expected + ", where the tensor before it ends");
            }
            expected = entry.end;
        }
        return expected;
    }

    /** Returns the header's JSON for tensors that are stored in this order. */
    static String text(Map<String, String> metadata, List<Tensor> tensors) {
        JsonWriter json = new JsonWriter().object();
        if (!metadata.isEmpty()) {
            json.name(METADATA).object();
            metadata.forEach((name, text) -> json.name(name).value(text));
            json.end();
        }
        long begin = 0;
        for (Tensor tensor : tensors) {
            long end = begin + tensor.bytes().byteSize();
            json.name(tensor.name()).object().name("dtype").value(tensor.type().name());
            json.name("shape").integers(tensor.shape());
            json.name("data_offsets").array().value(begin).value(end).end().end();
            begin = end;
        }
        return json.end().text();
    }
}
