package dev.spikelane.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** What the bytes of a tensor's items mean. */
final class TensorItems {

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private TensorItems() {}

    /** An item as float32, bit for bit where it is a float; throws if float32 does not have that number. */
    static float widened(Tensor tensor, long index) {
        MemorySegment bytes = tensor.bytes();
        long at = index * tensor.type().bytes();
        return switch (tensor.type()) {
            case BOOL -> bytes.get(ValueLayout.JAVA_BYTE, at) == 0 ? 0 : 1;
            case U8 -> Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, at));
            case I8 -> bytes.get(ValueLayout.JAVA_BYTE, at);
            case F8_E5M2 -> Float.float16ToFloat((short) (bytes.get(ValueLayout.JAVA_BYTE, at) << Byte.SIZE));
            case F8_E4M3 -> ofExponent4(bytes.get(ValueLayout.JAVA_BYTE, at));
            case I16 -> bytes.get(SHORT, at);
            case U16 -> Short.toUnsignedInt(bytes.get(SHORT, at));
            case F16 -> Float.float16ToFloat(bytes.get(SHORT, at));
            case BF16 -> Float.intBitsToFloat(bytes.get(SHORT, at) << Short.SIZE);
            case F32 -> Float.intBitsToFloat(bytes.get(INT, at));
            case I32 -> exact(tensor, index, bytes.get(INT, at));
            case U32 -> exact(tensor, index, Integer.toUnsignedLong(bytes.get(INT, at)));
            case I64 -> exact(tensor, index, bytes.get(LONG, at));
            case U64 -> exactUnsigned(tensor, index, bytes.get(LONG, at));
            case F64 -> exact(tensor, index, Double.longBitsToDouble(bytes.get(LONG, at)));
        };
    }

    /** Sign, 4 bits of exponent with bias 7, 3 bits of fraction; all ones is NaN. */
    private static float ofExponent4(byte item) {
        int exponent = item >> 3 & 15;
        int fraction = item & 7;
        float size;
        if (exponent == 15 && fraction == 7) {
            size = Float.NaN;
        } else if (exponent == 0) {
            size = Math.scalb((float) fraction, -9);
        } else {
            size = Math.scalb((float) (8 + fraction), exponent - 10);
        }
        return item < 0 ? -size : size;
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

    /**
     * What is odd about a tensor, though a file may hold it: numbers that are not finite, truth values that are neither
     * 0 nor 1.
     */
    static @Nullable String oddity(Tensor tensor) {
        MemorySegment bytes = tensor.bytes();
        long count = tensor.count();
        for (long i = 0; i < count; i++) {
            switch (tensor.type()) {
                case F8_E4M3, F8_E5M2, F16, BF16, F32 -> {
                    float value = widened(tensor, i);
                    if (!Float.isFinite(value)) {
                        return "item " + i + " of " + tensor + " is " + value + ", expected a finite number";
                    }
                }
                case F64 -> {
                    double value = Double.longBitsToDouble(bytes.get(LONG, i * Double.BYTES));
                    if (!Double.isFinite(value)) {
                        return "item " + i + " of " + tensor + " is " + value + ", expected a finite number";
                    }
                }
                case BOOL -> {
                    int value = Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, i));
                    if (value > 1) {
                        return "item " + i + " of " + tensor + " is " + value + ", expected 0 or 1; it counts as 1";
                    }
                }
                default -> {
                    return null;
                }
            }
        }
        return null;
    }
}
