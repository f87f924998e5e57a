package dev.spikelane.io;

import dev.spikelane.io.event.EventFields;
import dev.spikelane.io.event.EventFormat;
import dev.spikelane.io.event.EventInput;
import dev.spikelane.io.file.FileText;
import dev.spikelane.memory.EventBlock;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Events in NumPy arrays: a structured array with the fields t, x, y and p, or an archive with such an array or one
 * array for each field. Without y, all events are in row 0; without p, all are on. Times are whole microseconds, or
 * seconds as floats.
 */
final class NpyEvents implements EventFormat {

    private static final int FIELDS = 4;
    /** An item of this size fits into the buffer of a file at any alignment. */
    private static final int MOST_BYTES = 1 << 12;

    private static final Pattern FIELD =
            Pattern.compile("\\('([^']*)', '(?:([<>|][a-z][1248])|\\|V(\\d{1,4}))'\\)(, |])");

    /** The location of a field in an item. */
    private record Field(int input, int offset, NpyItems items) {}

    private final String name;
    private final List<EventInput> inputs = new ArrayList<>();
    private final List<Integer> strides = new ArrayList<>();
    private final @Nullable Field[] fields = new Field[FIELDS];
    private long left = -1;

    private NpyEvents(String name) {
        this.name = name;
    }

    static NpyEvents array(EventInput input, String name) throws IOException {
        NpyEvents events = new NpyEvents(name);
        events.add(
                input,
                NpyHeader.read(name, count -> {
                    if (!input.need(count, "its header")) {
                        throw new IOException(name + ": ends inside its header, expected " + count + " more bytes");
                    }
                    input.skip(count);
                    return Arrays.copyOfRange(input.bytes(), input.at() - count, input.at());
                }),
                "");
        return events.checked();
    }

    /** Maps an archive, so that its members are unpacked while they are read. */
    static NpyEvents archive(Path file) throws IOException {
        String name = file.toString();
        MemorySegment bytes;
        try (FileChannel channel = FileChannel.open(file)) {
            bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        }
        NpyEvents events = new NpyEvents(name);
        for (ZipMember each : ZipArchive.members(name, bytes)) {
            ReadableByteChannel member = Channels.newChannel(each.open());
            NpyHeader header = NpyHeader.read(name, NpyHeader.Bytes.of(name, member));
            EventInput input = new EventInput(name, member);
            if (!events.add(input, header, each.name().replaceFirst("\\.npy$", ""))) {
                input.close();
            }
        }
        return events.checked();
    }

    private boolean add(EventInput input, NpyHeader header, String member) throws IOException {
        int stride = 0;
        boolean known = false;
        if (header.code().startsWith("[")) {
            Matcher matcher = FIELD.matcher(header.code());
            int end = 1;
            while (matcher.find() && matcher.start() == end) {
                end = matcher.end();
                if (matcher.group(3) != null) { // padding before the next item
                    stride += Integer.parseInt(matcher.group(3));
                    continue;
                }
                NpyItems items = NpyItems.of(name, matcher.group(2));
                known |= put(matcher.group(1), stride, items);
                stride += items.type().bytes();
            }
            if (end != header.code().length() || stride > MOST_BYTES) {
                throw new IOException(name + ": has items of " + FileText.shown(header.code())
                        + ", expected fields of numbers such as ('t', '<i8'), of " + MOST_BYTES + " bytes at most");
            }
        } else if (EventFields.of(member) >= 0) {
            NpyItems items = NpyItems.of(name, header.code());
            known = put(member, 0, items);
            stride = items.type().bytes();
        }
        if (!known) {
            return false;
        }
        if (header.shape().size() != 1 || left >= 0 && left != header.shape().getFirst()) {
            throw new IOException(name + ": has an array of the shape " + header.shapeText() + ", expected "
                    + (left < 0 ? "one dimension" : "(" + left + ",) as the others have"));
        }
        left = header.shape().getFirst();
        inputs.add(input);
        return strides.add(stride);
    }

    private boolean put(String field, int offset, NpyItems items) throws IOException {
        int number = EventFields.of(field);
        if (number >= 0 && fields[number] != null) {
            throw new IOException(name + ": has " + FileText.shown(field) + " twice");
        }
        if (number >= 0) {
            fields[number] = new Field(inputs.size(), offset, items);
        }
        return number >= 0;
    }

    private NpyEvents checked() throws IOException {
        if (fields[0] == null || fields[1] == null) {
            throw new IOException(name + ": has no fields t and x, expected a structured array of t, x, y and p, or an"
                    + " array for each");
        }
        return this;
    }

    @Override
    public boolean read(EventInput ignored, EventBlock into) throws IOException {
        int count = (int) Math.min(left, into.room());
        for (int i = 0; i < inputs.size() && left > 0; i++) {
            if (!inputs.get(i).need(strides.get(i), "an array with " + left + " more items")) {
                return cut(ignored);
            }
            count = Math.min(count, inputs.get(i).available() / strides.get(i));
        }
        if (left <= 0) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            long x = value(1, i, 0);
            long y = value(2, i, 0);
            if ((x | y) >>> 15 != 0) {
                throw new IOException(name + ": has an event at (" + x + ", " + y + "), expected from 0 to "
                        + EventBlock.MOST_PLACE + " both");
            }
            into.add(value(0, i, 0), (int) x, (int) y, value(3, i, 1) > 0);
        }
        for (int i = 0; i < inputs.size(); i++) {
            inputs.get(i).skip(count * strides.get(i));
        }
        left -= count;
        return true;
    }

    @Override
    public void close() throws IOException {
        for (EventInput each : inputs) {
            each.close();
        }
    }

    /**
     * Returns false if one array is cut off, which {@link EventSource#cut} reports; throws if a member of an archive is
     * cut off.
     */
    private boolean cut(EventInput file) throws IOException {
        if (inputs.getFirst() != file) {
            throw new IOException(name + ": ends inside an array with " + left + " more items");
        }
        return false;
    }

    private long value(int number, int item, long absent) throws IOException {
        Field field = fields[number];
        if (field == null) {
            return absent;
        }
        EventInput input = inputs.get(field.input);
        int at = input.at() + item * strides.get(field.input) + field.offset;
        ByteBuffer bytes = ByteBuffer.wrap(input.bytes())
                .order(field.items.bigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        return switch (field.items.type()) {
            case BOOL, I8 -> bytes.get(at);
            case U8 -> Byte.toUnsignedLong(bytes.get(at));
            case I16 -> bytes.getShort(at);
            case U16 -> Short.toUnsignedLong(bytes.getShort(at));
            case I32 -> bytes.getInt(at);
            case U32 -> Integer.toUnsignedLong(bytes.getInt(at));
            case I64, U64 -> bytes.getLong(at);
            case F16 -> whole(number, Float.float16ToFloat(bytes.getShort(at)));
            case BF16 -> whole(number, Float.intBitsToFloat(bytes.getShort(at) << Short.SIZE));
            case F32 -> whole(number, bytes.getFloat(at));
            case F64 -> whole(number, bytes.getDouble(at));
        };
    }

    private long whole(int number, double value) throws IOException {
        if (!Double.isFinite(value)) {
            throw new IOException(name + ": has " + value + " as " + "txyp".charAt(number)
                    + " of an event, expected a finite number");
        }
        return Math.round(number == 0 ? value * 1e6 : value);
    }
}
