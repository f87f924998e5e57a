package dev.spikelane.golden;

import static dev.spikelane.Filled.fill;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.EveryWidth;
import dev.spikelane.data.BatchLoader;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.random.TorchRandom;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Orders and splits of samples, and dropout masks, equal torch's. */
@EveryWidth
class GoldenOrderTest {

    @Test
    void shuffle() {
        GoldenSet.of("shuffle").check(golden -> {
            int samples = golden.integer("samples");
            long seed = golden.parameters().path("seed").longValue();
            Batching plain = new Batching(golden.integer("batch")).withDropLast(golden.flagIfSet("drop_last"));
            Batching batching =
                    golden.flagIfSet("own_generator") ? plain.withShuffle(seed) : plain.withGlobalShuffle(seed);
            List<Integer> shape = golden.shape("orders");
            float[] orders = new float[shape.get(0) * shape.get(1)];
            if (batching.batches(samples) > 0) {
                read(numbered(samples), batching, shape.get(0), orders);
            }
            golden.assertClose("orders", orders);
        });
    }

    private static void read(Dataset data, Batching batching, int epochs, float... orders) {
        int at = 0;
        try (BatchLoader loader = new BatchLoader(data, batching)) {
            for (int epoch = 0; epoch < epochs; epoch++) {
                loader.start(epoch);
                while (loader.next()) {
                    BatchLoader.Batch batch = loader.batch();
                    for (int row = 0; row < batch.count(); row++) {
                        orders[at++] = batch.values().get(row, 0);
                    }
                }
            }
        }
    }

    @Test
    void split() {
        GoldenSet.of("split").check(golden -> {
            int samples = golden.integer("samples");
            JsonNode lengths = golden.parameters().path("lengths");
            int[] each = new int[lengths.size()];
            Arrays.setAll(each, i -> lengths.get(i).intValue());
            List<Dataset> parts =
                    numbered(samples).split(golden.parameters().path("seed").longValue(), each);
            List<String> names = List.of("first", "second");
            for (int part = 0; part < names.size(); part++) {
                golden.assertClose(names.get(part), numbers(parts.get(part)));
            }
        });
    }

    @Test
    void dropout() {
        GoldenSet.of("dropout").check(golden -> {
            int columns = golden.shape("x").getLast();
            float[] x = golden.floats("x");
            FloatMatrix values = FloatMatrix.copyOf(x.length / columns, columns, x);
            TorchRandom random =
                    new TorchRandom(golden.parameters().path("seed").longValue());
            random.dropout(values, golden.real("p", 0.5), values);
            golden.assertClose("y", values.toArray());
        });
    }

    /** Samples whose only value is their number. */
    private static Dataset numbered(int samples) {
        FloatMatrix values = fill(FloatMatrix.zeros(samples, 1), sample -> sample);
        return Dataset.of(Shape.of(1), values, new int[samples], 1);
    }

    private static float[] numbers(Dataset data) {
        FloatMatrix value = FloatMatrix.zeros(1, 1);
        float[] numbers = new float[data.size()];
        for (int sample = 0; sample < numbers.length; sample++) {
            data.read(sample, value, 0);
            numbers[sample] = value.get(0, 0);
        }
        return numbers;
    }
}
