package dev.spikelane.session;

import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Recordings replay equally, from files too, and differences are named. */
@EveryWidth
final class RecordingTest extends FolderCase {

    private static final int STEPS = 40;

    private final Random random = new Random(4);

    static Network network() {
        return Networks.of(
                30, dense(37, new Leaky(0.9f).withThreshold(0.3f)), dense(5, new Leaky(0.8f).withThreshold(0.2f)));
    }

    static Served served(Network network, Random random) {
        Served served = new Served(network, 2, EarlyExit.exact(100), random);
        for (int step = 0; step < STEPS; step++) {
            served.step(0.2, 1_000);
        }
        return served;
    }

    @Test
    void filesReplayAsTheyWereRecorded() throws IOException {
        Network network = network();
        Served served = served(network, random);
        try (SessionPool _ = served.pool) {
            Path file = folder.resolve("0.recording");
            served.end();
            Recording recorded = served.recordings().getFirst();
            recorded.write(file);
            Recording read = Recording.read(file);
            assertEquals(0, read.key());
            assertArrayEquals(recorded.spikes().toArray(), read.spikes().toArray());
            try (Simulation alone = network.simulate(1)) {
                Population.SpikeRecorder fired =
                        alone.recordSpikes("lif2", read.spikes().rows());
                alone.run(read.inputs().get("input"));
                assertArrayEquals(fired.spikes().toArray(), read.spikes().toArray());
            }
            assertEquals(Optional.empty(), read.replay(network));
            SpikeMatrix other = read.spikes()
                    .gather(IntStream.range(0, read.spikes().rows()).toArray());
            boolean fires = other.get(7, 3);
            other.set(7, 3, !fires);
            assertEquals(
                    Optional.of("session 0: output 3 " + (fires ? "fires" : "does not fire")
                            + " in step 8, unlike in the recording"),
                    served.pool.recording(0, new byte[0], read.inputs(), other).replay(network));
        }
    }

    @Test
    void brokenFilesAreRefused() throws IOException {
        Served served = served(network(), random);
        try (SessionPool _ = served.pool) {
            Path file = folder.resolve("recording");
            served.recordings().getFirst().write(file);
            byte[] whole = Files.readAllBytes(file);
            for (int attempt = 0; attempt < 300; attempt++) {
                byte[] broken = whole.clone();
                if (attempt % 2 == 0) {
                    broken = Arrays.copyOf(broken, random.nextInt(broken.length));
                } else {
                    broken[random.nextInt(broken.length)] ^= (byte) (1 << random.nextInt(8));
                }
                Files.write(file, broken);
                boolean cut = broken.length < whole.length;
                try {
                    Recording.read(file);
                    assertTrue(!cut, "a file that is cut was read");
                } catch (IOException refused) {
                    assertTrue(refused.getMessage().contains(file.toString()), refused.getMessage());
                }
            }
            Files.write(file, whole);
            Network other = Networks.dense(new TorchRandom(1), new Leaky(0.9f), 30, 5);
            Recording read = Recording.read(file);
            assertThrows(IllegalArgumentException.class, () -> read.replay(other));
            assertThrows(IllegalArgumentException.class, () -> read.diff(network(), read, other));
        }
    }

    /** The first difference agrees with two simulations. */
    @Test
    void differencesOfTwoModelsAreNamed() throws IOException {
        Network network = network();
        Served served = served(network, random);
        try (SessionPool _ = served.pool) {
            Recording recording = served.recordings().getFirst();
            assertTrue(recording.diff(network, recording, network()).isEmpty());
            Network changed = network();
            FloatMatrix weights = changed.weights().get("fc2.weight");
            weights.set(3, 20, weights.get(3, 20) + 0.01f);
            changed.weights().replace("fc2.weight", weights);
            Recording.Difference found =
                    recording.diff(network, recording, changed).orElseThrow();
            assertEquals("lif2", found.population());
            assertEquals(3, found.neuron());
            int step = firstSpike(network, recording.inputs().get("input"), 20);
            assertEquals(step + 1, found.step()); // before, no spike used the weight
            assertEquals(0.01f, found.other().membrane() - found.one().membrane(), 1e-6f);
            Recording.Difference rounded = recording
                    .diff(network, recording, network.quantized(ElementType.INT8))
                    .orElseThrow();
            assertEquals("lif1", rounded.population());
            assertEquals(1, rounded.step());
        }
    }

    private static int firstSpike(Network network, Signal input, int neuron) {
        try (Simulation alone = network.simulate(1)) {
            Population.SpikeRecorder fired = alone.recordSpikes("lif1", STEPS);
            alone.run(input);
            return IntStream.range(0, input.rows())
                    .filter(step -> fired.spikes().get(step, neuron))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
