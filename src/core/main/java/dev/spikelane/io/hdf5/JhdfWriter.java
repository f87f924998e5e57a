package dev.spikelane.io.hdf5;

import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import io.jhdf.api.WritableGroup;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;

/** Writes items for {@link JhdfReader}: numbers of 32 and 64 bits, and texts of a fixed length. */
final class JhdfWriter {

    private JhdfWriter() {}

    static void write(Path file, Hdf5Group root) {
        try (WritableHdfFile opened = HdfFile.write(file)) {
            fill(opened, root);
        }
    }

    private static void fill(WritableGroup to, Hdf5Group group) {
        group.items().forEach((name, item) -> to.putDataset(name, array(item)));
        group.groups().forEach((name, below) -> fill(to.putGroup(name), below));
    }

    private static Object array(Hdf5Item item) {
        return switch (item) {
            case Hdf5Item.Texts texts -> {
                List<String> padded = texts.shape().isEmpty() ? texts.texts() : padded(texts.texts());
                yield nested(String.class, texts.shape(), padded::get);
            }
            case Hdf5Item.Numbers numbers -> {
                ByteBuffer bytes = ByteBuffer.wrap(numbers.bytes()).order(ByteOrder.LITTLE_ENDIAN);
                yield switch (numbers.type()) {
                    case "F32" -> nested(float.class, numbers.shape(), i -> bytes.getFloat(i * Float.BYTES));
                    case "F64" -> nested(double.class, numbers.shape(), i -> bytes.getDouble(i * Double.BYTES));
                    case "I32" -> nested(int.class, numbers.shape(), i -> bytes.getInt(i * Integer.BYTES));
                    case "I64" -> nested(long.class, numbers.shape(), i -> bytes.getLong(i * Long.BYTES));
                    default ->
                        throw new IllegalArgumentException(
                                "numbers are " + numbers.type() + ", expected F32, F64, I32 or I64");
                };
            }
            case Hdf5Item.Unread unread -> throw new IllegalArgumentException("cannot write what " + unread.reason());
        };
    }

    /**
     * Pads texts to one length: jHDF 0.13 leaves older bytes after the end of a text, which other readers take for
     * text.
     */
    private static List<String> padded(List<String> texts) {
        int most = texts.stream().mapToInt(JhdfWriter::bytes).max().orElse(0);
        return texts.stream()
                .map(text -> text + "\0".repeat(most - bytes(text)))
                .toList();
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Returns nested arrays as jHDF expects them; a single item without an array. */
    private static Object nested(Class<?> type, List<Integer> shape, IntFunction<?> items) {
        if (shape.isEmpty()) {
            return items.apply(0);
        }
        Object array = Array.newInstance(
                type, shape.stream().mapToInt(Integer::intValue).toArray());
        fill(array, shape, 0, items);
        return array;
    }

    private static int fill(Object array, List<Integer> shape, int first, IntFunction<?> items) {
        int next = first;
        List<Integer> below = shape.subList(1, shape.size());
        for (int i = 0; i < shape.getFirst(); i++) {
            if (below.isEmpty()) {
                Array.set(array, i, items.apply(next));
                next++;
            } else {
                next = fill(Array.get(array, i), below, next, items);
            }
        }
        return next;
    }
}
