package dev.spikelane.spark;

import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Weights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** All values of a network as bytes: float32 in torch's order, counts as int64, in the order of their names. */
final class WeightBytes {

    private WeightBytes() {}

    static byte[] of(Network network) {
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
     * Puts values into a network of the same graph.
     *
     * @throws IllegalArgumentException if there are more or fewer bytes than those of its values
     */
    static void put(byte[] bytes, Network network) {
        Weights weights = network.weights();
        if (bytes.length != size(weights)) {
            throw new IllegalArgumentException("values of the network are " + bytes.length + " bytes, expected "
                    + size(weights));
        }
        ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        Map<String, FloatMatrix> all = new LinkedHashMap<>();
        Map<String, Long> counts = new LinkedHashMap<>();
        for (String name : weights.names()) {
            FloatMatrix like = weights.get(name);
            if (weights.type(name) == ElementType.INT64) {
                counts.put(name, from.getLong());
                all.put(name, like);
                continue;
            }
            float[] values = new float[like.rows() * like.columns()];
            FloatBuffer floats = from.asFloatBuffer();
            floats.get(values);
            from.position(from.position() + values.length * Float.BYTES);
            all.put(name, FloatMatrix.copyOf(like.rows(), like.columns(), values));
        }
        weights.replaceAll(all);
        counts.forEach(weights::replace);
    }

    private static int size(Weights weights) {
        long size = 0;
        for (String name : weights.names()) {
            FloatMatrix values = weights.get(name);
            size += weights.type(name) == ElementType.INT64
                    ? Long.BYTES
                    : (long) values.rows() * values.columns() * Float.BYTES;
        }
        return Math.toIntExact(size);
    }
}
