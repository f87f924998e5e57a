package dev.spikelane.network.plastic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Awkward.ZeroTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SimulationState;
import java.util.List;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Weights and variables of a rule have the bits of plain loops, through a snapshot and a fork too. */
@EveryWidth
final class RuleProperties extends KernelCase {

    private static final int STEPS = 14;

    /** Ends with a block of outputs, which others wait for. */
    private static final String LAST = """
            rule Last
            state synapse e = 0.25
            trace pre x tau = 3
            trace post y tau = 5 behind
            on pre
            w += -0.25 * w * y
            e += y
            on post y > 0.9
            e += x
            on post
            w += 0.5 * x * (1 - w)
            bounds -0.5, 1
            """;

    @Property(tries = 24, edgeCases = EdgeCasesMode.NONE)
    void rulesHaveTheBitsOfPlainLoops(@UpTo(3) int batch, @ZeroTo(2) int delay, @ForAll long seed) {
        Random random = new Random(seed);
        boolean dense = random.nextBoolean();
        boolean maps = dense && random.nextBoolean();
        Kernel kernel = maps ? Kernel.of(3, 2) : dense ? Kernel.of(1) : kernel(random);
        int channels = kernel.groups() * (1 + random.nextInt(dense && !maps ? 140 : 4));
        Shape source = dense
                ? Shape.of(channels, kernel.y().size(), kernel.x().size())
                : Shape.of(channels, 5 + random.nextInt(5), 5 + random.nextInt(5));
        int made = kernel.groups() * (1 + random.nextInt(random.nextBoolean() ? 5 : 140));
        int columns =
                channels / kernel.groups() * kernel.y().size() * kernel.x().size();
        FloatMatrix weights = withinBounds(Matrices.uniform(arena, made, columns, random));
        Connection learned = dense ? Dense.of(weights) : Convolution.of(kernel.withoutBias(), weights);
        Shape from = dense && !maps ? Shape.of(channels) : source;
        Shape to = dense ? Shape.of(made) : learned.outputShape(from);
        SpikeMatrix inputs = Matrices.spikes(arena, STEPS * batch, from.size(), random.nextDouble(), random);
        SpikeMatrix outputs = Matrices.spikes(arena, STEPS * batch, to.size(), random.nextDouble(), random);
        Shape target = dense ? Shape.of(made, 1, 1) : to;
        NaiveRule naive = new NaiveRule(kernel, source, target, batch, delay, inputs, outputs, weights.toArray());
        Network network = LearningNetwork.of(
                from,
                to,
                Plasticity.of(NaiveRule.TEXT),
                delay,
                maps ? new Connection[] {new Flatten(), learned} : new Connection[] {learned});
        String what = learned + ", batch " + batch + ", delay " + delay + ", seed " + seed;
        try (Simulation first = network.simulate(batch, 1 + random.nextInt(2));
                Simulation second = network.simulate(batch)) {
            int half = 1 + random.nextInt(STEPS - 1);
            LearningNetwork.run(first, inputs, outputs, 0, half);
            LearningNetwork.run(second, outputs(inputs), outputs, 0, half); // something else, which must go
            second.restore(SimulationState.of(first.snapshot().toBytes()));
            try (Simulation fork = first.fork()) {
                for (int step = 0; step < STEPS; step++) {
                    naive.step(step);
                }
                for (Simulation each : new Simulation[] {first, second, fork}) {
                    LearningNetwork.run(each, inputs, outputs, half, STEPS - half);
                    String which = each.equals(first) ? "first" : each.equals(second) ? "restored" : "fork";
                    assertSame(naive, each, which + " after " + half + ", " + what);
                }
            }
        }
    }

    @Property(tries = 12, edgeCases = EdgeCasesMode.NONE)
    void theLastBlockOfOutputsChangesWhatItDoesWhenABlockFollows(@UpTo(2) int batch, @ForAll long seed) {
        Random random = new Random(seed);
        int from = 1 + random.nextInt(200);
        int to = 1 + random.nextInt(140);
        Connection learned = Dense.of(withinBounds(Matrices.uniform(arena, to, from, random)));
        SpikeMatrix inputs = Matrices.spikes(arena, STEPS * batch, from, random.nextDouble(), random);
        SpikeMatrix outputs = Matrices.spikes(arena, STEPS * batch, to, random.nextDouble(), random);
        String silent = LAST.replace("bounds", "on pre x < -1\nw += 1\nbounds");
        try (Simulation last = LearningNetwork.of(Shape.of(from), learned, Plasticity.of(LAST), 0)
                        .simulate(batch);
                Simulation followed = LearningNetwork.of(Shape.of(from), learned, Plasticity.of(silent), 0)
                        .simulate(batch)) {
            for (int step = 0; step < STEPS; step++) {
                for (Simulation each : List.of(last, followed)) {
                    LearningNetwork.run(each, inputs, outputs, step, 1);
                }
                for (String each : List.of("x-p.weight", "x-p.e")) {
                    assertArrayEquals(
                            followed.plasticWeights().get(each).toArray(),
                            last.plasticWeights().get(each).toArray(),
                            each + " behind step " + step + ", batch " + batch + ", seed " + seed);
                }
            }
        }
    }

    private static FloatMatrix withinBounds(FloatMatrix weights) {
        for (int i = 0; i < weights.rows() * weights.columns(); i++) {
            int row = i / weights.columns();
            int column = i % weights.columns();
            weights.set(row, column, 0.5f * weights.get(row, column));
        }
        return weights;
    }

    private static SpikeMatrix outputs(SpikeMatrix inputs) {
        SpikeMatrix other = SpikeMatrix.zeros(inputs.rows(), inputs.columns());
        for (int row = 0; row < inputs.rows(); row++) {
            other.set(row, row % inputs.columns(), true);
        }
        return other;
    }

    private static void assertSame(NaiveRule naive, Simulation simulation, String what) {
        assertArrayEquals(
                naive.weights, simulation.plasticWeights().get("x-p.weight").toArray(), "weights, " + what);
        assertArrayEquals(naive.e, simulation.plasticWeights().get("x-p.e").toArray(), "e, " + what);
        assertArrayEquals(naive.x, simulation.trace("x-p", "x").toArray(), "x, " + what);
        assertArrayEquals(naive.y, simulation.trace("x-p", "y").toArray(), "y, " + what);
    }

    private static Kernel kernel(Random random) {
        return Kernel.of(1 + random.nextInt(3), 1 + random.nextInt(3))
                .withStride(1 + random.nextInt(2), 1 + random.nextInt(2))
                .withPadding(random.nextInt(2), random.nextInt(2))
                .withDilation(1 + random.nextInt(2), 1 + random.nextInt(2))
                .withGroups(1 + random.nextInt(2));
    }
}
