package dev.spikelane.train.run;

import dev.spikelane.data.BatchLoader;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/** Hashes of a run's samples: a checkpoint continues only with the data on which it was trained. */
public final class DataHash {

    /** Most hashed values; of a larger data set, samples at even distances are hashed. */
    private static final long MOST_VALUES = 1L << 28;

    private final CRC32C sum = new CRC32C();
    private final ByteBuffer number = ByteBuffer.allocate(Integer.BYTES);

    private DataHash() {}

    public static String of(Dataset data) {
        DataHash hash = new DataHash();
        FloatMatrix values = FloatMatrix.zeros(1, data.shape().size());
        FloatMatrix targets = FloatMatrix.zeros(1, Math.max(1, data.targetSize()));
        Map<String, FloatMatrix> named = new LinkedHashMap<>();
        data.targetSizes().forEach((population, size) -> named.put(population, FloatMatrix.zeros(1, size)));
        long distance = Math.max(1, Math.ceilDiv((long) data.size() * values.columns(), MOST_VALUES));
        for (int sample = 0; sample < data.size(); sample++) {
            hash.add(data.label(sample));
            if (sample % distance == 0) {
                data.read(sample, values, 0);
                hash.add(values);
                if (data.targetSize() > 0) {
                    data.readTarget(sample, targets, 0);
                    hash.add(targets);
                }
                for (Map.Entry<String, FloatMatrix> each : named.entrySet()) {
                    data.readTarget(each.getKey(), sample, each.getValue(), 0);
                    hash.add(each.getValue());
                }
            }
        }
        return hash.text();
    }

    /**
     * Returns the hash of a network's input for the first batch, which also depends on the encoding, the augmentations
     * and the seed.
     */
    public static String ofInput(Dataset data, Batching batching) {
        DataHash hash = new DataHash();
        try (BatchLoader loader = new BatchLoader(data, batching)) {
            loader.start(0);
            if (loader.next()) {
                hash.add(loader.batch().input());
            }
        }
        return hash.text();
    }

    private void add(int label) {
        sum.update(number.putInt(0, label).rewind());
    }

    private void add(Signal rows) {
        long bytes = rows.segment().byteSize() / rows.rows();
        for (int row = 0; row < rows.rows(); row++) {
            sum.update(rows.segment().asSlice(rows.rowOffset(row), bytes).asByteBuffer());
        }
    }

    private String text() {
        return Long.toHexString(sum.getValue());
    }
}
