package dev.spikelane.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** The expected type in NumPy's letters, shape and values of an array. */
final class TensorExpectation {

    private TensorExpectation() {}

    static void check(JsonNode facts, Tensor tensor) {
        List<Integer> shape = new ArrayList<>();
        facts.path("shape").forEach(size -> shape.add(size.intValue()));
        if (facts.has("shape")) {
            assertEquals(shape, tensor.shape(), tensor::toString);
        }
        if (facts.has("descr")) {
            String code = facts.path("descr").asText();
            assertEquals(code.replace('>', '<'), NpyItems.code(tensor.type()), tensor::toString);
        }
        JsonNode values = facts.path("values_c_order");
        ByteBuffer bytes = tensor.bytes().asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < values.size(); i++) {
            assertEquals(expected(values.get(i), tensor.type()), value(bytes, tensor.type()), tensor + " at " + i);
        }
        if (facts.has("ones")) {
            double ones = 0;
            while (bytes.hasRemaining()) {
                ones += number(value(bytes, tensor.type()));
            }
            assertEquals(facts.path("ones").doubleValue(), ones, tensor::toString);
        }
    }

    private static double number(Object value) {
        return value instanceof Boolean truth ? truth ? 1 : 0 : ((Number) value).doubleValue();
    }

    private static Object expected(JsonNode value, Tensor.Type type) {
        return switch (type) {
            case BOOL -> value.booleanValue();
            case F16, F32 -> (float) number(value);
            case F64 -> number(value);
            default -> value.bigIntegerValue().longValue();
        };
    }

    private static double number(JsonNode value) {
        return switch (value.asText()) {
            case "nan" -> Double.NaN;
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> value.doubleValue();
        };
    }

    private static Object value(ByteBuffer bytes, Tensor.Type type) {
        return switch (type) {
            case BOOL -> bytes.get() != 0;
            case U8 -> Byte.toUnsignedLong(bytes.get());
            case I8 -> (long) bytes.get();
            case U16 -> Short.toUnsignedLong(bytes.getShort());
            case I16 -> (long) bytes.getShort();
            case U32 -> Integer.toUnsignedLong(bytes.getInt());
            case I32 -> (long) bytes.getInt();
            case U64, I64 -> bytes.getLong();
            case F16 -> Float.float16ToFloat(bytes.getShort());
            case BF16 -> Float.intBitsToFloat(bytes.getShort() << Short.SIZE);
            case F32 -> bytes.getFloat();
            case F64 -> bytes.getDouble();
        };
    }
}
