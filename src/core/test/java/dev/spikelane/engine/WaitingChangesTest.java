package dev.spikelane.engine;

import static dev.spikelane.Failures.assertStart;
import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Alone;
import dev.spikelane.connection.Dense;
import dev.spikelane.fixture.Networks;
import dev.spikelane.fixture.Repetition;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.model.Model;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.Weights;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.train.Classifier;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** A service that is never idle changes its weights. */
@Alone
@Timeout(value = 600, threadMode = ThreadMode.SEPARATE_THREAD)
final class WaitingChangesTest {

    private static final int CHANGES = 100;
    private static final Duration LONG = Duration.ofSeconds(50);
    private static final FloatMatrix ONE = FloatMatrix.of(new float[] {1});

    private final Repetition repetition = new Repetition();

    /** Membranes are sums and never fire; a plastic projection adds equally to both. */
    private static Network network(Arena arena) {
        NetworkBuilder builder = Network.builder(arena);
        Input x = builder.input("x", Shape.of(1));
        Population a = builder.population("a", Shape.of(2), new Leaky(1).withThreshold(1e30f));
        builder.project("one", x, a, Dense.of(version(0)));
        builder.project("other", x, a, Dense.of(column(1, 1))).plastic();
        return builder.build();
    }

    /** Returns the addition of a version to one of two outputs in each step. */
    private static FloatMatrix version(int number) {
        return number == 0 ? column(0.0625f, 0) : column(0, 0.0625f);
    }

    private static FloatMatrix column(float first, float second) {
        return FloatMatrix.of(new float[] {first}, new float[] {second});
    }

    private static void change(Weights weights, String name, int version) {
        weights.waiting(LONG).replace(name, version(version % 2));
    }

    /** Repeats requests; each answer belongs to one version. */
    private AtomicInteger requests(Classifier desk, Signal input, Weights weights, String name) {
        List<Double> allowed = new ArrayList<>();
        for (int version = 1; version >= 0; version--) {
            weights.replace(name, version(version));
            allowed.add(desk.classify(input).probability(0));
        }
        assertNotEquals(allowed.get(0), allowed.get(1));
        return repetition.start(() -> {
            double found = desk.classify(input).probability(0);
            assertTrue(allowed.contains(found), found + ", expected one of " + allowed);
        });
    }

    /** Requests never pause, and two threads change weights. All make progress. */
    @Test
    void aServiceThatIsNeverIdleChangesItsWeights() throws InterruptedException {
        Network network = network(Arena.ofAuto());
        Model model = Model.of(network).with(Model.STEPS, "40").with(Model.DECODING, "membrane");
        FloatMatrix train = FloatMatrix.zeros(40, 1);
        train.fill(1);
        List<AtomicInteger> served = new ArrayList<>();
        for (Signal input : List.of(ONE, train)) {
            Classifier desk = Classifier.of(model);
            served.add(repetition.start(() -> desk.classify(input)));
        }
        Simulation simulation = network.simulate(1, 2);
        served.add(repetition.start(() -> simulation.runConstant(ONE, 50)));
        served.add(repetition.start(() -> change(network.weights(), "one.weight", 0)));
        for (AtomicInteger each : served) {
            while (each.get() == 0) {
                Thread.yield();
            }
        }
        int[] before = served.stream().mapToInt(AtomicInteger::get).toArray();
        for (int i = 0; i < CHANGES; i++) {
            change(network.weights(), "one.weight", i);
        }
        int[] behind = served.stream().mapToInt(AtomicInteger::get).toArray();
        repetition.end();
        for (int i = 0; i < before.length; i++) {
            int times = behind[i] - before[i];
            assertTrue(times > CHANGES / 20, "thread " + i + ": " + times + " times beside " + CHANGES + " changes");
        }
    }

