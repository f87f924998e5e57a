package dev.spikelane.network;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.fill;
import static dev.spikelane.Filled.floats;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.graph.RandomNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.random.TorchRandom;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

@EveryWidth
final class NetworkTest extends KernelCase {

    private NetworkBuilder builder() {
        return Network.builder(arena, 7);
    }

    private Dense dense(int inputs, int outputs) {
        return Dense.of(arena, Matrices.uniform(arena, outputs, inputs, new Random(1)));
    }

    @Test
    void tellsItsLayers() {
        TorchRandom random = new TorchRandom(1);
        Network network = builder()
                .dense(5, random)
                .neuron(new Leaky(0.9f))
                .dense(3, random)
                .neuron(new Leaky(0.8f))
                .build();
        assertEquals(List.of(new Input("input", Shape.of(7))), network.inputs());
        assertEquals(3, network.outputs());
        assertEquals(
                List.of("lif1", "lif2"),
                network.populations().stream().map(Population::name).toList());
        assertEquals(5, network.population("lif1").size());
        assertEquals(new Leaky(0.8f), network.populations().getLast().neuron());
        assertTrue(network.toString().startsWith("Network lif1 [5], Leaky[beta=0.9, "), network.toString());
        assertTrue(network.toString().endsWith("; fc2: lif1 -> lif2 (dense 5 -> 3)"), network.toString());
        assertThrows(
                UnsupportedOperationException.class, () -> network.populations().clear());
    }

    /** Parameters are the current ones, in each model. */
    @Test
    void tellsWhatNeuronsHaveLearned() {
        for (int model = 0; model < RandomNeuron.MODELS; model++) {
            Neuron neuron = new RandomNeuron(arena, 5, new Random(model)).of(model);
            Network network = Networks.dense(new TorchRandom(1), neuron, 5, 5 * neuron.gates());
            assertTrue(network.toString().startsWith("Network lif1 [5], " + neuron + "; "), network.toString());
            Neuron learned = neuron;
            for (Map.Entry<String, Parameter> each : neuron.parameters().entrySet()) {
                String name =
                        "lif1." + each.getKey().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
                if (!network.weights().names().contains(name)) {
                    continue; // weights of a recurrence
                }
                float[] now = each.getValue().values();
                for (int i = 0; i < now.length; i++) {
                    now[i] *= 0.9375f;
                }
                learned = learned.withParameter(each.getKey(), Parameter.of(now));
                network.weights().replace(name, FloatMatrix.of(now));
            }
            assertTrue(network.toString().startsWith("Network lif1 [5], " + learned + "; "), network.toString());
        }
    }

    /** One stream, in the order of the layers, weights before bias. */
    @Test
    void drawsWeightsInTheOrderOfTheLayers() {
        TorchRandom random = new TorchRandom(5);
        Network network = builder()
                .dense(5, random)
                .neuron(new Leaky(0.9f))
                .dense(3, random)
                .neuron(new Leaky(0.9f))
                .build();
        TorchRandom again = new TorchRandom(5);
        for (String name : List.of("fc1", "fc2")) {
            FloatMatrix actual = network.weights().get(name + ".weight");
            FloatMatrix weights = FloatMatrix.zeros(arena, actual.rows(), actual.columns());
            FloatMatrix bias = FloatMatrix.zeros(arena, 1, actual.rows());
            again.linear(weights, bias);
            assertSameBits(weights, actual, name);
            assertSameBits(bias, network.weights().get(name + ".bias"), name);
        }
    }

    @Test
    void refusesANetworkWithoutInputs() {
        assertInvalid("shape is [0], expected every size to be at least 1", () -> Network.builder(arena, 0));
    }

    @Test
    void refusesANetworkWithoutLayers() {
        assertIllegalState("the network has no population yet", () -> builder().build());
    }

    @Test
    void refusesNeuronsWithoutConnection() {
        assertIllegalState(
                "population 'lif1' has no connection from 'input' yet",
                () -> builder().neuron(new Leaky(0.9f)));
        assertIllegalState(
                "population 'lif2' has no connection from 'lif1' yet",
                () -> builder().connect(dense(7, 5)).neuron(new Leaky(0.9f)).neuron(new Leaky(0.9f)));
    }

