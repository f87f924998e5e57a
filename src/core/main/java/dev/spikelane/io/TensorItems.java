package dev.spikelane.io;

import dev.spikelane.io.file.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Converts the bytes of a tensor's items to numbers. */
final class TensorItems {

    private TensorItems() {}

    /** Returns an item as float32; a float keeps its bits. Throws if float32 cannot represent it. */
    static float widened(Tensor tensor, long index) {
        MemorySegment bytes = tensor.bytes();
        long at = index * tensor.type().bytes();
        return switch (tensor.type()) {
            case BOOL -> bytes.get(ValueLayout.JAVA_BYTE, at) == 0 ? 0 : 1;
            case U8 -> Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, at));
            case I8 -> bytes.get(ValueLayout.JAVA_BYTE, at);
            case I16 -> bytes.get(LittleEndian.SHORT, at);
            case U16 -> Short.toUnsignedInt(bytes.get(LittleEndian.SHORT, at));
            case F16 -> Float.float16ToFloat(bytes.get(LittleEndian.SHORT, at));
            case BF16 -> Float.intBitsToFloat(bytes.get(LittleEndian.SHORT, at) << Short.SIZE);
            case F32 -> Float.intBitsToFloat(bytes.get(LittleEndian.INT, at));
            case I32 -> exact(tensor, index, bytes.get(LittleEndian.INT, at));
            case U32 -> exact(tensor, index, Integer.toUnsignedLong(bytes.get(LittleEndian.INT, at)));
            case I64 -> exact(tensor, index, bytes.get(LittleEndian.LONG, at));
            case U64 -> exactUnsigned(tensor, index, bytes.get(LittleEndian.LONG, at));
            case F64 -> exact(tensor, index, bytes.get(LittleEndian.DOUBLE, at));
        };
    }

    /** Returns an item as an int; throws if it is not whole or out of range. */
    static int integer(Tensor tensor, long index) {
        MemorySegment bytes = tensor.bytes();
        long at = index * tensor.type().bytes();
        long value = switch (tensor.type()) {
            case BOOL, U8, I8, I16, U16 -> (long) widened(tensor, index);
            case I32 -> bytes.get(LittleEndian.INT, at);
            case U32 -> Integer.toUnsignedLong(bytes.get(LittleEndian.INT, at));
            case I64 -> bytes.get(LittleEndian.LONG, at);
            case U64 -> bytes.get(LittleEndian.LONG, at) < 0 ? Long.MAX_VALUE : bytes.get(LittleEndian.LONG, at);
            case F16, BF16, F32, F64 ->
                throw new IllegalArgumentException(tensor + " is of floats, expected whole numbers");
        };
        if (value != (int) value) {
            throw new IllegalArgumentException("item " + index + " of " + tensor + " is "
                    + (value == Long.MAX_VALUE ? "beyond 2^63 - 2" : value) + ", expected a number that int has");
        }
        return (int) value;
    }

    private static float exact(Tensor tensor, long index, long value) {
        float rounded = value;
        if (value == Long.MAX_VALUE || (long) rounded != value) {
            throw rounds(tensor, index, Long.toString(value));
        }
        return rounded;
    }

    private static float exactUnsigned(Tensor tensor, long index, long value) {
        BigInteger whole = new BigInteger(Long.toUnsignedString(value));
        if (whole.bitLength() - whole.getLowestSetBit() > Float.PRECISION) {
            throw rounds(tensor, index, whole.toString());
        }
        return whole.floatValue();
    }

    private static float exact(Tensor tensor, long index, double value) {
        float rounded = (float) value;
        if (rounded != value && !Double.isNaN(value)) {
            throw rounds(tensor, index, Double.toString(value));
        }
        return rounded;
    }

    private static IllegalArgumentException rounds(Tensor tensor, long index, String value) {
        return new IllegalArgumentException(
                "item " + index + " of " + tensor + " is " + value + ", expected a number that float32 has");
    }

    /** Returns a warning for each tensor with {@linkplain #oddity odd items}. */
    static List<String> oddities(String file, List<Tensor> tensors) {
        return tensors.stream()
                .map(TensorItems::oddity)
                .filter(Objects::nonNull)
                .map(oddity -> file + ": " + oddity)
                .toList();
    }

    /** Describes numbers that are not finite, and truth values that are neither 0 nor 1. */
    private static @Nullable String oddity(Tensor tensor) {
        if (!maybeOdd(tensor)) {
            return null;
        }
        for (long i = 0; i < tensor.count(); i++) {
            double value = number(tensor, i);
            boolean truth = tensor.type() == Tensor.Type.BOOL;
            if (truth ? value > 1 : !Double.isFinite(value)) {
                return "item " + i + " of " + tensor + " is "
                        + (truth
                                ? (int) value + ", expected 0 or 1; it counts as 1"
                                : value + ", expected a finite number");
            }
        }
        return null;
    }

    private static double number(Tensor tensor, long index) {
        return switch (tensor.type()) {
            case F64 -> tensor.bytes().get(LittleEndian.DOUBLE, index * Double.BYTES);
            case BOOL -> Byte.toUnsignedInt(tensor.bytes().get(ValueLayout.JAVA_BYTE, index));
            default -> widened(tensor, index);
        };
    }

    /**
     * Returns false if no item can be odd. It tests 8 bytes at once, because a test of each item takes longer than
     * reading the file. Adding 1 to an exponent of only ones carries into the sign bit, which was cleared.
     */
    private static boolean maybeOdd(Tensor tensor) {
        long exponents = switch (tensor.type()) {
            case F64 -> 0x7FF0_0000_0000_0000L;
            case F32 -> 0x7F80_0000_7F80_0000L;
            case F16 -> 0x7C00_7C00_7C00_7C00L;
            case BF16 -> 0x7F80_7F80_7F80_7F80L;
            case BOOL -> 0;
            default -> -1;
        };
        if (exponents == -1) {
            return false;
        }
        if (exponents == 0) {
            return true;
        }
        long lowest = exponents & ~(exponents << 1);
        long found = 0;
        MemorySegment bytes = tensor.bytes();
        long whole = bytes.byteSize() & -Long.BYTES;
        for (long at = 0; at < whole; at += Long.BYTES) {
            found |= (bytes.get(LittleEndian.LONG, at) & exponents) + lowest;
        }
        boolean tail = false;
        for (long i = whole / tensor.type().bytes(); i < tensor.count(); i++) {
            tail |= !Double.isFinite(number(tensor, i));
        }
        long signs = ~exponents & exponents << 1;
        return tail || (found & signs) != 0;
    }
}
