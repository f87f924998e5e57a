package dev.spikelane.engine;

import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.operator.Cut;
import dev.spikelane.connection.operator.InputGradient;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.connection.operator.WeightGradients;
import dev.spikelane.fixture.ForwardingOperator;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.Tile;
import dev.spikelane.train.Gradients;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Threads run complete paths of several operators in parts, forward and back, with equal bits. */
@EveryWidth
final class PathPartsTest {

    private static final int INPUTS = 200;
    private static final int OUTPUTS = 70;
    private static final List<String> WEIGHTS = network().weights().names().stream()
            .filter(name -> name.endsWith("weight") || name.endsWith("bias"))
            .toList();

    private final Arena arena = Arena.ofAuto();

    private record Left(SpikeMatrix spikes, FloatMatrix membranes) {}

    /**
     * Dense, scale and dense without neurons between them, and one more operator into the same port; then a layer of
     * fewer blocks than threads, and neurons with or without coupling.
     */
    static Network network() {
        TorchRandom random = new TorchRandom(3);
        NetworkBuilder builder = Network.builder();
        var x = builder.input("x", Shape.of(INPUTS));
        var hidden = builder.population("hidden", Shape.of(OUTPUTS), new Synaptic(0.8, 0.9).withThreshold(0.2));
        var last = builder.population("last", Shape.of(10), new Leaky(0.9).withThreshold(0.3));
        builder.project(
                "two", x, hidden, dense(INPUTS, 300, random), OneToOne.scale(0.7f), dense(300, OUTPUTS, random));
        builder.project("one", x, hidden, dense(INPUTS, OUTPUTS, random)).delay(1);
        builder.project("out", hidden, last, dense(OUTPUTS, 10, random));
        return builder.build();
    }

    private static Dense dense(int inputs, int outputs, TorchRandom random) {
        return Dense.linear(inputs, outputs, random);
    }

    @ParameterizedTest
    @CsvSource({"1, 40", "3, 13", "7, 9", "64, 1", "65, 2"})
    void simulationsHaveTheSameBits(int batch, int steps) {
        Random random = new Random(5);
        SpikeMatrix spikes = Matrices.spikes(arena, steps * batch, INPUTS, 0.3, random);
        FloatMatrix values = Matrices.uniform(arena, steps * batch, INPUTS, random);
        FloatMatrix frame = Matrices.uniform(arena, batch, INPUTS, random);
        for (Signal given : new Signal[] {spikes, values, frame}) {
            boolean constant = given == frame && steps > 1;
            Left expected = simulate(given, batch, steps, 1, constant);
            for (int threads = 2; threads <= 3; threads++) {
                Left found = simulate(given, batch, steps, threads, constant);
                assertSameBits(expected.spikes, found.spikes, threads + " threads");
                assertSameBits(expected.membranes, found.membranes, threads + " threads");
            }
        }
    }