    /** No change may fall between a reset and a run, or between two checks of the lead. */
    @Test
    void aRequestIsOfOneVersion() throws InterruptedException {
        Network summing = network(Arena.ofAuto());
        Model membranes = Model.of(summing).with(Model.STEPS, "40").with(Model.DECODING, "membrane");
        Network firing = Networks.of(1, by(Dense.of(version(0)), new Leaky(0).withThreshold(0.01f)));
        Model counts = Model.of(firing).with(Model.STEPS, "40").with(Model.DECODING, "count");
        Classifier early = Classifier.of(counts).early(EarlyExit.exact(40), 1);
        List<AtomicInteger> served = List.of(
                requests(Classifier.of(membranes), ONE, summing.weights(), "one.weight"),
                requests(early, ONE, firing.weights(), "fc1.weight"));
        for (int i = 0; i < CHANGES || served.stream().anyMatch(each -> each.get() < CHANGES / 2); i++) {
            change(summing.weights(), "one.weight", i);
            change(firing.weights(), "fc1.weight", i);
        }
        repetition.end();
    }

    /** An observer runs another simulation, creates one, reads values and requests changes while changes wait. */
    @Test
    void observersDoNotHoldChangesUp() throws InterruptedException {
        Network network = network(Arena.ofAuto());
        Simulation observed = network.simulate(1);
        Simulation other = network.simulate(1);
        observed.observe("a", (firstStep, steps, spikes, membranes) -> {
            other.reset();
            other.step(ONE);
            network.weights().get("one.weight");
            network.weights().hash();
            try (Simulation fresh = network.simulate(1)) {
                fresh.step(ONE);
            }
            for (Weights values : List.of(network.weights(), network.weights().waiting(LONG))) {
                assertStart(
                        IllegalStateException.class,
                        "weights cannot change while",
                        () -> values.replace("one.weight", version(1)));
            }
        });
        AtomicInteger calls = repetition.start(() -> observed.step(ONE));
        AtomicInteger plastic = repetition.start(() -> change(observed.plasticWeights(), "other.weight", 1));
        for (int i = 0; i < CHANGES || calls.get() == 0 || plastic.get() == 0; i++) {
            change(network.weights(), "one.weight", i);
        }
        repetition.end();
    }

    /** Two observers wait for each other's network, so both give up. */
    @Test
    void whoWaitsForEachOtherGivesUp() throws InterruptedException {
        List<Network> networks = List.of(network(Arena.ofAuto()), network(Arena.ofAuto()));
        AtomicInteger within = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Network next = networks.get(1 - i);
            Simulation own = networks.get(i).simulate(1);
            own.observe("a", (firstStep, steps, spikes, membranes) -> {
                within.incrementAndGet();
                while (within.get() < 2) {
                    Thread.onSpinWait();
                }
                try {
                    next.weights().waiting(Duration.ofMillis(50)).replace("one.weight", version(1));
                } catch (IllegalStateException refused) {
                    assertEquals(
                            "weights cannot change while a simulation of this network runs, and this waited 50 ms",
                            refused.getMessage());
                }
            });
            threads.add(Thread.ofPlatform().daemon().start(() -> own.step(ONE)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        networks.forEach(each -> each.weights().replace("one.weight", version(1)));
    }

    /** A simulation is closed after the change; memory that is closed meanwhile is gone. */
    @Test
    void closedWhileAChangeWaits() throws InterruptedException {
        for (boolean closesNetwork : new boolean[] {false, true}) {
            Arena arena = Arena.ofShared();
            Network network = network(arena);
            Simulation idle = network.simulate(1);
            CountDownLatch runs = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            Simulation running = network.simulate(1);
            running.observe("a", (firstStep, steps, spikes, membranes) -> {
                runs.countDown();
                await(go);
            });
            Thread.ofPlatform().daemon().start(() -> running.step(ONE));
            await(runs);
            List<Throwable> failures = new ArrayList<>();
            Thread changer = startToWait(() -> {
                try {
                    change(network.weights(), "one.weight", 1);
                } catch (IllegalStateException closed) {
                    failures.add(closed);
                }
            });
            Thread closer = startToWait(idle::close);
            if (closesNetwork) {
                arena.close();
            }
            go.countDown();
            changer.join();
            closer.join();
            assertEquals(closesNetwork ? 1 : 0, failures.size());
            failures.forEach(each -> assertTrue(each.getMessage().endsWith("closed"), each.getMessage()));
            assertThrows(IllegalStateException.class, () -> idle.step(ONE));
            if (!closesNetwork) {
                assertEquals(0.0625f, network.weights().get("one.weight").get(1, 0));
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    private static Thread startToWait(Runnable work) {
        Thread thread = Thread.ofPlatform().daemon().start(work);
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        return thread;
    }
}
