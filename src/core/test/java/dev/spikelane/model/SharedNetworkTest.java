package dev.spikelane.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.golden.GoldenCase;
import dev.spikelane.golden.GoldenSet;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A network from a file serves many threads, for a long time. */
@Timeout(600)
final class SharedNetworkTest {

    private static final int THREADS = 16;

    private static GoldenCase net() {
        return GoldenSet.interop("pth").cases().stream()
                .filter(golden -> golden.name().equals("pth_net_f32"))
                .findFirst()
                .orElseThrow();
    }

    private static Network read(byte[] file) throws IOException {
        return StateDict.of("net", Tensors.read("net", new ByteArrayInputStream(file), Tensors.Format.PYTORCH))
                .network();
    }

    private static byte[] spikes(Network network, SpikeMatrix input, int steps) {
        try (Simulation simulation = network.simulate(3)) {
            Population.SpikeRecorder recorder = simulation.recordSpikes(1, steps);
            simulation.run(input);
            return recorder.spikes().toArray();
        }
    }

    @Test
    void sixteenThreadsOverOneNetworkEqualOne() throws Exception {
        GoldenCase golden = net();
        int steps = golden.fact("steps").intValue();
        Network network = read(golden.file("model.pth"));
        SpikeMatrix input = SpikeMatrix.copyOf(steps * 3, 17, golden.bytes("input"));
        byte[] serial = spikes(network, input, steps);
        List<Callable<byte[]>> runs = new ArrayList<>();
        for (int i = 0; i < 4 * THREADS; i++) {
            runs.add(() -> spikes(network, input, steps));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (Future<byte[]> each : threads.invokeAll(runs)) {
                assertArrayEquals(serial, each.get());
            }
        }
    }

    /** Sixteen threads read equal content at once. */
    @Test
    void sixteenThreadsReadOneFile() throws Exception {
        byte[] file = net().file("model.pth");
        long hash = read(file).weights().hash();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Callable<Long>> reads = new ArrayList<>();
            for (int i = 0; i < 4 * THREADS; i++) {
                reads.add(() -> read(file).weights().hash());
            }
            for (Future<Long> each : threads.invokeAll(reads)) {
                assertEquals(hash, each.get());
            }
        }
    }
}