    @Test
    void refusesConnectionsWithoutNeurons() {
        assertIllegalState(
                "'dense 5 -> 3' behind 'input' has no neurons yet",
                () -> builder().connect(dense(7, 5)).connect(dense(5, 3)).build());
        assertIllegalState(
                "'dense 7 -> 5' behind 'input' has no neurons yet",
                () -> builder().connect(dense(7, 5)).build());
        assertIllegalState(
                "'dense 5 -> 3' behind 'lif1' has no neurons yet, expected neuron() before what is said of the projection",
                () -> builder()
                        .connect(dense(7, 5))
                        .neuron(new Leaky(0.9f))
                        .connect(dense(5, 3))
                        .delay(1));
    }

    @Test
    void refusesAnotherNumberOfInputs() {
        assertInvalid(
                "projection 'fc1' from 'input': dense 8 -> 5 has 8 inputs, expected 7 to match its source",
                () -> builder().connect(dense(8, 5)));
        assertInvalid(
                "projection 'fc2' from 'lif1': dense 6 -> 3 has 6 inputs, expected 5 to match its source",
                () -> builder().connect(dense(7, 5)).neuron(new Leaky(0.9f)).connect(dense(6, 3)));
    }

    @Test
    void refusesParametersOfAnotherNumberOfNeurons() {
        assertInvalid(
                "population 'lif1': beta has 2 values, expected 1 or 5, one for each neuron",
                () -> builder()
                        .connect(dense(7, 5))
                        .neuron(new Leaky(0.9f, 0.8f))
                        .build());
    }

    @Test
    void refusesNoOutputs() {
        assertThrows(IllegalArgumentException.class, () -> builder().dense(0, new TorchRandom(1)));
    }

    @Test
    void refusesBatchesAndThreadsOutOfRange() {
        Network network = builder().connect(dense(7, 5)).neuron(new Leaky(0.9f)).build();
        assertInvalid("batch is 0, expected at least 1", () -> network.simulate(0));
        assertInvalid("threads is 0, expected 1 to 1024", () -> network.simulate(1, 0));
        assertInvalid("threads is 1025, expected 1 to 1024", () -> network.simulate(1, 1025));
    }

    /** Graded spikes are folded into the next weights: currents equal those of scaled weights. */
    @Test
    void gradedSpikesScaleTheNextWeights() {
        Random random = new Random(3);
        float[] factors = floats(70, i -> random.nextFloat() * 3 - 1);
        FloatMatrix first = Matrices.uniform(arena, 70, 7, random);
        FloatMatrix second = Matrices.uniform(arena, 5, 70, random);
        FloatMatrix bias = Matrices.uniform(arena, 1, 5, random);
        FloatMatrix scaled =
                fill(FloatMatrix.zeros(arena, 5, 70), (output, input) -> second.get(output, input) * factors[input]);
        Network graded = builder()
                .connect(Dense.of(arena, first))
                .neuron(new Leaky(0.9f).withThreshold(0.2f).withGradedSpikesFactor(factors))
                .connect(Dense.of(arena, second, bias))
                .neuron(new Leaky(0.9f))
                .build();
        Network plain = builder()
                .connect(Dense.of(arena, first))
                .neuron(new Leaky(0.9f).withThreshold(0.2f))
                .connect(Dense.of(arena, scaled, bias))
                .neuron(new Leaky(0.9f))
                .build();
        SpikeMatrix input = Matrices.spikes(arena, 40, 7, 0.5, random);
        try (Simulation ofGraded = graded.simulate(2);
                Simulation ofPlain = plain.simulate(2)) {
            Population.VariableRecorder expected = ofPlain.recordMembranes(1, 20);
            Population.VariableRecorder actual = ofGraded.recordMembranes(1, 20);
            SpikeCounts hidden = ofPlain.countSpikes(0);
            ofGraded.run(input);
            ofPlain.run(input);
            assertTrue(hidden.density() > 0.1, "there are spikes to grade");
            assertSameBits(expected.values(), actual.values(), "membranes");
        }
    }

    @Test
    void refusesGradedWeightsThatOverflow() {
        FloatMatrix huge = FloatMatrix.zeros(arena, 3, 5);
        huge.set(2, 4, 3e38f);
        assertInvalid(
                "projection 'fc2': weights has Infinity at row 2, column 4, expected a finite number",
                () -> builder()
                        .connect(dense(7, 5))
                        .neuron(new Leaky(0.9f).withGradedSpikesFactor(2))
                        .connect(Dense.of(arena, huge))
                        .neuron(new Leaky(0.9f))
                        .build());
    }
}
