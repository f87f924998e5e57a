package dev.spikelane.kernel.product.gradient;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * Gradients of weights of a batch of 128 over 25 steps, preparation included. The roofline counts a load and an
 * addition of 16 floats for each input of a frame, or group of four rows of spikes.
 *
 * @param inputs inputs of the connection
 * @param outputs its outputs
 * @param density share of inputs that fire; 0 for a frame
 */
public record WeightGradientWork(int inputs, int outputs, double density) implements Work {

    /** Products up to which the scalar kernel takes part. */
    private static final long SCALAR_PRODUCTS = 110_000_000;

    private static final int BATCH = 128;
    private static final int STEPS = 25;

    @Override
    public String name() {
        return "weight gradient %dx%d batch %d %s threads 1"
                .formatted(
                        inputs,
                        outputs,
                        BATCH,
                        density == 0 ? "frame" : "steps %d density %.2f".formatted(STEPS, density));
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public Case open() {
        return new Open(this);
    }

    private static final class Open implements Case {
        private final Arena arena = Arena.ofShared();
        private final WeightGradientWork work;
        private final int steps;
        private final FloatMatrix frame;
        private final SpikeMatrix spikes;
        private final FloatMatrix values;
        private final Tile tile;
        private final PackedWeights sums;
        private final WeightGradient kernel;

        Open(WeightGradientWork work) {
            this.work = work;
            steps = work.density == 0 ? 1 : STEPS;
            frame = RandomData.uniform(arena, BATCH, work.inputs, 0.01f, 1);
            spikes = RandomData.spikes(arena, STEPS * BATCH, work.inputs, work.density);
            values = RandomData.coarse(arena, steps * BATCH, work.outputs);
            tile = Tile.whole(values);
            sums = PackedWeights.zeros(arena, work.inputs, work.outputs);
            kernel = new WeightGradient(arena, work.inputs, work.outputs, 1);
        }

        @Override
        public List<Entry> entries() {
            List<Entry> entries = new ArrayList<>();
            entries.add(entry(Contestant.JAVA, this::chosen));
            if ((long) values.rows() * work.inputs * work.outputs <= SCALAR_PRODUCTS) {
                entries.add(entry(Contestant.SCALAR, this::scalar));
            }
            if (Yardstick.AVAILABLE) {
                long rows = work.density == 0 ? BATCH : STEPS * BATCH / 4;
                entries.addAll(Roofline.loads(arena, rows * work.inputs * work.outputs / Roofline.FLOATS));
            }
            return entries;
        }

        private Entry entry(Contestant contestant, Runnable pass) {
            return new Entry(
                    contestant,
                    this::reset,
                    pass,
                    () -> List.of(sums.segment(), sums.bias().segment()));
        }

        private void reset() {
            sums.packed().fill(0);
            sums.bias().fill(0);
        }

        private void chosen() {
            if (work.density == 0) {
                kernel.prepareFrame(frame, 0, null);
            } else {
                kernel.prepare(spikes, BATCH);
            }
            for (int parts = kernel.parts(); parts > 0; parts = kernel.parts()) {
                for (int part = 0; part < parts; part++) {
                    kernel.preparePart(part, 0);
                }
            }
            for (int block = 0; block < sums.blocks(); block++) {
                kernel.add(tile, sums, sums.bias(), block, 0, 0);
            }
        }

        private void scalar() {
            for (int block = 0; block < sums.blocks(); block++) {
                if (work.density == 0) {
                    ScalarWeightGradient.add(frame, tile, 1, BATCH, sums, block);
                } else {
                    ScalarWeightGradient.add(spikes, tile, steps, BATCH, sums, block);
                }
                ScalarWeightGradient.addBias(tile, steps, BATCH, work.density == 0 ? 1 : 4, sums.bias(), block);
            }
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
