package dev.spikelane.example;

import dev.spikelane.encode.Rate;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.Network;
import dev.spikelane.session.SessionPool;
import dev.spikelane.session.SessionStore;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;

public class Sensors {
    private static final int SENSORS = 2000;
    private static final int STEPS = 10; // of a sensor in a day

    static SessionPool open(Network network, Path folder) {
        return SessionPool.builder(network)
                .decision(new EarlyExit(2 * STEPS, 4, 0)) // a lead of 4 spikes decides
                .longestWait(Duration.ofMillis(2)) // for company
                .memory(1 << 20) // other sessions are files
                .mostSessions(1_000_000)
                .store(SessionStore.ofFolder(folder)).build();
    }

    static SpikeMatrix sees(FloatMatrix pixels, int sensor, int day) {
        var spikes = SpikeMatrix.zeros(STEPS, 64);
        new Rate().encode(pixels.rows(sensor, 1), spikes, (long) SENSORS * day + sensor);
        return spikes;
    }

    /** Each sensor is a virtual thread that sends a step, waits for the answer and sends the next. */
    static void day(SessionPool pool, FloatMatrix pixels, int day) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < SENSORS; i++) {
                int sensor = i;
                threads.submit(() -> {
                    var spikes = sees(pixels, sensor, day);
                    for (int step = 0; step < STEPS; step++) {
                        pool.offer(pool.key("sensor " + sensor), spikes.rows(step, 1)).join();
                    }
                });
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        var random = new TorchRandom(42);
        var network = Network.builder(64)
                .dense(100, random).neuron(new Leaky(0.9))
                .dense(10, random).neuron(new Leaky(0.9)).build();
        var pixels = random.rand(SENSORS, 64);
        var folder = Files.createTempDirectory("sensors");
        try (var pool = open(network, folder)) {
            day(pool, pixels, 0);
            pool.snapshot(folder.resolve("snapshot")); // others may go on meanwhile
        }
        try (var pool = open(network, folder)) { // after a night
            pool.restore(folder.resolve("snapshot"));
            day(pool, pixels, 1);
            var answer = pool.offer(pool.key("sensor 7"), SpikeMatrix.zeros(1, 64)).get();
            var alone = network.simulate(1);
            var labels = alone.observe("lif2", new EarlyExit(2 * STEPS, 4, 0).labels());
            alone.run(sees(pixels, 7, 0));
            alone.run(sees(pixels, 7, 1));
            alone.step(SpikeMatrix.zeros(1, 64));
            System.out.printf("%d sessions of %d bytes; sensor 7 is the same alone after %d steps: %b%n",
                    pool.sessions(), pool.stateBytes(), answer.steps(),
                    answer.label() == labels.label(0) && answer.decidedAfter() == labels.steps(0));
        }
    }
}
