package dev.spikelane.kernel.step.leaky;

import static dev.spikelane.Filled.fill;
import static dev.spikelane.Filled.floats;

import dev.spikelane.Matrices;
import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.Feedback;
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

/** Neurons with any combination of options of {@link LeakyNeurons}, drawn from a seed. */
public record NeuronCase(long seed) {

    public static final class Supplier implements ArbitrarySupplier<NeuronCase> {
        @Override
        public Arbitrary<NeuronCase> get() {
            return Arbitraries.longs().map(NeuronCase::new);
        }
    }

    public record Outcome(SpikeMatrix spikes, FloatMatrix membranes, FloatMatrix state, SpikeMatrix previous) {

        void assertSame(Outcome actual, String what) {
            Matrices.assertSameBits(spikes, actual.spikes, what + ", spikes");
            Matrices.assertSameBits(membranes, actual.membranes, what + ", membranes");
            Matrices.assertSameBits(state, actual.state, what + ", state");
            Matrices.assertSameBits(previous, actual.previous, what + ", previous spikes");
        }
    }

    private Random random(int stream) {
        return new Random(seed * 31 + stream);
    }

    int neurons() {
        int[] sizes = {1, 3, 8, 15, 16, 17, 31, 33, 63, 64, 65, 100, 129, 200};
        return sizes[random(1).nextInt(sizes.length)];
    }

    int batch() {
        return 1 + random(2).nextInt(4);
    }

    int steps() {
        return 1 + random(3).nextInt(5);
    }

    int rows() {
        return batch() * steps();
    }

    LeakyNeurons parameters(Arena arena) {
        Random random = random(4);
        LeakyModel builder = new LeakyModel(neurons())
                .threshold(drawn(random, 1, 0.5f, 1.25f, -0.25f))
                .compare(of(random, Compare.values()))
                .reset(of(random, Reset.values()));
        if (random.nextInt(6) == 0) {
            return alphaFunction(builder, random).build(arena);
        }
        boolean early = random.nextInt(6) == 0;
        if (early && random.nextBoolean()) {
            builder.firesOnChange();
        } else {
            builder.firesBefore(early);
        }
        Decay decay = of(random, Decay.values());
        builder.param(
                        "leak",
                        drawn(random, decay == Decay.DIVIDE ? new float[] {2, 4, 1.5f} : new float[] {0.5f, 1, 0.25f}))
                .decay(decay, "leak")
                .rest(drawn(random, 0, 0.25f, -0.5f))
                .resetPotential(drawn(random, 0, -0.25f))
                .feedback(of(random, Feedback.values()), "V")
                .param("V", drawn(random, 0.5f, -0.25f, 1))
                .rectified(random.nextInt(4) == 0);
        if (random.nextBoolean()) {
            builder.param("alpha", drawn(random, 0.5f, 0.9f, 1.5f)).synapse("alpha");
        }
        gains(builder, random);
        return (early ? builder : shared(builder.resetTime(of(random, Reset.Time.values())), random)).build(arena);
    }

    private void gains(LeakyModel builder, Random random) {
        switch (random.nextInt(3)) {
            case 0 -> builder.param("a", drawn(random, 0.5f, 3)).gains("a");
            case 1 ->
                builder.param("a", drawn(random, 0.5f, 3))
                        .param("b", drawn(random, 2))
                        .param("c", drawn(random, 1, 0.3f))
                        .gains("a", "b", "c");
            default -> builder.gains();
        }
    }

    private LeakyModel alphaFunction(LeakyModel builder, Random random) {
        gains(builder, random);
        return shared(
                builder.param("alpha", drawn(random, 0.9f, 1))
                        .param("s", drawn(random, 3, 1.5f))
                        .alphaFunction("alpha", "s")
                        .beta(drawn(random, 0.5f, 0.25f)),
                random);
    }

    private static LeakyModel shared(LeakyModel builder, Random random) {
        if (random.nextInt(4) == 0) {
            builder.quantization(1, -1, -0.5f, 0.125f, 0.5f, 1, 1.2f);
        }
        return builder.inhibition(random.nextInt(4) == 0).carries(LeakyText.FACTOR, random.nextBoolean() ? 1 : 2.5f);
    }

    private static <T> T of(Random random, T[] values) {
        return values[random.nextInt(values.length)];
    }

    private float[] drawn(Random random, float... from) {
        return floats(random.nextBoolean() ? neurons() : 1, i -> from[random.nextInt(from.length)]);
    }

    /** Ordinary numbers, in one of four cases wild ones. */
    FloatMatrix matrix(Arena arena, int rows, int stream) {
        Random random = random(stream);
        LeakyCase.Values[] kinds = LeakyCase.Values.values();
        LeakyCase.Values kind = random(5).nextInt(4) == 0
                ? LeakyCase.Values.WILD
                : kinds[random(6).nextInt(2)];
        return fill(FloatMatrix.zeros(arena, rows, neurons()), (row, neuron) -> kind.draw(random));
    }

    /** Runs all rows with loops or the reference, in calls of all rows or one step. */
    public Outcome run(Arena arena, boolean reference, boolean stepByStep) {
        LeakyNeurons parameters = parameters(arena);
        FloatMatrix state = matrix(arena, parameters.variables() * batch(), 7);
        FloatMatrix current = matrix(arena, rows(), 8);
        FloatMatrix feedback = matrix(arena, rows(), 9);
        FloatMatrix membranes = FloatMatrix.zeros(arena, rows(), neurons());
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, rows(), neurons());
        SpikeMatrix previous = Matrices.spikes(arena, batch(), neurons(), 0.5, random(10));
        int rowsInCall = stepByStep ? batch() : rows();
        for (int row = 0; row < rows(); row += rowsInCall) {
            NeuronRun<?> run = new NeuronRun<>(state, state, spikes, Tile.whole(current))
                    .feedback(Tile.whole(feedback), 0)
                    .record(membranes);
            run.previous = previous;
            if (reference) {
                LeakyReference.run(parameters, run, row, row + rowsInCall);
            } else {
                Steps.run(parameters.loops(), run, row, rowsInCall);
            }
        }
        return new Outcome(spikes, membranes, state, previous);
    }
}
