package dev.spikelane.kernel.step;

import dev.spikelane.simd.Tile;
import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.kernel.step.leaky.WindowStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Quantization;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A thousand neurons of one model with random currents, a batch of one, over 200 steps.
 *
 * @param model the model
 */
public record NeuronWork(Model model) implements Work {

    private static final int NEURONS = 1000;
    private static final int STEPS = 200;

    private static final int BITS = 8;
    private static final int LEVELS = 1 << BITS;

    /** Distance of the highest level above the threshold. */
    private static final double UPPER = 0.2;

    /** Inputs that count where the sum of inputs is truncated. */
    private static final int WINDOW = 20;

    /**
     * A model, and the minimum work of 16 neurons per step: rows of 16 floats to load, and operations on such rows. If
     * two steps are computed at a time, state and parameters are loaded once for both. The bound has a cycle per load
     * or per two operations, whichever is more.
     */
    public enum Model {
        LEAKY(2.5, 5.5),
        SYNAPTIC(3.5, 7.5),
        ALPHA(8, 16),
        LAPICQUE(4, 8.5),
        RLEAKY_ONE_TO_ONE(3, 8.5),
        RSYNAPTIC_ONE_TO_ONE(7, 11),
        LIF_EULER(6, 12),
        LIF_DIVIDE(6, 12),
        DELTA_LEAKY(2.5, 5),
        LEAKY_PARALLEL(3, 6),
        /** Without a table: the nearest level is computed. */
        LEAKY_QUANTIZED_8_BITS(4, 23),
        /** Six operations for each level. */
        LEAKY_QUANTIZED_AROUND_THRESHOLD_8_BITS(4, 6 * LEVELS),
        STATE_LEAKY(2.5, 3),
        STATE_LEAKY_TRUNCATED(10, 10),
        /** Three sigmoids and two hyperbolic tangents. */
        SLSTM(11, 150);

        private final double cycles;

        Model(double loads, double operations) {
            this.cycles = Math.max(loads, operations / 2);
        }

        private LeakyModel options() {
            LeakyModel builder = new LeakyModel(NEURONS).beta(0.9f);
            return switch (this) {
                case LEAKY -> builder;
                case SYNAPTIC -> builder.param("alpha", 0.8f).synapse("alpha");
                case ALPHA ->
                    builder.param("alpha", 0.95f).alphaFunction("alpha", "2").reset(Reset.CLEAR);
                case LAPICQUE ->
                    builder.param("a", 5).param("b", 0.2f).param("c", 1).gains("a", "b", "c");
                case RLEAKY_ONE_TO_ONE -> builder.param("V", 0.5f).feedback(Feedback.OWN_SPIKES, "V");
                case RSYNAPTIC_ONE_TO_ONE ->
                    builder.param("alpha", 0.8f)
                            .synapse("alpha")
                            .param("V", 0.5f)
                            .feedback(Feedback.OWN_SPIKES, "V");
                case LIF_EULER ->
                    builder.param("leak", 0.1f)
                            .decay(Decay.EULER, "leak")
                            .reset(Reset.CLEAR)
                            .resetTime(Reset.Time.SAME_STEP);
                case LIF_DIVIDE ->
                    builder.param("leak", 10)
                            .decay(Decay.DIVIDE, "leak")
                            .compare(Compare.INCLUSIVE)
                            .reset(Reset.CLEAR)
                            .resetTime(Reset.Time.SAME_STEP);
                case DELTA_LEAKY -> builder.firesOnChange();
                case LEAKY_PARALLEL ->
                    builder.reset(Reset.NONE).rectified(true).param("V", 0.01f).feedback(Feedback.CONSTANT, "V");
                case LEAKY_QUANTIZED_8_BITS ->
                    builder.quantization(
                            1, Quantization.uniform(BITS, 1, 0, UPPER).levels());
                case LEAKY_QUANTIZED_AROUND_THRESHOLD_8_BITS ->
                    builder.quantization(
                            1, Quantization.aroundThreshold(BITS, 1, 0, UPPER).levels());
                case STATE_LEAKY -> builder.reset(Reset.NONE);
                case STATE_LEAKY_TRUNCATED ->
                    builder.param("alpha", 0.9f).synapse("alpha").reset(Reset.NONE);
                case SLSTM -> builder.threshold(0.1f).gates(NEURONS).reset(Reset.NONE);
            };
        }
    }

    @Override
    public String name() {
        return "neuron update neurons %d batch 1 steps %d threads 1 %s"
                .formatted(NEURONS, STEPS, model.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public Case open() {
        return new Open(model);
    }

    private static final class Open implements Case {
        private final Arena arena = Arena.ofShared();
        private final Model model;
        private final LeakyNeurons parameters;
        private final FloatMatrix current;
        private final FloatMatrix state;
        private final FloatMatrix feedback;
        private final FloatMatrix weights = FloatMatrix.zeros(arena, WINDOW, NEURONS);
        private final FloatMatrix window = FloatMatrix.zeros(arena, WINDOW, NEURONS);
        private final SpikeMatrix previous = SpikeMatrix.zeros(arena, 1, NEURONS);
        private final SpikeMatrix spikes = SpikeMatrix.zeros(arena, STEPS, NEURONS);
        private final NeuronRun<?> run;

        Open(Model model) {
            this.model = model;
            parameters = model.options().build(arena);
            int currents = parameters.loops().currents();
            current = RandomData.uniform(arena, STEPS, currents, -0.1f, 0.4f);
            state = FloatMatrix.zeros(arena, parameters.variables(), NEURONS);
            feedback = FloatMatrix.zeros(arena, STEPS, currents);
            run = new NeuronRun<>(state, state, spikes, Tile.whole(current)).feedback(Tile.whole(feedback), 0);
            run.previous = previous;
            for (int age = 0; age < WINDOW; age++) {
                for (int neuron = 0; neuron < NEURONS; neuron++) {
                    weights.set(age, neuron, (float) Math.pow(0.9f, age));
                }
            }
        }

        @Override
        public List<Entry> entries() {
            List<Entry> entries = new ArrayList<>();
            entries.add(entry(Contestant.JAVA, this::chosen));
            if (Yardstick.AVAILABLE) {
                long vectors = (long) STEPS * spikes.stride() * Long.SIZE / Roofline.FLOATS;
                entries.addAll(Roofline.loads(arena, Math.round(vectors * model.cycles)));
            }
            return entries;
        }

        private Entry entry(Contestant contestant, Runnable pass) {
            return new Entry(contestant, this::reset, pass, () -> List.of(state.segment(), spikes.segment()));
        }

        private void reset() {
            state.fill(0);
            feedback.fill(0);
            previous.clear();
        }

        private void chosen() {
            switch (model) {
                case STATE_LEAKY_TRUNCATED -> {
                    for (int step = 0; step < STEPS; step++) {
                        WindowStep.charge(parameters, weights, run, window, step, step);
                        parameters.firing().run(run, step, 1);
                    }
                }
                default -> parameters.loops().run(run, 0, STEPS);
            }
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
