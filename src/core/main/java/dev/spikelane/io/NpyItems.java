package dev.spikelane.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Converts the items of a NumPy array to a tensor's order: little-endian, last index fastest. */
record NpyItems(Tensor.Type type, boolean bigEndian) {

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.nativeOrder());
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.nativeOrder());
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.nativeOrder());

    /** Parses NumPy's code, such as {@code <f4}. */
    static NpyItems of(String name, String code) throws IOException {
        Tensor.Type type = code.length() == 3 ? type(code.substring(1)) : null;
        char order = code.isEmpty() ? ' ' : code.charAt(0);
        boolean known = type != null && (type.bytes() == 1 ? order == '|' : order == '<' || order == '>');
        if (type == null || !known) {
            throw new IOException(name + ": has item type '" + code + "'" + what(code)
                    + ", expected floats of 2, 4 or 8 bytes, whole numbers or bool, with '<' or '>' in front");
        }
        return new NpyItems(type, order == '>');
    }

    private static String what(String code) {
        return switch (code.startsWith("[") ? 'V' : code.length() > 1 ? code.charAt(1) : ' ') {
            case 'O' -> " (pickled objects, which may run code)";
            case 'V' -> " (structured)";
            case 'c' -> " (complex)";
            case 'U', 'S' -> " (text)";
            case 'M', 'm' -> " (dates)";
            default -> "";
        };
    }

    private static Tensor.@Nullable Type type(String code) {
        return switch (code) {
            case "b1" -> Tensor.Type.BOOL;
            case "i1" -> Tensor.Type.I8;
            case "i2" -> Tensor.Type.I16;
            case "i4" -> Tensor.Type.I32;
            case "i8" -> Tensor.Type.I64;
            case "u1" -> Tensor.Type.U8;
            case "u2" -> Tensor.Type.U16;
            case "u4" -> Tensor.Type.U32;
            case "u8" -> Tensor.Type.U64;
            case "f2" -> Tensor.Type.F16;
            case "f4" -> Tensor.Type.F32;
            case "f8" -> Tensor.Type.F64;
            default -> null;
        };
    }

    /** Returns NumPy's code of a type; null if it has no such type. */
    static @Nullable String code(Tensor.Type type) {
        return switch (type) {
            case BOOL -> "|b1";
            case I8 -> "|i1";
            case U8 -> "|u1";
            case BF16 -> null;
            case I16, I32, I64 -> "<i" + type.bytes();
            case U16, U32, U64 -> "<u" + type.bytes();
            case F16, F32, F64 -> "<f" + type.bytes();
        };
    }

    boolean stay(NpyHeader header) {
        return !bigEndian && header.isPlain();
    }

    /** Converts big-endian items to little-endian, in place. */
    void swap(MemorySegment bytes) {
        if (!bigEndian) {
            return;
        }
        int size = type.bytes();
        for (long at = 0; at < bytes.byteSize(); at += size) {
            switch (size) {
                case Short.BYTES -> bytes.set(SHORT, at, Short.reverseBytes(bytes.get(SHORT, at)));
                case Integer.BYTES -> bytes.set(INT, at, Integer.reverseBytes(bytes.get(INT, at)));
                default -> bytes.set(LONG, at, Long.reverseBytes(bytes.get(LONG, at)));
            }
        }
    }

    /** Copies items with any strides into C order. */
    static void gather(
            MemorySegment from, long offset, List<Long> strides, List<Integer> shape, MemorySegment to, int size) {
        int[] index = new int[shape.size()];
        long[] steps = strides.stream().mapToLong(Long::longValue).toArray();
        long item = offset;
        for (long at = 0; at < to.byteSize(); at += size) {
            MemorySegment.copy(from, item * size, to, at, size);
            for (int axis = index.length - 1; axis >= 0; axis--) {
                item += steps[axis];
                index[axis]++;
                if (index[axis] < shape.get(axis)) {
                    break;
                }
                item -= steps[axis] * index[axis];
                index[axis] = 0;
            }
        }
    }

    static List<Long> fortranStrides(List<Integer> shape) {
        List<Long> strides = new ArrayList<>();
        long stride = 1;
        for (int size : shape) {
            strides.add(stride);
            stride *= size;
        }
        return strides;
    }

    /** Creates a tensor; swaps the bytes of big-endian items in place. */
    Tensor tensor(String tensor, NpyHeader header, MemorySegment bytes, FileBytes file) throws IOException {
        swap(bytes);
        MemorySegment ordered = bytes;
        if (!header.isPlain() && bytes.byteSize() > 0) {
            ordered = file.allocate(bytes.byteSize(), "an array in C order");
            gather(bytes, 0, fortranStrides(header.shape()), header.shape(), ordered, type.bytes());
        }
        return new Tensor(tensor, type, header.shape(), ordered);
    }
}
