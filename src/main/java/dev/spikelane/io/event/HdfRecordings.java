package dev.spikelane.io;

import dev.spikelane.io.event.EventFormat;
import dev.spikelane.io.event.EventInput;
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
 * The recordings of a file as the Spiking Heidelberg Digits have it: {@code spikes/times} in seconds and
 * {@code spikes/units}, an array for each recording, and {@code labels}. A unit is x, y is 0, and all are on.
 */
final class HdfEvents implements EventFormat {

    private final Hdf5Item.Numbers times;
    private final Hdf5Item.Numbers units;
    private final String name;
    private int next;

    private HdfEvents(String name, Hdf5Item.Numbers times, Hdf5Item.Numbers units) {
        this.name = name;
        this.times = times;
        this.units = units;
    }

    static HdfEvents of(Path path, int recording) throws IOException {
        String name = path.toString();
        try (RaggedFile file = RaggedFile.open(path, Inputs.MOST_BYTES)) {
            Hdf5Group spikes = file.root().groups().get("spikes");
            Hdf5Item.Ragged times = arrays(spikes, "times");
            Hdf5Item.Ragged units = arrays(spikes, "units");
            if (times == null || units == null) {
                throw new IOException(name + ": has no arrays spikes/times and spikes/units, expected a file as that of"
                        + " the Spiking Heidelberg Digits");
            }
            int count = times.count();
            if (recording < 0 || recording >= count || units.count() != count) {
                throw new IOException(name + ": has " + count + " recordings of times and " + units.count()
                        + " of units, expected as many, and number " + recording + " among them");
            }
            HdfEvents events = new HdfEvents(name, file.read(times, recording), file.read(units, recording));
            if (!events.times.shape().equals(events.units.shape())) {
                throw new IOException(name + ": has " + events.times.shape() + " times in recording " + recording
                        + " and " + events.units.shape() + " units, expected as many");
            }
            return events;
        }
    }

    private static Hdf5Item.@Nullable Ragged arrays(@Nullable Hdf5Group group, String name) {
        return group != null && group.items().get(name) instanceof Hdf5Item.Unread unread ? unread.arrays() : null;
    }

    /** The labels of all recordings. */
    static int[] labels(Path path) throws IOException {
        try (RaggedFile file = RaggedFile.open(path, Inputs.MOST_BYTES)) {
            if (!(file.root().items().get("labels") instanceof Hdf5Item.Numbers labels)
                    || labels.shape().size() != 1) {
                throw new IOException(path + ": has no labels, expected an array of numbers");
            }
            int[] found = new int[labels.shape().getFirst()];
            for (int i = 0; i < found.length; i++) {
                found[i] = Math.toIntExact(Math.clamp((long) value(labels, i), 0, Integer.MAX_VALUE));
            }
            return found;
        }
    }

    private static double value(Hdf5Item.Numbers of, int index) {
        ByteBuffer bytes = ByteBuffer.wrap(of.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        return switch (of.type()) {
            case "F16" -> Float.float16ToFloat(bytes.getShort(2 * index));
            case "F32" -> bytes.getFloat(4 * index);
            case "F64" -> bytes.getDouble(8 * index);
            case "I8" -> bytes.get(index);
            case "U8" -> Byte.toUnsignedInt(bytes.get(index));
            case "I16" -> bytes.getShort(2 * index);
            case "U16" -> Short.toUnsignedInt(bytes.getShort(2 * index));
            case "I32" -> bytes.getInt(4 * index);
            case "U32" -> Integer.toUnsignedLong(bytes.getInt(4 * index));
            default -> bytes.getLong(8 * index);
        };
    }

    @Override
    public boolean read(EventInput input, EventBlock into) throws IOException {
        List<Integer> shape = times.shape();
        int end = Math.min(shape.getFirst(), next + into.room());
        boolean seconds = times.type().startsWith("F");
        for (; next < end; next++) {
            double time = value(times, next);
            double unit = value(units, next);
            if (!(unit >= 0 && unit <= EventBlock.MOST_PLACE) || !Double.isFinite(time)) {
                throw new IOException(name + ": has unit " + unit + " at " + time + ", expected units from 0 to "
                        + EventBlock.MOST_PLACE + " at finite times");
            }
            into.add(seconds ? Math.round(time * 1e6) : (long) time, (int) unit, 0, true);
        }
        return next < shape.getFirst();
    }
}
