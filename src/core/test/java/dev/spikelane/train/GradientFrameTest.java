package dev.spikelane.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.fixture.Networks;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.CountedArenas;
import dev.spikelane.memory.limit.Owner;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.train.gradient.GradientPopulation;
import dev.spikelane.train.gradient.InputForm;
import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The shortcut for one frame has the bits of the general way, which an observer requires. */
@EveryWidth
class GradientFrameTest {

    private static final int STEPS = 9;

    /** Prepared spikes have a version, so each window must increment it. */
    @Test
    void eachWindowRaisesTheVersionOfItsSpikes() {
        assumeTrue(SimdWidth.VECTOR);
        Network network = network(20, 70, Reset.SUBTRACT);
        try (Gradients gradients = Gradients.of(network, 4, 3)
                .startAtSpikes(network.populations().getLast().name())
                .build()) {
            gradients.forwardConstant(FloatMatrix.zeros(3, 20));
            GradientPopulation first =
                    gradients.population(network.populations().getFirst().name());
            assertNotNull(first.openFrame(), "not the short way");
            long before = first.forward().spikes().version();
            gradients.forwardConstant(FloatMatrix.zeros(3, 20));
            assertNotEquals(before, first.forward().spikes().version());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Reset.class,
            names = {"SUBTRACT", "ZERO", "NONE"})
    void shortWayHasTheBitsOfTheGeneralWay(Reset reset) {
        for (int batch : new int[] {1, 5, 8}) {
            for (int hidden : new int[] {3, 64, 130}) {
                Network network = network(37, hidden, reset);
                Random random = new Random(batch * 1000L + hidden);
                FloatMatrix frame = Matrices.uniform(Arena.ofAuto(), batch, 37, random);
                FloatMatrix upstream = Matrices.uniform(Arena.ofAuto(), STEPS * batch, 4, random);
                float[][] expected = run(network, batch, 1, true, frame, upstream);
                for (int threads = 1; threads <= 3; threads++) {
                    float[][] found = run(network, batch, threads, false, frame, upstream);
                    for (int i = 0; i < expected.length; i++) {
                        assertArrayEquals(expected[i], found[i], reset + " " + batch + " x " + hidden + ", " + i);
                    }
                }
            }
        }
    }

    @Test
    void framesOfSpikesAreFramesOfOnesAndZeros() {
        Network network = network(37, 70, Reset.SUBTRACT);
        Random random = new Random(1);
        SpikeMatrix frame = Matrices.spikes(Arena.ofAuto(), 6, 37, 0.4, random);
        FloatMatrix upstream = Matrices.uniform(Arena.ofAuto(), STEPS * 6, 4, random);
        float[][] expected = run(network, 6, 1, true, frame, upstream);
        assertArrayEquals(expected, run(network, 6, 2, false, frame, upstream));
        Set<Float> different = new HashSet<>();
        for (float gradient : expected[0]) {
            different.add(gradient);
        }
        assertTrue(different.size() > 100, "few different gradients");
    }

    /** Replaced values are other parameters in equal memory. */
    @Test
    void changesOfValuesTakeNoMemory() {
        assumeTrue(SimdWidth.VECTOR, "the specification has no short way");
        Network network = network(37, 130, Reset.SUBTRACT);
        String output = network.populations().getLast().name();
        CountedArenas.Counted arena = new CountedArenas(Owner.TRAINER).newArena();
        try (Gradients gradients = Gradients.of(network, STEPS, 6)
                .inputs(InputForm.FRAME)
                .startAtSpikes(output)
                .build(arena, 6, new WorkerPool(1))) {
            FloatMatrix frame = Matrices.uniform(Arena.ofAuto(), 6, 37, new Random(1));
            gradients.forwardConstant(frame);
            gradients.backward();
            assertNotNull(gradients
                    .population(network.populations().getFirst().name())
                    .openFrame());
            long before = arena.bytes();
            for (String name : network.weights().names()) {
                if (name.endsWith("gradedSpikesFactor")) {
                    continue; // spikes of other values use another variant
                }
                FloatMatrix values = network.weights().get(name);
                values.set(0, 0, values.get(0, 0) + 0.01f);
                network.weights().replace(name, values);
                gradients.forwardConstant(frame);
                gradients.backward();
                assertEquals(before, arena.bytes(), "after another " + name);
            }
            assertNotNull(gradients
                    .population(network.populations().getFirst().name())
                    .openFrame());
        }
    }

    private static Network network(int inputs, int hidden, Reset reset) {
        Leaky neurons = new Leaky(0.9).withReset(reset).withThreshold(0.2);
        return Networks.dense(new TorchRandom(7), neurons, inputs, hidden, 4);
    }

    /** Two windows, the second from the state after the first. */
    private static float[][] run(
            Network network, int batch, int threads, boolean general, Signal frame, FloatMatrix upstream) {
        String hidden = network.populations().getFirst().name();
        String output = network.populations().getLast().name();
        GradientsBuilder builder = Gradients.of(network, STEPS, batch)
                .threads(threads)
                .startAtSpikes(output)
                .startAt(output, "membrane");
        if (general) {
            builder.observeSpikes(hidden);
        }
        List<String> names = network.weights().names().stream()
                .filter(name -> name.endsWith("weight") || name.endsWith("bias"))
                .toList();
        float[][] all = new float[names.size() + 3][];
        try (Gradients gradients = builder.build()) {
            gradients.forwardConstant(frame);
            gradients.forwardConstant(frame);
            gradients.given(output).copyFrom(upstream);
            gradients.given(output, "membrane").copyFrom(upstream);
            gradients.backward();
            for (int i = 0; i < names.size(); i++) {
                all[i] = gradients.gradient(names.get(i)).toArray();
            }
            all[names.size()] = gradients.gradientOfState(hidden, "membrane").toArray();
            all[names.size() + 1] = gradients.state(hidden).membrane().toArray();
            byte[] spikes = gradients.spikes(hidden).toArray();
            all[names.size() + 2] = new float[spikes.length];
            for (int i = 0; i < spikes.length; i++) {
                all[names.size() + 2][i] = spikes[i];
            }
        }
        return all;
    }
}
