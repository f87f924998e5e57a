package dev.spikelane.model;

import dev.spikelane.io.Tensors;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SpikeCounts;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/**
 * A long life: a million inferences, ten thousand files that are read and forgotten, ten thousand simulations that are
 * opened and closed. {@code bench/soak} starts it; it fails if heap or resident memory grow by more than 32 MiB from
 * the first tenth to the last.
 */
final class SoakMain {

    private static final int TENTHS = 10;
    private static final long MOST_GROWTH = 32L << 20;

    private SoakMain() {}

    public static void main(String[] arguments) throws Exception {
        long inferences = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1_000_000;
        TorchRandom random = new TorchRandom(1);
        Network network = Network.builder(64)
                .dense(128, random)
                .neuron(new Leaky(0.9))
                .dense(10, random)
                .neuron(new Leaky(0.9))
                .build();
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
        } finally {
            Files.delete(file);
            Files.delete(archive);
        }
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
            if (tenth == 2) { // compiled
                heap = heapNow;
                resident = residentNow;
            }
            if (tenth == TENTHS && (heapNow - heap > MOST_GROWTH || residentNow - resident > MOST_GROWTH)) {
                throw new AssertionError(what + " make memory grow");
            }
        }
    }

    /** Of this process, as Linux counts it; 0 elsewhere. */
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
