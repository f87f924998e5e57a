package dev.spikelane.network;

import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Alone;
import dev.spikelane.connection.Dense;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.ModelFile;
import dev.spikelane.neuron.Leaky;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** While one thread repeatedly replaces all values, others see one version or the other, and simulations continue. */
@Alone
final class OneVersionTest extends FolderCase {

    private static final long NANOSECONDS = 300_000_000L;
    private static final int LEAST_CHANGES = 5;
    private static final int LEAST_READS = 3;
    private static final float ONE = 0.25f;
    private static final float OTHER = 0.75f;

    /** Dense projections; all but the first may be plastic. */
    private static Network network(boolean plastic) {
        NetworkBuilder builder = Network.builder();
        Input input = builder.input("x", Shape.of(60));
        Population hidden = builder.population("a", Shape.of(400), new Leaky(ONE));
        Population out = builder.population("b", Shape.of(70), new Leaky(ONE));
        builder.project("xa", input, hidden, Dense.of(FloatMatrix.zeros(400, 60), FloatMatrix.zeros(1, 400)));
        for (String name : List.of("ab", "again", "more")) {
            builder.project(name, hidden, out, Dense.of(FloatMatrix.zeros(70, 400), FloatMatrix.zeros(1, 70)));
            if (plastic) {
                builder.plastic();
            }
        }
        Network network = builder.build();
        network.weights().replaceAll(version(network, ONE));
        return network;
    }

    /** Returns values that are all one number, except thresholds and factors. */
    private static Map<String, FloatMatrix> version(Network network, float number) {
        Map<String, FloatMatrix> all = new LinkedHashMap<>();
        for (String name : network.weights().names()) {
            FloatMatrix values = network.weights().get(name);
            if (name.endsWith("weight") || name.endsWith("bias") || name.endsWith("beta")) {
                values.fill(number);
                all.put(name, values);
            }
        }
        return all;
    }

    /** Returns the different numbers among values. */
    private static Set<Float> numbers(Weights weights, List<String> names) {
        Set<Float> numbers = new TreeSet<>();
        for (String name : names) {
            float last = Float.NaN;
            for (float value : weights.get(name).toArray()) {
                if (value != last) {
                    numbers.add(value);
                    last = value;
                }
            }
        }
        return numbers;
    }

    /** Changes values on one thread while this one reads, and expects one number in each read. */
    private static void assertOneVersion(Network network, Supplier<Set<Float>> read) {
        int[] reads = {0};
        int changes = whileChanging(network, () -> {
            Set<Float> numbers = read.get();
            assertTrue(numbers.equals(Set.of(ONE)) || numbers.equals(Set.of(OTHER)), "read " + numbers);
            reads[0]++;
        });
        assertTrue(changes >= LEAST_CHANGES && reads[0] >= LEAST_READS, changes + " changes, " + reads[0] + " reads");
    }

    /** Returns how often values changed while this thread repeated an action. */
    private static int whileChanging(Network network, Runnable again) {
        List<Map<String, FloatMatrix>> versions = List.of(version(network, ONE), version(network, OTHER));
        AtomicBoolean ended = new AtomicBoolean();
        AtomicInteger changes = new AtomicInteger();
        Thread writer = Thread.ofPlatform().daemon().start(() -> {
            for (int i = 0; !ended.get(); i++) {
                try {
                    network.weights().replaceAll(versions.get(i % 2));
                    changes.incrementAndGet();
                } catch (IllegalStateException busy) { // a simulation runs
                    Thread.onSpinWait();
                }
            }
        });
        try {
            long start = System.nanoTime();
            for (int i = 0;
                    System.nanoTime() - start < NANOSECONDS
                            || (changes.get() < LEAST_CHANGES || i < LEAST_READS)
                                    && System.nanoTime() - start < 400 * NANOSECONDS;
                    i++) {
                again.run();
            }
        } finally {
            ended.set(true);
        }
        try {
            writer.join();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
        return changes.get();
    }

    @Test
    void copies() {
        Network network = Networks.of(300, by(Dense.of(FloatMatrix.zeros(300, 300)), new Leaky(ONE)));
        network.weights().replaceAll(version(network, ONE));
        assertOneVersion(network, () -> numbers(network.weights(), List.of("fc1.weight")));
    }

    @Test
    void modelFiles() {
        Network network = network(false);
        Path file = folder.resolve("model.safetensors");
        assertOneVersion(network, () -> {
            try {
                ModelFile.write(file, network);
                Network read = ModelFile.read(file);
                return numbers(
                        read.weights(), version(read, ONE).keySet().stream().toList());
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        });
    }

    @Test
    void integerNetworks() {
        Network network = network(false);
        assertOneVersion(network, () -> {
            Network quantized = network.quantized(ElementType.INT16);
            Set<Float> numbers = numbers(quantized.weights(), List.of("xa.bias", "ab.bias", "a.beta", "b.beta"));
            numbers(quantized.weights(), List.of("xa.weight", "ab.weight"))
                    .forEach(weight -> numbers.add(Math.round(weight * 1_000) / 1_000f));
            return numbers;
        });
    }

    @Test
    void plasticProjectionsOfNewSimulations() {
        Network network = network(true);
        assertOneVersion(network, () -> {
            try (Simulation simulation = network.simulate(1)) {
                return numbers(
                        simulation.plasticWeights(), simulation.plasticWeights().names());
            }
        });
    }

    @Test
    void hashes() {
        Network network = network(false);
        long one = network.weights().hash();
        network.weights().replaceAll(version(network, OTHER));
        long other = network.weights().hash();
        whileChanging(network, () -> {
            long hash = network.weights().hash();
            assertTrue(hash == one || hash == other, "hash of neither version");
        });
        network.weights().replaceAll(version(network, ONE));
        assertEquals(one, network.weights().hash());
    }

    /** The hash of plastic values follows a restored state. */
    @Test
    void hashesOfPlasticValues() {
        Network network = network(true);
        try (Simulation simulation = network.simulate(1)) {
            SimulationState before = simulation.snapshot();
            long hash = simulation.plasticWeights().hash();
            simulation.plasticWeights().replace("ab.bias", FloatMatrix.vector(new float[70]));
            assertTrue(simulation.plasticWeights().hash() != hash);
            simulation.restore(before);
            assertEquals(hash, simulation.plasticWeights().hash());
        }
    }

    /** A call that starts during a change waits for its end. */
    @Test
    void idleSimulationsAreNotBusy() {
        Network network = network(false);
        SpikeMatrix input = SpikeMatrix.zeros(1, 60);
        try (Simulation simulation = network.simulate(1)) {
            int changes = whileChanging(network, () -> {
                simulation.step(input);
                Thread.yield();
            });
            assertTrue(changes >= LEAST_CHANGES, changes + " changes");
        }
    }
}
