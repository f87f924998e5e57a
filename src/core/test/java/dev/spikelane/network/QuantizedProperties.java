package dev.spikelane.network;

import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.graph.RandomGraph;
import dev.spikelane.network.naive.NaiveNetwork;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Quantized chains do what {@link NaiveNetwork} says, bit for bit, whatever the threads and the calls. */
@EveryWidth
final class QuantizedProperties extends KernelCase {

    @Property(tries = 40)
    void chainsDoWhatTheInterpreterSays(
            @Size int inputs,
            @Size int hidden,
            @UpTo(5) int batch,
            @UpTo(12) int steps,
            @UpTo(3) int threads,
            @ForAll long seed) {
        Random random = new Random(seed);
        ElementType type = RandomGraph.INTEGERS.get(random.nextInt(RandomGraph.INTEGERS.size()));
        Network network = Networks.of(
                        new TorchRandom(seed),
                        inputs,
                        dense(hidden, new Leaky(0.9f).withThreshold(0.05f).withGradedSpikesFactor(0.7f)),
                        dense(10, new Leaky(0.8f).withThreshold(0.1f)))
                .quantized(type);
        Signal input = random.nextInt(3) == 0
                ? Matrices.uniform(arena, steps * batch, inputs, random)
                : Matrices.spikes(arena, steps * batch, inputs, random.nextDouble(), random);
        NaiveNetwork expected = new NaiveNetwork(network, Map.of("input", input), batch);
        expected.run(steps);
        try (Simulation simulation = network.simulate(batch, threads)) {
            FloatMatrix first = simulation.recordMembranes(0, steps).values();
            FloatMatrix last = simulation.recordMembranes(1, steps).values();
            int cut = 1 + random.nextInt(steps);
            simulation.run(Map.of("input", input.rows(0, cut * batch)));
            if (cut < steps) {
                simulation.run(Map.of("input", input.rows(cut * batch, (steps - cut) * batch)));
            }
            compare(expected, "lif1", first, batch, type);
            compare(expected, "lif2", last, batch, type);
        }
    }

    private static void compare(
            NaiveNetwork expected, String population, FloatMatrix found, int batch, ElementType type) {
        for (int row = 0; row < found.rows(); row++) {
            for (int neuron = 0; neuron < found.columns(); neuron++) {
                assertEquals(
                        expected.value(population, "membrane", row / batch, row % batch, neuron),
                        found.get(row, neuron),
                        type + " " + population + ", row " + row + ", neuron " + neuron);
            }
        }
    }
}
