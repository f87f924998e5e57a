package dev.spikelane.model;

import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.Sparse;
import dev.spikelane.fixture.Networks;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SpikeCounts;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.LongConsumer;

/**
 * A long life: a million inferences, ten thousand files read and dropped, ten thousand simulations opened and closed,
 * ten million learning steps. {@code bench/soak} starts it. It fails if heap or resident memory grow by more than 32
 * MiB from the second tenth to the last, or learning neurons never or always fire.
 */
final class SoakMain {

    private static final int TENTHS = 10;
    private static final long MOST_GROWTH = 32L << 20;

    private SoakMain() {}

    public static void main(String[] arguments) throws Exception {
        long inferences = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1_000_000;
        long learning = arguments.length > 1 ? Long.parseLong(arguments[1]) : 10 * inferences;
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.9), 64, 128, 10);
        Path file = Files.createTempFile("soak", ".safetensors");
        Path archive = Files.createTempFile("soak", ".npz");
        try (Simulation simulation = network.simulate(1)) {
            ModelFile.write(file, network);
            Tensors.of(Tensors.Format.NUMPY, StateDict.of(network).tensors()).write(archive);
            SpikeMatrix input = SpikeMatrix.zeros(5, 64);
            for (int neuron = 0; neuron < 64; neuron += 3) {
                input.set(neuron % 5, neuron, true);
            }
            SpikeCounts counts = simulation.countSpikes("lif2");
            tenths("inferences", inferences, i -> {
                simulation.reset();
                simulation.run(input);
                counts.label(0);
            });
            tenths("files", inferences / 100, i -> read(i % 2 == 0 ? file : archive));
            tenths("simulations", inferences / 100, i -> network.simulate(2).close());
            learn(learning / 1_000);
        } finally {
            Files.delete(file);
            Files.delete(archive);
        }
    }

    /** Repeats a thousand steps with dense weights, maps, and synapses with delays in a loop. */
    private static void learn(long thousands) throws Exception {
        Random random = new Random(1);
        Leaky neuron = new Leaky(0.9).withThreshold(2);
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(2, 4, 4));
        Population maps = builder.population("maps", Shape.of(4, 4, 4), neuron);
        Population all = builder.population("all", Shape.of(20), neuron);
        Convolution edges = Convolution.of(Kernel.of(3).withPadding(1).withoutBias(), halves(4, 18));
        builder.project("x-maps", x, maps, edges).plastic(Plasticity.pairStdp());
        builder.project("x-all", x, all, new Flatten(), Dense.of(halves(20, 32)))
                .plastic(Plasticity.pairStdp());
        Sparse sparse = Sparse.of(Connectivity.outDegree(5))
                .weights(Distribution.uniform(0, 0.2))
                .delays(Distribution.uniform(1, 5));
        builder.project("own", all, all, sparse).plastic(Plasticity.mstdpet().with("reward", 1e-4));
        SpikeMatrix input = SpikeMatrix.zeros(1_000, 32);
        for (int i = 0; i < 32_000; i++) {
            input.set(i / 32, i % 32, random.nextInt(50) == 0);
        }
        try (Simulation simulation = builder.build().simulate(1)) {
            SpikeCounts counts = simulation.countSpikes("all");
            SpikeCounts ofMaps = simulation.countSpikes("maps");
            tenths("thousands of steps that learn", thousands, i -> simulation.run(input));
            for (SpikeCounts each : List.of(counts, ofMaps)) {
                double spikes = 0;
                for (float count : each.perNeuron().toArray()) {
                    spikes += count;
                }
                double rate = spikes / each.perNeuron().columns() / simulation.steps();
                System.out.printf("%d steps, a neuron fires in %.4f of them%n", simulation.steps(), rate);
                if (rate < 1e-3 || rate > 0.2) {
                    throw new AssertionError("neurons that learn fire in " + rate + " of the steps");
                }
            }
        }
    }

    private static FloatMatrix halves(int rows, int columns) {
        FloatMatrix made = FloatMatrix.zeros(rows, columns);
        made.fill(0.5f);
        return made;
    }

    private static void read(Path file) {
        try {
            StateDict.read(file);
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private static void tenths(String what, long count, LongConsumer each) throws Exception {
        long heap = 0;
        long resident = 0;
        for (int tenth = 1; tenth <= TENTHS; tenth++) {
            for (long i = 0; i < count / TENTHS; i++) {
                each.accept(i);
            }
            System.gc();
            Thread.sleep(200);
            System.gc();
            long heapNow =
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
            long residentNow = resident();
            System.out.printf(
                    "%s: %d, heap %d KiB, resident %d KiB%n",
                    what, count / TENTHS * tenth, heapNow >> 10, residentNow >> 10);
            if (tenth == 2) { // compiled by now
                heap = heapNow;
                resident = residentNow;
            }
            if (tenth == TENTHS && (heapNow - heap > MOST_GROWTH || residentNow - resident > MOST_GROWTH)) {
                throw new AssertionError(what + " make memory grow");
            }
        }
    }

    /** Returns resident memory as Linux counts it; 0 elsewhere. */
    private static long resident() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .sum();
    }
}
