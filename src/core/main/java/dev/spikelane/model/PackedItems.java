package dev.spikelane.model;

import dev.spikelane.io.Tensor;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.limit.NativeMemory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Weights of 2 and 4 bits in files: {@code U8} of {@code [rows, bytes of a row]}, two's complement, the first item in
 * the lowest bits of a byte. Bits after the last item of a row are 0. The description has the shape.
 */
final class PackedItems {

    static final String PACKED = "packed";
    static final String BITS = "bits";
    static final String SHAPE = "shape";

    /** A matrix of more items would be refused. */
    private static final long MOST_ITEMS = ModelTensors.MOST_BYTES / Float.BYTES;

    private PackedItems() {}

    static boolean packs(ElementType type) {
        return type.bits() < Byte.SIZE;
    }

    private static int rows(List<Integer> shape) {
        return shape.size() > 1 ? shape.getFirst() : 1;
    }

    static Tensor pack(Tensor items, int bits) {
        int rows = rows(items.shape());
        long columns = items.count() / rows;
        int rowBytes = Math.toIntExact(Math.ceilDiv(columns * bits, Byte.SIZE));
        MemorySegment packed = NativeMemory.ofAuto().allocate((long) rows * rowBytes, 1);
        for (long i = 0; i < items.count(); i++) {
            long bit = i % columns * bits;
            long at = i / columns * rowBytes + bit / Byte.SIZE;
            int item = items.bytes().get(ValueLayout.JAVA_BYTE, i) & (1 << bits) - 1;
            int others = packed.get(ValueLayout.JAVA_BYTE, at);
            packed.set(ValueLayout.JAVA_BYTE, at, (byte) (others | item << bit % Byte.SIZE));
        }
        return Tensor.of(items.name(), Tensor.Type.U8, List.of(rows, rowBytes), packed);
    }

    /**
     * Unpacks the tensors that the description names.
     *
     * @return all tensors by name; unpacked ones have the type {@code I8} and the declared shape
     */
    static Map<String, Tensor> unpack(String file, List<Tensor> tensors, Map<String, JsonValue> declared)
            throws IOException {
        Map<String, Tensor> all = new LinkedHashMap<>();
        tensors.forEach(tensor -> all.put(tensor.name(), tensor));
        long items = 0;
        for (Map.Entry<String, JsonValue> each : declared.entrySet()) {
            JsonValue value = each.getValue();
            value.requireOnly(Set.of(BITS, SHAPE));
            JsonValue bits = value.member(BITS);
            int width = (int) bits.integer(0, Long.SIZE);
            if (width != ElementType.TERNARY.bits() && width != ElementType.INT4.bits()) {
                throw bits.unexpected("2 or 4");
            }
            List<Integer> shape = new ArrayList<>();
            long count = 1;
            for (JsonValue size : value.member(SHAPE).items()) {
                shape.add((int) size.integer(1, MOST_ITEMS));
                count *= shape.getLast();
                if (items + count > MOST_ITEMS) {
                    throw size.unexpected("at most " + MOST_ITEMS + " weights that are packed");
                }
            }
            items += count;
            int rows = rows(shape);
            Tensor packed = all.get(each.getKey());
            List<Integer> expected = List.of(rows, Math.toIntExact(Math.ceilDiv(count / rows * width, Byte.SIZE)));
            if (packed == null
                    || packed.type() != Tensor.Type.U8
                    || !packed.shape().equals(expected)) {
                throw value.unexpected("a tensor " + JsonValue.quoted(each.getKey()) + " of U8 " + expected + ", found "
                        + (packed == null ? "none" : packed));
            }
            all.put(each.getKey(), unpack(file, packed, width, shape));
        }
        return all;
    }

    private static Tensor unpack(String file, Tensor packed, int bits, List<Integer> shape) throws IOException {
        int rows = rows(shape);
        int rowBytes = packed.shape().getLast();
        int columns = shape.stream().reduce(1, Math::multiplyExact) / rows;
        MemorySegment items = NativeMemory.ofAuto().allocate((long) rows * columns, 1);
        for (long at = 0; at < packed.count(); at++) {
            int some = packed.bytes().get(ValueLayout.JAVA_BYTE, at) & 0xff;
            for (int in = 0; in < Byte.SIZE / bits; in++) {
                long column = at % rowBytes * (Byte.SIZE / bits) + in;
                int item = some << Integer.SIZE - (in + 1) * bits >> Integer.SIZE - bits;
                if (column >= columns ? item != 0 : item == -2 && bits == ElementType.TERNARY.bits()) {
                    throw new IOException(file + ": " + packed + " has " + item + " at bit " + in * bits + " of byte "
                            + at + ", expected "
                            + (column < columns ? "-1, 0 or 1" : "0 behind the last item of a row"));
                }
                if (column < columns) {
                    items.set(ValueLayout.JAVA_BYTE, at / rowBytes * columns + column, (byte) item);
                }
            }
        }
        return Tensor.of(packed.name(), Tensor.Type.I8, shape, items);
    }
}
