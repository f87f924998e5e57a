package dev.spikelane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Alone;
import dev.spikelane.connection.Dense;
import dev.spikelane.fixture.Repetition;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.Owner;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Values of a network change while simulations are created, run, copied, or collected. */
@Alone
@Timeout(value = 600, threadMode = ThreadMode.SEPARATE_THREAD)
final class ChangesBesideRunsTest {

    private static final String FACTOR = "h.gradedSpikesFactor";
    private static final List<String> BUSY = List.of(
            "simulation is busy: it is used by one thread at a time, and not by its observers",
            "weights cannot change while a simulation of this network runs");
    private static final long NANOSECONDS = 300_000_000L;

    /** Spikes of h carry 2, and a plastic projection multiplies them by 1. */
    private static Network plastic() {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(1));
        Leaky graded = new Leaky(0).withThreshold(0.5f).withGradedSpikesFactor(2);
        Population h = builder.population("h", Shape.of(1), graded);
        Population a = builder.population("a", Shape.of(1), new Leaky(0).withThreshold(1e35f));
        builder.project("x-h", x, h);
        builder.project("h-a", h, a, Dense.of(one(1))).plastic();
        return builder.build();
    }

    private static Network watched(WatchedOperator.Hooks hooks) {
        Network network = plastic();
        network.laidOut().replaceOperators(1, operator -> new WatchedOperator(operator, hooks, false));
        return network;
    }

    private static FloatMatrix one(float value) {
        return FloatMatrix.of(new float[] {value});
    }

    private static SpikeMatrix pulse() {
        SpikeMatrix pulse = SpikeMatrix.zeros(1, 1);
        pulse.set(0, 0, true);
        return pulse;
    }

    private static float membraneAfterAPulse(Simulation simulation) {
        simulation.reset();
        simulation.step(pulse());
        return simulation.state("a").membrane().get(0, 0);
    }

    /** A fork copies plastic values from a buffer; spike values must not change meanwhile. */
    @Test
    void changesWaitUntilAForkIsWhole() throws InterruptedException {
        List<Thread> writers = new ArrayList<>();
        AtomicBoolean forking = new AtomicBoolean();
        AtomicBoolean overlapped = new AtomicBoolean();
        Network network = watched(new WatchedOperator.Hooks() {
            @Override
            public void written() {
                if (forking.get() && writers.getFirst().getState() == Thread.State.NEW) {
                    Thread writer = writers.getFirst();
                    writer.start();
                    while (writer.isAlive() && writer.getState() != Thread.State.WAITING) {
                        Thread.yield();
                    }
                    forking.set(false);
                }
            }

            @Override
            public void setSpikeValue() {
                overlapped.compareAndSet(false, forking.get());
            }
        });
        writers.add(Thread.ofPlatform().unstarted(() -> network.weights().replace(FACTOR, one(5))));
        try (Simulation living = network.simulate(1)) {
            living.plasticWeights().replace("h-a.weight", one(10));
            forking.set(true);
            try (Simulation fork = living.fork()) {
                writers.getFirst().join();
                assertFalse(overlapped.get(), "the fork heard what spikes carry while its values were written");
                assertEquals(50, membraneAfterAPulse(living));
                assertEquals(50, membraneAfterAPulse(fork));
            }
        }
    }

    /** A cleaner may free a simulation at any time, even while its plastic projections receive a change. */
    @Test
    void aChangeOutlivesRunsThatAreFreedMeanwhile() {
        List<NetworkRun> runs = new ArrayList<>();
        Network network = watched(new WatchedOperator.Hooks() {
            @Override
            public void setSpikeValue() {
                runs.forEach(NetworkRun::close);
            }
        });
        Object owner = new Object();
        NetworkRun forgotten = NetworkRun.of(owner, network.laidOut(), 1, 1, 1);
        try (Simulation living = network.simulate(1)) {
            runs.add(forgotten);
            network.weights().replace(FACTOR, one(5));
            assertFalse(forgotten.isOpen());
            assertEquals(5, network.weights().get(FACTOR).get(0, 0));
            assertEquals(5, membraneAfterAPulse(living));
        } finally {
            Reference.reachabilityFence(owner);
        }
    }

    /** Neurons without a reset are created for each version; the run's arena would keep all of them. */
    @Test
    void versionsLeaveNothingInTheMemoryOfARun() {
        Network network = plastic();
        try (Simulation simulation = network.simulate(1)) {
            simulation.recordBeforeReset("a", "membrane", 100);
            simulation.step(pulse());
            long before = Owner.SIMULATION.bytes();
            for (int i = 1; i < 10; i++) {
                network.weights().replace(FACTOR, one(i));
                assertEquals(i, membraneAfterAPulse(simulation));
            }
            assertEquals(before, Owner.SIMULATION.bytes());
        }
    }

    /**
     * One thread changes values, which blocks readers and asks each simulation whether it is busy. Another is in calls
     * whose observer reads, forks and tries to change. A third changes, reads, saves and restores plastic values. No
     * two threads deadlock.
     */
    @Test
    void nobodyWaitsForEver() throws InterruptedException {
        Network network = plastic();
        Repetition repetition = new Repetition();
        try (Simulation observed = network.simulate(1);
                Simulation other = network.simulate(1)) {
            observed.observe("a", (firstStep, steps, spikes, membranes) -> {
                assertEquals(1, network.weights().get("h-a.weight").get(0, 0));
                network.weights().hash();
                observed.plasticWeights().get("h-a.weight");
                assertTrue(isBusy(() -> network.weights().replace(FACTOR, one(3))));
                assertTrue(isBusy(() -> observed.plasticWeights().replace("h-a.weight", one(3))));
                assertTrue(isBusy(observed::fork));
                isBusy(() -> other.fork().close());
            });
            List<AtomicInteger> done = List.of(
                    repetition.start(1, () -> !isBusy(() -> observed.step(pulse()))),
                    repetition.start(
                            1,
                            () -> !isBusy(() -> {
                                network.weights().replace(FACTOR, one(2));
                                network.weights().replace(FACTOR, one(4));
                            })),
                    repetition.start(
                            1,
                            () -> !isBusy(() -> {
                                other.plasticWeights().replace("h-a.weight", one(7));
                                other.plasticWeights().hash();
                                other.restore(other.snapshot());
                                other.fork().close();
                                other.step(pulse());
                            })));
            Thread.sleep(NANOSECONDS / 1_000_000);
            repetition.end();
            for (AtomicInteger each : done) {
                assertTrue(each.get() > 0);
            }
        }
    }

    private static boolean isBusy(Runnable work) {
        try {
            work.run();
            return false;
        } catch (IllegalStateException refused) {
            assertTrue(BUSY.contains(refused.getMessage()), refused.getMessage());
            return true;
        }
    }
}
