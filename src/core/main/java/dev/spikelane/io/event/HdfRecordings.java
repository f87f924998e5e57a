package dev.spikelane.io.event;

import dev.spikelane.io.hdf5.Hdf5Group;
import dev.spikelane.io.hdf5.Hdf5Item;
import dev.spikelane.io.hdf5.RaggedFile;
import dev.spikelane.memory.EventBlock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The recordings of a file like the Spiking Heidelberg Digits: {@code spikes/times} in seconds and
 * {@code spikes/units}, one array for each recording, and {@code labels}. x is the unit, y is 0, and all events are on.
 */
public record HdfRecordings(String name, RaggedFile file, Hdf5Item.Ragged times, Hdf5Item.Ragged units)
        implements AutoCloseable {

    /** Limits everything but the arrays of recordings. */
    private static final long MOST_BYTES = 1L << 29;

    private static final int MOST_LABEL = 999_999;
    private static final double SECOND = 1e6;
    private static final List<String> TYPES = List.of("F16", "F32", "F64", "I8", "U8", "I16", "U16", "I32", "U32");

    public static HdfRecordings open(Path path) throws IOException {
        RaggedFile file = RaggedFile.open(path, MOST_BYTES);
        Hdf5Group spikes = file.root().groups().get("spikes");
        Hdf5Item.Ragged times = arrays(spikes, "times");
        Hdf5Item.Ragged units = arrays(spikes, "units");
        if (times == null || units == null || times.count() != units.count()) {
            file.close();
            throw new IOException(path + ": has no arrays spikes/times and as many spikes/units, expected a file as"
                    + " that of the Spiking Heidelberg Digits");
        }
        return new HdfRecordings(path.toString(), file, times, units);
    }

    private static Hdf5Item.@Nullable Ragged arrays(@Nullable Hdf5Group group, String name) {
        return group != null && group.items().get(name) instanceof Hdf5Item.Unread unread ? unread.arrays() : null;
    }

    public int[] labels() throws IOException {
        if (!(file.root().items().get("labels") instanceof Hdf5Item.Numbers item)
                || item.shape().size() != 1
                || item.shape().getFirst() != times.count()) {
            throw new IOException(name + ": has no labels, expected one for each of " + times.count() + " recordings");
        }
        double[] values = values(item);
        int[] labels = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            labels[i] = (int) values[i];
            if (labels[i] != values[i] || labels[i] < 0 || labels[i] > MOST_LABEL) {
                throw new IOException(
                        name + ": has label " + values[i] + " in place " + i + ", expected 0 to " + MOST_LABEL);
            }
        }
        return labels;
    }

    /** Reads one recording into memory. */
    public synchronized EventFormat read(int recording) throws IOException {
        if (recording < 0 || recording >= times.count()) {
            throw new IOException(
                    name + ": has " + times.count() + " recordings, expected number " + recording + " among them");
        }
        Hdf5Item.Numbers found = file.read(times, recording);
        double[] time = values(found);
        double[] unit = values(file.read(units, recording));
        if (time.length != unit.length) {
            throw new IOException(name + ": has " + time.length + " times in recording " + recording + " and "
                    + unit.length + " units, expected as many");
        }
        double scale = found.type().startsWith("F") ? SECOND : 1;
        int[] next = {0};
        return (input, into) -> {
            int end = Math.min(time.length, next[0] + into.room());
            int size = into.size();
            for (int i = next[0]; i < end; i++) {
                if (!(unit[i] >= 0 && unit[i] <= EventBlock.MOST_PLACE) || !Double.isFinite(time[i])) {
                    throw new IOException(name + ": has unit " + unit[i] + " at " + time[i]
                            + ", expected units from 0 to " + EventBlock.MOST_PLACE + " at finite times");
                }
                into.times()[size] = Math.round(time[i] * scale);
                into.places()[size++] = EventBlock.place((int) unit[i], 0, 1);
            }
            next[0] = end;
            into.resize(size);
            return end < time.length;
        };
    }

    private static double[] values(Hdf5Item.Numbers item) {
        ByteBuffer bytes = ByteBuffer.wrap(item.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        double[] values = new double[item.shape().getFirst()];
        int type = TYPES.indexOf(item.type());
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (type) {
                case 0 -> Float.float16ToFloat(bytes.getShort());
                case 1 -> bytes.getFloat();
                case 2 -> bytes.getDouble();
                case 3 -> bytes.get();
                case 4 -> Byte.toUnsignedInt(bytes.get());
                case 5 -> bytes.getShort();
                case 6 -> Short.toUnsignedInt(bytes.getShort());
                case 7 -> bytes.getInt();
                case 8 -> Integer.toUnsignedLong(bytes.getInt());
                default -> bytes.getLong();
            };
        }
        return values;
    }

    @Override
    public void close() {
        file.close();
    }
}
