package dev.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.lang.foreign.Arena;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A simulation or a network that is closed while another thread runs it: an exception there, no crash and no hang. */
@Timeout(120)
final class ClosingTest {

    private static final int TIMES = 15;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void closingARunningSimulationStopsIt(int threads) throws InterruptedException {
        try (Arena arena = Arena.ofShared()) {
            LargeNetwork large = new LargeNetwork(arena, 1, false);
            for (int time = 0; time < TIMES; time++) {
                Simulation simulation = large.network.simulate(LargeNetwork.BATCH, threads);
                assertStops(time, simulation, large, simulation::close);
                simulation.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void closingTheNetworkOfARunningSimulationStopsIt(int threads) throws InterruptedException {
        try (Arena arena = Arena.ofShared()) {
            LargeNetwork input = new LargeNetwork(arena, 1, false);
            for (int time = 0; time < TIMES; time++) {
                Arena ofNetwork = Arena.ofShared();
                LargeNetwork large = new LargeNetwork(ofNetwork, 1, false);
                try (Simulation simulation = large.network.simulate(LargeNetwork.BATCH, threads)) {
                    assertStops(time, simulation, input, ofNetwork::close);
                }
            }
        }
    }

    private static void assertStops(int time, Simulation simulation, LargeNetwork large, Runnable close)
            throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        CountDownLatch running = new CountDownLatch(1);
        Thread runner = new Thread(
                () -> {
                    try {
                        while (true) {
                            simulation.run(large.input);
                            running.countDown();
                        }
                    } catch (Throwable failure) {
                        thrown.set(failure);
                    }
                },
                "runner");
        runner.setDaemon(true);
        runner.start();
        running.await();
        LockSupport.parkNanos(time * 300_000L);
        try {
            close.run();
        } catch (IllegalStateException stillInUse) {
            close.run();
        }
        runner.join(5_000);
        assertFalse(runner.isAlive(), "run " + time + " hangs in " + runner.getState());
        assertInstanceOf(IllegalStateException.class, thrown.get());
        assertEquals(runner.getState(), Thread.State.TERMINATED);
    }
}
