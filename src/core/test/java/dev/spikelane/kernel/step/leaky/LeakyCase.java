package dev.spikelane.kernel.step.leaky;

import static dev.spikelane.Filled.fill;
import static dev.spikelane.Filled.floats;
import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.Matrices.assertZeroPads;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.kernel.Awkward;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.kernel.step.Steps;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;
import net.jqwik.api.Combinators;

/** Leaky neurons, inputs and initial membranes, drawn from a seed. */
public record LeakyCase(
        int neurons, int batch, int steps, Reset reset, Mode mode, boolean eachItsOwn, Values values, long seed) {

    public enum Mode {
        DELAYED,
        IMMEDIATE,
        INHIBITED,
        INHIBITED_IMMEDIATE,
        FIRES_BEFORE
    }

    public enum Values {
        ORDINARY,
        /** Multiples of 1/4, which meet thresholds exactly. */
        DYADIC,
        /** NaN, infinities, signed zeros, and huge and tiny numbers. */
        WILD;

        public float draw(Random random) {
            return switch (this) {
                case ORDINARY -> random.nextFloat() * 4 - 2;
                case DYADIC -> (random.nextInt(17) - 8) / 4f;
                case WILD ->
                    switch (random.nextInt(12)) {
                        case 0 -> random.nextInt(4) == 0 ? Float.NaN : 1;
                        case 1 -> Float.POSITIVE_INFINITY;
                        case 2 -> Float.NEGATIVE_INFINITY;
                        case 3 -> -0.0f;
                        case 4 -> random.nextBoolean() ? Float.MAX_VALUE : -Float.MAX_VALUE;
                        case 5 -> Float.MIN_VALUE;
                        default -> DYADIC.draw(random);
                    };
            };
        }
    }

    /** All combinations, around the sizes of lanes and words. */
    static final class Supplier implements ArbitrarySupplier<LeakyCase> {
        @Override
        public Arbitrary<LeakyCase> get() {
            return Combinators.combine(
                            new Awkward.Sizes().get(),
                            Arbitraries.integers().between(1, 5),
                            Arbitraries.integers().between(1, 6),
                            Arbitraries.of(Reset.class),
                            Arbitraries.of(Mode.class),
                            Arbitraries.of(true, false),
                            Arbitraries.of(Values.class),
                            Arbitraries.longs())
                    .as(LeakyCase::new);
        }
    }

    /** Runs the steps of the first rows, and stores membranes if there are some. */
    @FunctionalInterface
    public interface Step {
        void run(
                LeakyNeurons parameters,
                FloatMatrix current,
                FloatMatrix membrane,
                SpikeMatrix spikes,
                FloatMatrix membranes);
    }

    record Outcome(SpikeMatrix spikes, FloatMatrix membranes, FloatMatrix membrane) {

        void assertSame(Outcome actual, String what) {
            assertSameBits(spikes, actual.spikes, what + ", spikes");
            assertSameBits(membranes, actual.membranes, what + ", membranes");
            assertSameBits(membrane, actual.membrane, what + ", state");
        }
    }

    LeakyCase uncoupled() {
        return with(
                neurons,
                switch (mode) {
                    case INHIBITED -> Mode.DELAYED;
                    case INHIBITED_IMMEDIATE -> Mode.IMMEDIATE;
                    default -> mode;
                });
    }

    LeakyCase inhibited() {
        return with(neurons, immediate() ? Mode.INHIBITED_IMMEDIATE : Mode.INHIBITED);
    }

    LeakyCase withAnotherWord() {
        return with(neurons + Long.SIZE, mode);
    }

    private LeakyCase with(int otherNeurons, Mode otherMode) {
        return new LeakyCase(otherNeurons, batch, steps, reset, otherMode, eachItsOwn, values, seed);
    }

    int rows() {
        return steps * batch;
    }

    public LeakyNeurons parameters(Arena arena) {
        return new LeakyModel(neurons)
                .beta(betas())
                .threshold(thresholds())
                .carries(LeakyText.FACTOR, factors())
                .reset(reset)
                .resetTime(immediate() ? Reset.Time.SAME_STEP_DIFFERENCE : Reset.Time.NEXT_STEP)
                .inhibition(inhibition())
                .firesBefore(mode == Mode.FIRES_BEFORE)
                .build(arena);
    }

    FloatMatrix current(Arena arena) {
        return drawn(arena, rows(), 1);
    }

    public FloatMatrix firstMembrane(Arena arena) {
        return drawn(arena, batch, 2);
    }

    private FloatMatrix drawn(Arena arena, int rows, int stream) {
        Random random = new Random(seed + stream);
        return fill(FloatMatrix.zeros(arena, rows, neurons), (row, neuron) -> values.draw(random));
    }

    private float[] betas() {
        return values == Values.DYADIC ? chosen(3, 1, 0.5f, 0) : chosen(3, 0.9f, 0.99f, 1, 0.3f, 0, 1.5f, -0.5f);
    }

    private float[] thresholds() {
        return chosen(4, 1, 0.5f, 1.25f, 0, -0.75f);
    }

    private float[] factors() {
        return chosen(5, 1, 2.5f, 0, -0.0f, -0.5f);
    }

    private float[] chosen(int stream, float... from) {
        Random random = new Random(seed + stream);
        return floats(eachItsOwn ? neurons : 1, i -> from[random.nextInt(from.length)]);
    }

    private boolean immediate() {
        return mode == Mode.IMMEDIATE || mode == Mode.INHIBITED_IMMEDIATE;
    }

    private boolean inhibition() {
        return mode == Mode.INHIBITED || mode == Mode.INHIBITED_IMMEDIATE;
    }

    /** Runs a variant in memory with other spikes and membranes. */
    Outcome run(Arena arena, Step variant) {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, rows(), neurons);
        for (int neuron = 0; neuron < neurons; neuron += 2) {
            spikes.set(0, neuron, true);
        }
        FloatMatrix membranes = FloatMatrix.zeros(arena, rows(), neurons);
        membranes.fill(99);
        FloatMatrix membrane = firstMembrane(arena);
        FloatMatrix current = current(arena);
        variant.run(parameters(arena), current, membrane, spikes, membranes);
        assertSameBits(current(arena), current, "the current is only read");
        assertZeroPads(membranes, "membranes");
        return new Outcome(spikes, membranes, membrane);
    }

    static void record(
            LeakyNeurons parameters,
            FloatMatrix current,
            FloatMatrix membrane,
            SpikeMatrix spikes,
            FloatMatrix membranes) {
        assertEquals(current.rows(), membranes.rows());
        Steps.run(
                parameters.loops(),
                new NeuronRun<>(membrane, membrane, spikes, Tile.whole(current)).record(membranes),
                0,
                current.rows());
    }
}
