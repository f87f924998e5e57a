package dev.spikelane.kernel.encode;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Logarithm;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Latency and delta coding of random data.
 *
 * @param kind the coding
 * @param neurons pixels
 * @param batch samples
 * @param steps steps in a pass
 */
public record CodingWork(Kind kind, int neurons, int batch, int steps) implements Work {

    /** A coding. */
    public enum Kind {
        /** Pixels to times. */
        LATENCY_TIMES,
        /** Times to spikes. */
        LATENCY_SPIKES,
        /** Rises to spikes. */
        DELTA_SPIKES,
        /** Rises and falls to floats. */
        DELTA_SIGNED
    }

    @Override
    public String name() {
        return "coding neurons %d batch %d steps %d threads 1 %s"
                .formatted(
                        neurons,
                        batch,
                        steps,
                        kind.name().toLowerCase(Locale.ROOT).replace('_', ' '));
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
        private static final float THRESHOLD = 0.01f;
        private static final float LOWEST = 0.0100001f;
        private static final float RISE = 0.1f;

        private final Arena arena = Arena.ofShared();
        private final Kind kind;
        private final FloatMatrix data;
        private final FloatMatrix times;
        private final FloatMatrix frames;
        private final FloatMatrix targets;
        private final SpikeMatrix spikes;

        Open(CodingWork work) {
            int rows = work.steps * work.batch;
            kind = work.kind;
            data = RandomData.uniform(arena, work.batch, work.neurons, 0, 1);
            times = FloatMatrix.zeros(arena, work.batch, work.neurons);
            frames = RandomData.uniform(arena, rows, work.neurons, 0, 1);
            targets = FloatMatrix.zeros(arena, rows, work.neurons);
            spikes = SpikeMatrix.zeros(arena, rows, work.neurons);
            LatencyTimes.logarithmic(data, THRESHOLD, LOWEST, 5, 0, times);
        }

        @Override
        public List<Entry> entries() {
            List<Entry> entries = new ArrayList<>();
            entries.add(entry(Contestant.JAVA, this::chosen));
            entries.add(entry(Contestant.SCALAR, this::scalar));
            return entries;
        }

        private Entry entry(Contestant contestant, Runnable pass) {
            return new Entry(
                    contestant,
                    pass,
                    switch (kind) {
                        case LATENCY_TIMES -> times.segment();
                        case LATENCY_SPIKES, DELTA_SPIKES -> spikes.segment();
                        case DELTA_SIGNED -> targets.segment();
                    });
        }

        private void chosen() {
            switch (kind) {
                case LATENCY_TIMES -> LatencyTimes.logarithmic(data, THRESHOLD, LOWEST, 5, 0, times);
                case LATENCY_SPIKES -> LatencySpikes.fire(times, spikes);
                case DELTA_SPIKES -> DeltaSpikes.rises(frames, data.rows(), RISE, false, spikes);
                case DELTA_SIGNED -> DeltaSpikes.signed(frames, data.rows(), RISE, false, targets);
            }
        }

        private void scalar() {
            int batch = data.rows();
            int rows = kind == Kind.LATENCY_TIMES ? batch : frames.rows();
            for (int row = 0; row < rows; row++) {
                int before = row < batch ? row : row - batch;
                switch (kind) {
                    case LATENCY_TIMES -> time(row);
                    case LATENCY_SPIKES -> fire(row);
                    case DELTA_SPIKES, DELTA_SIGNED -> compare(row, before, row < batch);
                }
            }
        }

        private void time(int row) {
            for (int neuron = 0; neuron < data.columns(); neuron++) {
                float x = Math.max(data.get(row, neuron), LOWEST);
                times.set(row, neuron, 5 * Logarithm.of(x / (x - THRESHOLD)));
            }
        }

        private void compare(int row, int before, boolean fromZero) {
            for (int neuron = 0; neuron < frames.columns(); neuron++) {
                float difference = frames.get(row, neuron) - (fromZero ? 0 : frames.get(before, neuron));
                if (kind == Kind.DELTA_SPIKES) {
                    spikes.set(row, neuron, difference >= RISE);
                } else {
                    targets.set(row, neuron, (difference >= RISE ? 1 : 0) - (difference <= -RISE ? 1 : 0));
                }
            }
        }

        /** A comparison for each step and neuron. */
        private void fire(int row) {
            for (int neuron = 0; neuron < data.columns(); neuron++) {
                float time = times.get(row % data.rows(), neuron);
                spikes.set(row, neuron, Math.rint(time) == row / data.rows());
            }
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
