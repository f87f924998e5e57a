package dev.spikelane.kernel.step;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.spike.ProductInside;
import dev.spikelane.kernel.product.spike.RecurrentMatmul;
import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Leaky neurons with all-to-all feedback of spikes, with random currents and weights, a batch of one, over 200 steps.
 *
 * @param neurons number of neurons
 */
public record RecurrentNeuronWork(int neurons) implements Work {

    private static final int STEPS = 200;
    /** Loads for 16 neurons: leak, threshold, membrane, current, feedback. */
    private static final long LOADS = 5;

    @Override
    public String name() {
        return "neuron update neurons %d batch 1 steps %d threads 1 rleaky all to all".formatted(neurons, STEPS);
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public Case open() {
        return new Open(neurons);
    }

    private static final class Open implements Case {
        private final Arena arena = Arena.ofShared();
        private final LeakyNeurons parameters;
        private final PackedWeights weights;
        private final FloatMatrix current;
        private final FloatMatrix state;
        private final FloatMatrix feedback;
        private final Tile[] feedbackOfStep = new Tile[STEPS];
        private final SpikeMatrix previous;
        private final SpikeMatrix spikes;
        private final NeuronRun<?> run;

        Open(int neurons) {
            parameters = new LeakyModel(neurons)
                    .beta(0.9f)
                    .feedback(Feedback.CURRENTS)
                    .build(arena);
            weights = PackedWeights.pack(arena, RandomData.uniform(arena, neurons, neurons, -0.02f, 0.02f));
            current = RandomData.uniform(arena, STEPS, neurons, -0.1f, 0.4f);
            state = FloatMatrix.zeros(arena, 1, neurons);
            feedback = FloatMatrix.zeros(arena, STEPS, neurons);
            for (int step = 0; step < STEPS; step++) {
                feedbackOfStep[step] = Tile.whole(feedback.rows(step, 1));
            }
            previous = SpikeMatrix.zeros(arena, 1, neurons);
            spikes = SpikeMatrix.zeros(arena, STEPS, neurons);
            run = new NeuronRun<>(state, state, spikes, Tile.whole(current)).feedback(Tile.whole(feedback), 0);
            run.previous = previous;
        }

        @Override
        public List<Entry> entries() {
            List<Entry> entries = new ArrayList<>();
            entries.add(entry(Contestant.JAVA, () -> run(false)));
            entries.add(entry(Contestant.SCALAR, () -> run(true)));
            if (Yardstick.AVAILABLE) {
                reset();
                run(false);
                long fed = spikes.count(0, STEPS - 1);
                long vectors = (long) spikes.stride() * Long.SIZE / Roofline.FLOATS;
                entries.addAll(Roofline.loads(arena, vectors * (fed + LOADS * STEPS)));
            }
            return entries;
        }

        private Entry entry(Contestant contestant, Runnable pass) {
            return new Entry(contestant, this::reset, pass, () -> List.of(state.segment(), spikes.segment()));
        }

        private void reset() {
            state.fill(0);
            previous.clear();
        }

        private void run(boolean scalar) {
            for (int step = 0; step < STEPS; step++) {
                if (scalar) {
                    ProductInside.scalarRecurrent(previous, weights, feedbackOfStep[step]);
                } else {
                    RecurrentMatmul.multiply(previous, previous.rows(), weights, feedbackOfStep[step]);
                }
                parameters.loops().run(run, step, 1);
                MemorySegment.copy(
                        spikes.segment(), spikes.rowOffset(step), previous.segment(), 0, previous.rowOffset(1));
            }
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