    private static Left simulate(Signal given, int batch, int steps, int threads, boolean constant) {
        try (Simulation simulation = network().simulate(batch, threads)) {
            var spikes = simulation.recordSpikes("last", steps);
            var membranes = simulation.recordMembranes("hidden", steps);
            if (constant) {
                simulation.runConstant(given, steps);
            } else {
                simulation.run(given);
            }
            return new Left(spikes.spikes(), membranes.values());
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 40, 40", "3, 13, 13", "3, 13, 4", "7, 9, 1", "40, 9, 9"})
    void gradientsHaveTheSameBits(int batch, int steps, int every) {
        Random random = new Random(5);
        SpikeMatrix spikes = Matrices.spikes(arena, steps * batch, INPUTS, 0.3, random);
        FloatMatrix values = Matrices.uniform(arena, steps * batch, INPUTS, random);
        FloatMatrix frame = Matrices.uniform(arena, batch, INPUTS, random);
        for (Signal given : new Signal[] {spikes, values, frame}) {
            List<FloatMatrix> expected = gradients(given, batch, steps, every, 1);
            for (int threads = 2; threads <= 3; threads++) {
                List<FloatMatrix> found = gradients(given, batch, steps, every, threads);
                for (int i = 0; i < expected.size(); i++) {
                    String what = i < WEIGHTS.size() ? WEIGHTS.get(i) : "input";
                    assertSameBits(expected.get(i), found.get(i), what + ", " + threads + " threads");
                }
            }
        }
    }

    private static List<FloatMatrix> gradients(Signal given, int batch, int steps, int every, int threads) {
        try (Gradients gradients = Gradients.of(network(), steps, batch)
                .toInput("x")
                .startAtSpikes("last")
                .recomputeEvery(every)
                .threads(threads)
                .build()) {
            FloatMatrix from = gradients.given("last");
            for (int row = 0; row < from.rows(); row++) {
                for (int i = 0; i < 10; i++) {
                    from.set(row, i, (row * 37 + i * 11) % 101 / 50f - 1);
                }
            }
            if (given.rows() == batch && steps > 1) {
                gradients.forwardConstant(given);
            } else {
                gradients.forward(given);
            }
            gradients.backward();
            List<FloatMatrix> all =
                    new ArrayList<>(WEIGHTS.stream().map(gradients::gradient).toList());
            FloatMatrix ofInput = gradients.gradientOfInput("x");
            FloatMatrix copy = FloatMatrix.zeros(ofInput.rows(), ofInput.columns());
            copy.copyFrom(ofInput);
            all.add(copy);
            return all;
        }
    }

    /** Threads must meet in each operator of the path, so the test would time out if one thread did everything. */
    @Test
    void threadsMeetInEachOperator() {
        int batch = 4;
        int steps = 120;
        Network network = network();
        CountDownLatch[] met = new CountDownLatch[4];
        int[] place = {0};
        network.laidOut().replaceOperators(0, operator -> {
            if (operator.inputs() == operator.outputs()) {
                return operator;
            }
            int own = place[0];
            place[0] += 2;
            met[own] = new CountDownLatch(2);
            met[own + 1] = new CountDownLatch(2);
            return new Meeting(operator, met[own], met[own + 1]);
        });
        SpikeMatrix spikes = Matrices.spikes(arena, steps * batch, INPUTS, 0.3, new Random(1));
        try (Simulation simulation = network.simulate(batch, 2)) {
            simulation.run(spikes);
        }
        assertEquals(List.of(0L, 2L, 0L, 2L), counts(met), "forward");
        try (Gradients gradients = Gradients.of(network, steps, batch)
                .toInput("x")
                .startAtSpikes("hidden")
                .threads(2)
                .build()) {
            gradients.forward(spikes);
            gradients.backward();
        }
        assertEquals(List.of(0L, 0L, 0L, 0L), counts(met), "back");
    }

    private static List<Long> counts(CountDownLatch[] of) {
        return Arrays.stream(of).map(CountDownLatch::getCount).toList();
    }

    /** An operator in which a thread waits at its first call until another thread arrives. */
    private record Meeting(Operator operator, CountDownLatch forward, CountDownLatch back, ThreadLocal<Boolean> been)
            implements ForwardingOperator {

        Meeting(Operator operator, CountDownLatch forward, CountDownLatch back) {
            this(operator, forward, back, ThreadLocal.withInitial(() -> false));
        }

        private static void meet(CountDownLatch latch, ThreadLocal<Boolean> been) {
            if (!been.get()) {
                been.set(true);
                latch.countDown();
                try {
                    latch.await(200, TimeUnit.SECONDS);
                } catch (InterruptedException interrupted) {
                    throw new IllegalStateException(interrupted);
                }
            }
        }

        @Override
        public Cut cut(int rows, int threads) {
            return operator.cut(rows, threads);
        }

        @Override
        public void multiply(SpikeMatrix spikes, int rows, Tile current, Scratch scratch) {
            meet(forward, been);
            operator.multiply(spikes, rows, current, scratch);
        }

        @Override
        public void multiply(FloatMatrix input, int rows, Tile current, Scratch scratch) {
            meet(forward, been);
            operator.multiply(input, rows, current, scratch);
        }

        @Override
        public InputGradient inputGradient(Arena arena) {
            InputGradient own = operator.inputGradient(arena);
            ThreadLocal<Boolean> pulled = ThreadLocal.withInitial(() -> false);
            return (gradient, rows, into) -> {
                meet(back, pulled);
                own.pull(gradient, rows, into);
            };
        }

        @Override
        public WeightGradients weightGradients(Arena arena, int threads) {
            return operator.weightGradients(arena, threads);
        }

        @Override
        public Operator copy(Arena arena) {
            return new Meeting(operator.copy(arena), forward, back);
        }
    }
}
