package dev.spikelane.neuron;

import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.SmallRun;
import dev.spikelane.train.Trainer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts of the library's neurons have their bits wherever neurons are used; the library's leaks stay in 0 to 1. */
@EveryWidth
final class EquationTrialsTest {

    private static final int STEPS = 15;
    private static final int BATCH = 3;
    private static final int INPUTS = 12;

    private final SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, INPUTS, 0.4, new Random(1));

    private static EquationNeuron leaky(double beta) {
        return EquationNeuron.of("""
                param beta = 0.9, threshold = 1
                let leak = max(0, min(1, beta))
                state u
                input current
                u = leak * u + current - (u > threshold) * threshold
                spike u > threshold
                """).with("beta", beta);
    }

    private static final EquationNeuron SYNAPTIC = EquationNeuron.of("""
            param alpha = 0.8, beta = 0.9, threshold = 1
            let fall = max(0, min(1, alpha))
            let leak = max(0, min(1, beta))
            state u, synaptic
            input current
            synaptic = fall * synaptic + current
            u = leak * u + synaptic - (u > threshold) * threshold
            spike u > threshold
            """);

    /** Three populations, two with equal text, or the library's models. */
    private static Network network(boolean texts) {
        return Networks.of(
                new TorchRandom(5),
                INPUTS,
                dense(70, texts ? leaky(0.9) : new Leaky(0.9)),
                dense(130, texts ? SYNAPTIC : new Synaptic(0.8, 0.9)),
                dense(4, texts ? leaky(0.8) : new Leaky(0.8)));
    }

    private static SpikeMatrix run(Network network, SpikeMatrix input) {
        try (Simulation simulation = network.simulate(BATCH)) {
            Population.SpikeRecorder fired = simulation.recordSpikes("lif3", STEPS);
            simulation.run(input);
            return fired.spikes();
        }
    }

    @Test
    void behindIntegerConnections() {
        for (ElementType type : List.of(ElementType.INT8, ElementType.INT16)) {
            SpikeMatrix fired = run(network(true).quantized(type), input);
            assertSameBits(run(network(false).quantized(type), input), fired, type.toString());
            assertTrue(fired.count() > 0);
        }
    }

    @Test
    void everyVariableIsRecordedAndStatesAreCopied() {
        List<FloatMatrix> seen = new ArrayList<>();
        byte[][] snapshots = new byte[2][];
        for (boolean texts : new boolean[] {false, true}) {
            try (Simulation simulation = network(texts).simulate(BATCH)) {
                String synaptic =
                        network(texts).population("lif2").neuron().variables().getLast();
                var membranes = simulation.record("lif2", "membrane", STEPS);
                var currents = simulation.record("lif2", synaptic, STEPS);
                var entering = simulation.record("lif2", "current", STEPS);
                var unreset = simulation.recordBeforeReset("lif1", "membrane", STEPS);
                simulation.run(input.rows(0, 9 * BATCH));
                try (Simulation fork = simulation.fork()) {
                    fork.run(input.rows(9 * BATCH, 6 * BATCH));
                    simulation.run(input.rows(9 * BATCH, 6 * BATCH));
                    assertArrayEquals(
                            simulation.snapshot().toBytes(), fork.snapshot().toBytes());
                }
                seen.addAll(List.of(membranes.values(), currents.values(), entering.values(), unreset.values()));
                snapshots[texts ? 1 : 0] = simulation.snapshot().toBytes();
            }
        }
        for (int i = 0; i < 4; i++) {
            assertSameBits(seen.get(i), seen.get(i + 4), "recording " + i);
        }
        assertEquals(snapshots[0].length, snapshots[1].length);
    }

    @Test
    void threadsShareANetwork() throws Exception {
        Network shared = network(true);
        SpikeMatrix expected = run(network(false), input);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            Callable<SpikeMatrix> one = () -> run(shared, input);
            for (Future<SpikeMatrix> each : threads.invokeAll(List.of(one, one, one, one, one, one))) {
                assertSameBits(expected, each.get(), "spikes");
            }
        }
    }

    @Test
    void labelsAreDecidedAsEarly() {
        List<Long> steps = new ArrayList<>();
        for (boolean texts : new boolean[] {false, true}) {
            try (Simulation simulation = network(texts).simulate(BATCH)) {
                EarlyExit.Labels labels =
                        simulation.observe("lif3", EarlyExit.exact(STEPS).labels());
                labels.run(simulation, input, 1);
                for (int sample = 0; sample < BATCH; sample++) {
                    steps.add(labels.steps(sample) * 10 + labels.label(sample));
                }
            }
        }
        assertEquals(steps.subList(0, BATCH), steps.subList(BATCH, 2 * BATCH));
    }

    @Test
    void flightRecorderSeesThem(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("run.jfr");
        try (Recording recording = new Recording();
                Simulation simulation = network(true).simulate(BATCH)) {
            recording.start();
            simulation.run(input);
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("dev.spikelane.Layer"))
                .toList();
        assertEquals(
                List.of("lif1", "lif2", "lif3"),
                events.stream().map(event -> event.getString("population")).toList());
        assertTrue(
                events.stream().allMatch(event -> event.getString("neurons").startsWith("EquationNeuron[neuron, {")));
    }

    /** In windows, stopped and continued from a checkpoint. */
    @Test
    void trainingIsTheSameAndGoesOnFromACheckpoint(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("run.safetensors");
        Network library = network(false);
        trained(library, folder.resolve("library.safetensors"), 3);
        trained(network(true), file, 1);
        Network resumed = network(true);
        trained(resumed, file, 3);
        for (String name : resumed.weights().names()) {
            assertSameBits(library.weights().get(name), resumed.weights().get(name), name);
        }
    }

    private static void trained(Network network, Path file, int epochs) throws IOException {
        try (Trainer trainer = SmallRun.trainer(network)
                .learn("lif1.beta", "lif2.alpha", "lif2.threshold")
                .truncateEvery(4)
                .build()) {
            SmallRun.run(trainer)
                    .epochs(epochs)
                    .checkpoint(file)
                    .resume()
                    .build()
                    .run();
        }
    }
}
