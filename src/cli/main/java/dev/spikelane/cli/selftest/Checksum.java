package dev.spikelane.cli.selftest;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Weights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** The CRC-32C of results, with one bit pattern for all NaNs. */
final class Checksum {

    private final CRC32C sum = new CRC32C();

    void add(byte[] bytes) {
        sum.update(bytes);
    }

    void add(SpikeMatrix spikes) {
        add(spikes.toArray());
    }

    void add(FloatMatrix values) {
        float[] all = values.toArray();
        ByteBuffer bytes = ByteBuffer.allocate(all.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : all) {
            bytes.putInt(Float.floatToIntBits(value));
        }
        add(bytes.array());
    }

    void add(Weights weights) {
        for (String name : weights.names()) {
            add(weights.get(name));
        }
    }

    @Override
    public String toString() {
        return "%08x".formatted(sum.getValue());
    }
}
