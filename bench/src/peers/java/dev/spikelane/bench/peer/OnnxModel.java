package dev.spikelane.bench.peer;

import dev.spikelane.memory.FloatMatrix;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes an ONNX model: the few messages and fields of onnx.proto that a graph of operators on floats needs, in the
 * wire format of protocol buffers.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a>
 */
final class OnnxModel {

    private static final long IR_VERSION = 8;
    private static final long OPERATOR_SET = 17;
    private static final long FLOAT = 1;
    private static final long INT64 = 7;
    private static final long ATTRIBUTE_INT = 2;
    private static final long ATTRIBUTE_GRAPH = 5;
    private static final long ATTRIBUTE_INTS = 7;

    private final Message graph = new Message();

    /** Adds an operator. */
    void node(String operator, List<String> inputs, List<String> outputs, Attribute... attributes) {
        Message node = new Message();
        inputs.forEach(input -> node.text(1, input));
        outputs.forEach(output -> node.text(2, output));
        node.text(4, operator);
        for (Attribute attribute : attributes) {
            node.message(5, attribute.message);
        }
        graph.message(1, node);
    }

    /** An attribute of an operator. */
    static final class Attribute {
        private final Message message;

        /** A number. */
        Attribute(String name, long value) {
            message = new Message().text(1, name).number(3, value).number(20, ATTRIBUTE_INT);
        }

        /** Some numbers. */
        Attribute(String name, long... values) {
            message = new Message().text(1, name);
            for (long value : values) {
                message.number(8, value);
            }
            message.number(20, ATTRIBUTE_INTS);
        }

        /** The graph of another model. */
        Attribute(String name, OnnxModel body) {
            message = new Message()
                    .text(1, name)
                    .message(6, body.graph.text(2, name))
                    .number(20, ATTRIBUTE_GRAPH);
        }
    }

    /** Adds a constant vector of integers. */
    void constant(String name, long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        graph.message(
                5,
                new Message()
                        .number(1, values.length)
                        .number(2, INT64)
                        .text(8, name)
                        .bytes(9, bytes.array()));
    }

    /** Adds a constant. */
    void constant(String name, FloatMatrix values) {
        constant(name, values.toArray(), values.rows(), values.columns());
    }

    /** Adds a constant of any shape. */
    void constant(String name, float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        Message tensor = new Message();
        for (long size : shape) {
            tensor.number(1, size);
        }
        graph.message(5, tensor.number(2, FLOAT).text(8, name).bytes(9, bytes.array()));
    }

    /** Declares an input. */
    void input(String name, long... shape) {
        graph.message(11, value(name, shape));
    }

    /** Declares an output. */
    void output(String name, long... shape) {
        graph.message(12, value(name, shape));
    }

    /** The model as a file has it. */
    byte[] toByteArray() {
        return new Message()
                .number(1, IR_VERSION)
                .message(7, graph.text(2, "spikelane"))
                .message(8, new Message().number(2, OPERATOR_SET))
                .toByteArray();
    }

    private static Message value(String name, long... shape) {
        Message sizes = new Message();
        for (long size : shape) {
            sizes.message(1, new Message().number(1, size));
        }
        Message tensor = new Message().number(1, FLOAT).message(2, sizes);
        return new Message().text(1, name).message(2, new Message().message(1, tensor));
    }

    /** Fields with their numbers, as protocol buffers write them. */
    private static final class Message {
        private static final int VARINT = 0;
        private static final int BYTES = 2;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, long value) {
            varint((long) field << 3 | VARINT);
            varint(value);
            return this;
        }

        Message bytes(int field, byte[] bytes) {
            varint((long) field << 3 | BYTES);
            varint(bytes.length);
            out.writeBytes(bytes);
            return this;
        }

        Message text(int field, String text) {
            return bytes(field, text.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message message) {
            return bytes(field, message.toByteArray());
        }

        byte[] toByteArray() {
            return out.toByteArray();
        }

        private void varint(long value) {
            long rest = value;
            for (; (rest & ~0x7fL) != 0; rest >>>= 7) {
                out.write((int) (rest & 0x7f | 0x80));
            }
            out.write((int) rest);
        }
    }
}
