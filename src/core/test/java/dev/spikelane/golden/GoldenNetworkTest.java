package dev.spikelane.golden;

import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.encode.Rate;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks have all spikes of snnTorch, and its membranes within the stored tolerance. */
@EveryWidth
class GoldenNetworkTest extends KernelCase {

    /** Spikes, analog input of learning cases, or one image at every step. */
    @ParameterizedTest
    @ValueSource(strings = {"net_feedforward", "bptt", "net_conv"})
    void networks(String set) {
        GoldenSet.of(set).check(golden -> {
            golden.leaveOutStarting("grad_", "compared by GoldenTrainingTest");
            for (int threads : new int[] {1, 2}) {
                runNetwork(golden, GoldenNetwork.of(golden).network(), Arena.ofAuto(), threads);
            }
        });
    }

    private static void runNetwork(GoldenCase golden, Network network, Arena arena, int threads) {
        int steps = golden.integer("steps");
        int batch = golden.integer("batch");
        int layers = network.populations().size();
        try (Simulation simulation = network.simulate(batch, threads)) {
            List<Population.SpikeRecorder> spikes = new ArrayList<>();
            List<Population.VariableRecorder> membranes = new ArrayList<>();
            for (int layer = 0; layer < layers; layer++) {
                spikes.add(simulation.recordSpikes(layer, steps));
                membranes.add(simulation.recordMembranes(layer, steps));
            }
            int columns = network.inputs().getFirst().shape().size();
            if (golden.hasInput("image")) {
                simulation.runConstant(FloatMatrix.copyOf(arena, batch, columns, golden.floats("image")), steps);
            } else if (golden.isFloat("input")) {
                simulation.run(FloatMatrix.copyOf(arena, steps * batch, columns, golden.floats("input")));
            } else {
                simulation.run(SpikeMatrix.copyOf(arena, steps * batch, columns, golden.bytes("input")));
            }
            for (int layer = 0; layer < layers; layer++) {
                String number = String.valueOf(layer + 1);
                golden.assertSpikes("spk" + number, spikes.get(layer).spikes().toArray());
                String count = golden.operation().equals("bptt") ? "spike_count_lif" : "spike_count";
                assertEquals(
                        (long) golden.scalar(count + number),
                        spikes.get(layer).spikes().count());
                if (golden.outputs().contains("mem" + number)) {
                    golden.assertClose(
                            "mem" + number, membranes.get(layer).values().toArray());
                }
                if (golden.outputs().contains("mem" + number + "_last")) {
                    FloatMatrix all = membranes.get(layer).values();
                    golden.assertClose(
                            "mem" + number + "_last",
                            all.rows((steps - 1) * batch, batch).toArray());
                }
            }
        }
    }

    @Test
    void rateStatistics() {
        GoldenSet.of("rate_statistics").check(golden -> {
            int steps = golden.integer("num_steps");
            int first = golden.has("first_spike_time") ? golden.integer("first_spike_time") : 0;
            Rate rate = new Rate(golden.number("gain", 1), golden.number("offset", 0), first);
            Arena arena = Arena.ofAuto();
            FloatMatrix data = FloatMatrix.vector(arena, golden.floats("data"));
            SpikeMatrix spikes = SpikeMatrix.zeros(arena, steps, data.columns());
            rate.encode(data, spikes, 20261124L);
            requireRates(golden, spikes, first);
            rate.encode(data, spikes, new TorchRandom(20261124L));
            requireRates(golden, spikes, first);
        });
    }

    private static void requireRates(GoldenCase golden, SpikeMatrix spikes, int first) {
        float[] probabilities = golden.floats("effective_p");
        int n = spikes.rows() - first;
        for (int neuron = 0; neuron < probabilities.length; neuron++) {
            double p = probabilities[neuron];
            int count = 0;
            for (int step = 0; step < spikes.rows(); step++) {
                boolean spike = spikes.get(step, neuron);
                assertTrue(!spike || step >= first, golden.name() + ": a spike before the first spike time");
                count += spike ? 1 : 0;
            }
            double bound = 5 * Math.sqrt(p * (1 - p) / n);
            assertEquals(p, (double) count / n, bound, golden.name() + ": rate of neuron " + neuron);
        }
        golden.markChecked("effective_p");
        golden.markChecked("mean_measured");
    }

    /** Tutorial 3 from the seed alone: weights, input, and all spikes of both layers equal torch's. */
    @ParameterizedTest
    @MethodSource("torchGoldens")
    void tutorialFromItsSeed(TorchGolden golden) {
        int steps = 200;
        TorchRandom random = new TorchRandom(golden.seed());
        Network network = Networks.of(arena, random, 784, dense(1000, new Leaky(0.99f)), dense(10, new Leaky(0.99f)));
        FloatMatrix data = FloatMatrix.zeros(arena, steps, 784);
        random.rand(data);
        SpikeMatrix input = SpikeMatrix.zeros(arena, steps, 784);
        new Rate().encodeVarying(data, 1, input, random);
        assertArrayEquals(golden.bits("tutorial3_input", steps * 784), input.toArray());
        try (Simulation simulation = network.simulate(1, 2)) {
            Population.SpikeRecorder hidden = simulation.recordSpikes(0, steps);
            Population.SpikeRecorder output = simulation.recordSpikes(1, steps);
            Population.VariableRecorder membranes = simulation.recordMembranes(1, steps);
            simulation.run(input);
            assertArrayEquals(
                    golden.bits("tutorial3_spk1", steps * 1000), hidden.spikes().toArray());
            assertArrayEquals(
                    golden.bits("tutorial3_spk2", steps * 10), output.spikes().toArray());
            assertArrayEquals(
                    golden.floats("tutorial3_mem2"), membranes.values().toArray(), 5e-5f);
        }
    }

    private static List<TorchGolden> torchGoldens() {
        List<TorchGolden> goldens = TorchGolden.all();
        assertTrue(!goldens.isEmpty(), "golden-torch has no seed: " + Arrays.toString(goldens.toArray()));
        return goldens;
    }
}
