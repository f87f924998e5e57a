package dev.spikelane.network;

import static dev.spikelane.Failures.onOtherThread;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Alone;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
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
 * A running simulation refuses to close and continues; closing its network ends its run with an exception. Nothing
 * crashes or hangs.
 */
@Timeout(600)
@Alone
final class ClosingTest extends KernelCase {

    private static final int TIMES = 8;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void closesBetweenTwoRunsOnly(int threads) throws InterruptedException {
        LargeNetwork large = new LargeNetwork(arena, 1, false);
        for (int time = 0; time < TIMES; time++) {
            Simulation simulation = large.network.simulate(LargeNetwork.BATCH, threads);
            assertStops(time, simulation, large, () -> closeWhenIdle(simulation));
            simulation.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void closingTheNetworkOfARunningSimulationStopsIt(int threads) throws InterruptedException {
        LargeNetwork input = new LargeNetwork(arena, 1, false);
        for (int time = 0; time < TIMES; time++) {
            Arena ofNetwork = Arena.ofShared();
            LargeNetwork large = new LargeNetwork(ofNetwork, 1, false);
            try (Simulation simulation = large.network.simulate(LargeNetwork.BATCH, threads)) {
                assertStops(time, simulation, input, ofNetwork::close);
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

    /** Another thread closes the simulation while an observer runs, before threads share the next layer. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void closingBetweenTwoLayersIsRefused(int threads) throws InterruptedException {
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
        runner.join(100_000);
        assertFalse(runner.isAlive());
        assertNull(thrown.get());
        simulation.close();
    }

    @Test
    void onlyOneOfTwoThreadsRunsASimulation() {
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

    /** A thread that transfers state to or from a file or a pipe keeps the arena open during the system call. */
    @Test
    void aCloseThatIsRefusedMayBeRepeated() throws Exception {
        Pipe pipe = Pipe.open();
        try (Arena arena = Arena.ofShared();
                Pipe.SourceChannel source = pipe.source();
                Pipe.SinkChannel sink = pipe.sink()) {
            LargeNetwork large = new LargeNetwork(arena, 1, false);
            Simulation simulation = large.network.simulate(LargeNetwork.BATCH, 2);
            MemorySegment membranes = simulation.state(0).membrane().segment();
            simulation.run(large.input);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread reader = runner(() -> read(source, membranes.asSlice(0, 1).asByteBuffer()), thrown);
            while (!isInSystemCall(reader)) {
                assertTrue(reader.isAlive(), () -> "the reader ended: " + thrown.get());
                LockSupport.parkNanos(100_000);
            }

            IllegalStateException refused = assertThrows(IllegalStateException.class, simulation::close);
            assertFalse(refused.getMessage().startsWith("simulation is"), refused.getMessage());
            assertThrows(IllegalStateException.class, simulation::close);
            simulation.reset();
            simulation.run(large.input);
            assertEquals(LargeNetwork.STEPS, simulation.steps());

            sink.write(ByteBuffer.allocate(1));
            reader.join(100_000);
            assertNull(thrown.get());
            simulation.close();
            assertFalse(membranes.scope().isAlive());
            simulation.close();
        }
    }

    @Test
    void nobodyElseRunsASimulationDuringAReset() {
        LargeNetwork large = new LargeNetwork(arena, 1, false);
        SpikeMatrix frame = large.input.rows(0, LargeNetwork.BATCH);
        try (Simulation simulation = large.network.simulate(LargeNetwork.BATCH, 2)) {
            AtomicReference<Throwable> elsewhere = new AtomicReference<>();
            simulation.observe(0, new Population.Observer() {
                @Override
                public void observe(long firstStep, int steps, SpikeMatrix spikes, FloatMatrix membranes) {
                    assertEquals(0, firstStep);
                }

                @Override
                public void reset() {
                    elsewhere.set(onOtherThread("second", () -> simulation.step(frame)));
                }
            });
            simulation.step(frame);
            simulation.reset();
            assertInstanceOf(IllegalStateException.class, elsewhere.get());
            assertTrue(
                    elsewhere.get().getMessage().startsWith("simulation is busy"),
                    elsewhere.get().getMessage());
            simulation.step(frame);
        }
    }

    private static void read(Pipe.SourceChannel source, ByteBuffer target) {
        try {
            assertEquals(1, source.read(target));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static boolean isInSystemCall(Thread thread) {
        StackTraceElement[] calls = thread.getStackTrace();
        return calls.length > 0
                && calls[0].isNativeMethod()
                && calls[0].getMethodName().startsWith("read");
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
        runner.setDaemon(true); // a hanging thread must not keep this JVM alive
        runner.start();
        return runner;
    }

    private static void assertEnds(Thread runner, AtomicReference<Throwable> thrown, String what)
            throws InterruptedException {
        runner.join(100_000);
        assertFalse(runner.isAlive(), what + ": hangs");
        assertInstanceOf(IllegalStateException.class, thrown.get(), what);
    }
}
