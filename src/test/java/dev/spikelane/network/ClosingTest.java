package dev.spikelane.network;

import static dev.spikelane.Failures.onOtherThread;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A simulation that is closed while another thread runs it refuses and goes on; a network that is closed ends its run by an exception.
 * No crash and no hang.
 */
@Timeout(120)
final class ClosingTest {

    private static final int TIMES = 8;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void closesBetweenTwoRunsOnly(int threads) throws InterruptedException {
        try (Arena arena = Arena.ofShared()) {
            LargeNetwork large = new LargeNetwork(arena, 1, false);
            for (int time = 0; time < TIMES; time++) {
                Simulation simulation = large.network.simulate(LargeNetwork.BATCH, threads);
                assertStops(time, simulation, large, () -> closeWhenIdle(simulation));
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

    private static void closeWhenIdle(Simulation simulation) {
        while (true) {
            try {
                simulation.close();
                return;
            } catch (IllegalStateException busy) {
                assertTrue(busy.getMessage().startsWith("simulation is busy"), busy.getMessage());
            }
        }
    }

    /** Another thread closes the simulation while the running one is in an observer, before threads share the next layer. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void closingBetweenTwoLayersIsRefused(int threads) throws InterruptedException {
        try (Arena arena = Arena.ofShared()) {
            LargeNetwork large = new LargeNetwork(arena, 1, false);
            Simulation simulation = large.network.simulate(LargeNetwork.BATCH, threads);
            CountDownLatch betweenLayers = new CountDownLatch(1);
            CountDownLatch closed = new CountDownLatch(1);
            simulation.observe(0, (firstStep, steps, spikes, membranes) -> {
                betweenLayers.countDown();
                while (closed.getCount() > 0) {
                    Thread.onSpinWait();
                }
            });
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread runner = runner(() -> simulation.run(large.input), thrown);
            betweenLayers.await();
            assertThrows(IllegalStateException.class, simulation::close);
            closed.countDown();
            runner.join(60_000);
            assertFalse(runner.isAlive());
            assertNull(thrown.get());
            simulation.close();
        }
    }

    @Test
    void onlyOneOfTwoThreadsRunsASimulation() {
        try (Arena arena = Arena.ofShared()) {
            LargeNetwork large = new LargeNetwork(arena, 1, false);
            SpikeMatrix frame = large.input.rows(0, LargeNetwork.BATCH);
            try (Simulation simulation = large.network.simulate(LargeNetwork.BATCH, 2)) {
                List<Executable> calls = List.of(
                        () -> simulation.run(large.input),
                        () -> simulation.step(frame),
                        () -> simulation.runConstant(frame, 1),
                        simulation::reset);
                simulation.observe(0, (firstStep, steps, spikes, membranes) -> {
                    for (Executable call : calls) {
                        Throwable elsewhere = onOtherThread("second", call);
                        assertInstanceOf(IllegalStateException.class, elsewhere);
                        assertTrue(elsewhere.getMessage().startsWith("simulation is busy"), elsewhere.getMessage());
                    }
                });
                simulation.run(large.input);
                assertEquals(LargeNetwork.STEPS, simulation.steps());
            }
        }
    }

    private static void assertStops(int time, Simulation simulation, LargeNetwork large, Runnable close)
            throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        CountDownLatch running = new CountDownLatch(1);
        Thread runner = runner(
                () -> {
                    while (true) {
                        simulation.run(large.input);
                        running.countDown();
                    }
                },
                thrown);
        running.await();
        LockSupport.parkNanos(time * 300_000L);
        close.run();
        assertEnds(runner, thrown, "run " + time);
    }

    private static Thread runner(Runnable runs, AtomicReference<Throwable> thrown) {
        Thread runner = new Thread(
                () -> {
                    try {
                        runs.run();
                    } catch (Throwable failure) {
                        thrown.set(failure);
                    }
                },
                "runner");
        runner.setDaemon(true); // one that hangs must not keep this JVM
        runner.start();
        return runner;
    }

    private static void assertEnds(Thread runner, AtomicReference<Throwable> thrown, String what)
            throws InterruptedException {
        runner.join(5_000);
        assertFalse(runner.isAlive(), what + ": hangs");
        assertInstanceOf(IllegalStateException.class, thrown.get(), what);
    }
}
