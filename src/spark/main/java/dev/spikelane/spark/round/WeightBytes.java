package dev.spikelane.spark.round;

import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Weights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All values of a network as bytes: float32 in torch's order, counts as int64, in the order of their names. */
public final class WeightBytes {

    private WeightBytes() {}

    public static byte[] of(Network network) {
        Weights weights = network.weights();
        ByteBuffer to = ByteBuffer.allocate(size(weights)).order(ByteOrder.LITTLE_ENDIAN);
        for (String name : weights.names()) {
            if (weights.type(name) == ElementType.INT64) {
                to.putLong(weights.count(name));
            } else {
                float[] values = weights.get(name).toArray();
                to.asFloatBuffer().put(values);
                to.position(to.position() + values.length * Float.BYTES);
            }
        }
        return to.array();
    }

    /**
     * Sets the values of a network.
     *
     * @throws IllegalArgumentException if the number of bytes differs from the network's values
     */
    public static void put(byte[] bytes, Network network) {
        Weights weights = network.weights();
        if (bytes.length != size(weights)) {
            throw new IllegalArgumentException(
                    "values of the network are " + bytes.length + " bytes, expected " + size(weights));
        }
        ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        Map<String, FloatMatrix> all = new LinkedHashMap<>();
        Map<String, Long> counts = new LinkedHashMap<>();
        for (String name : weights.names()) {
            if (weights.type(name) == ElementType.INT64) {
                counts.put(name, from.getLong());
                continue;
            }
            List<Integer> shape = weights.shape(name);
            float[] values = new float[elements(shape)];
            from.asFloatBuffer().get(values);
            from.position(from.position() + values.length * Float.BYTES);
            int rows = shape.size() > 1 ? shape.getFirst() : 1;
            all.put(name, FloatMatrix.copyOf(rows, values.length / rows, values));
        }
        weights.replaceAll(all);
        counts.forEach(weights::replace);
    }

    private static int size(Weights weights) {
        long size = 0;
        for (String name : weights.names()) {
            size += weights.type(name) == ElementType.INT64
                    ? Long.BYTES
                    : (long) elements(weights.shape(name)) * Float.BYTES;
        }
        return Math.toIntExact(size);
    }

    /** Uses the shape, because a copy of the values would cost as much as sending them. */
    private static int elements(List<Integer> shape) {
        return shape.stream().reduce(1, Math::multiplyExact);
    }
}
