package dev.spikelane.network;

import static dev.spikelane.Failures.assertPart;
import static dev.spikelane.fixture.Layer.flat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.engine.NetworkRun;
import dev.spikelane.fixture.Networks;
import dev.spikelane.io.EventBinning;
import dev.spikelane.io.EventSource;
import dev.spikelane.io.event.EventFiles;
import dev.spikelane.io.event.EventFiles.Events;
import dev.spikelane.memory.EventBlock;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.EventStream.Decision;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Decisions on a stream, against a run of all of its steps. */
@EveryWidth
final class EventStreamTest {

    private static final EventBinning BINNING = EventBinning.of(12, 10).withStepTime(100);

    private static Network network() {
        return Networks.of(BINNING.shape(), flat(5, new Leaky(0.9), OneToOne.scale(6)));
    }

    private static List<Decision> decisions(EventBinning binning, int window, int every, EventSource source)
            throws IOException {
        List<Decision> found = new ArrayList<>();
        try (Simulation simulation = network().simulate(1)) {
            new EventStream(simulation, "lif1", binning, window, every).run(source, found::add);
        }
        return found;
    }

    private static EventSource source(long... times) {
        int[] next = {0};
        return block -> {
            block.resize(0);
            while (next[0] < times.length && block.size() < 3) {
                block.add(times[next[0]], next[0] % 12, 3, next[0] % 2 == 0);
                next[0]++;
            }
            return block.size() > 0;
        };
    }

    @Test
    void windowsSlideOverOneRunOfAllSteps() throws IOException {
        Events events = Events.random(1, 4_000, 12, 10, 9);
        byte[] file = EventFiles.csv(events, true);
        for (int counted = 0; counted < 2; counted++) {
            EventBinning binning = counted == 0 ? BINNING : BINNING.withStepEvents(25);
            List<Decision> found =
                    decisions(binning, 30, 10, EventSource.open("x.csv", new ByteArrayInputStream(file)));
            int steps = counted == 0 ? (int) ((events.t()[3_999] - events.t()[0]) / 100) + 1 : 160;
            SpikeMatrix input = SpikeMatrix.zeros((steps + 9) / 10 * 10, 240);
            binning.read(EventSource.open("x.csv", new ByteArrayInputStream(file)), input);
            SpikeMatrix output;
            try (Simulation simulation = network().simulate(1)) {
                var recorder = simulation.recordSpikes("lif1", input.rows());
                simulation.run(input);
                output = recorder.spikes();
            }
            assertEquals(input.rows() / 10, found.size());
            assertTrue(found.stream().mapToInt(Decision::label).distinct().count() > 1);
            assertEquals(4_000, found.stream().mapToLong(Decision::events).sum());
            for (int i = 0; i < found.size(); i++) {
                int[] counts = new int[5];
                int first = Math.max(0, 10 * i - 20);
                for (int step = first; step < 10 * i + 10; step++) {
                    output.forEachSpike(step, neuron -> counts[neuron]++);
                }
                int most = Arrays.stream(counts).max().orElseThrow();
                int all = Arrays.stream(counts).sum();
                Decision decision = found.get(i);
                assertEquals(most, decision.label() < 0 ? 0 : counts[decision.label()]);
                assertEquals(all == 0 ? 0 : (double) most / all, decision.confidence());
                assertEquals((double) all / (10 * i + 10 - first) / 5, decision.rate());
                if (counted == 0) {
                    assertEquals(events.t()[0] + 1_000L * (i + 1), decision.time());
                }
            }
        }
    }

    @Test
    void lateEventsAreCountedAndSilenceRuns() throws IOException {
        List<Decision> found = decisions(BINNING, 10, 10, source(5_000, 5_100, 6_000, 5_900, 5_999, 6_001, 9_500));
        assertEquals(5, found.size()); // three without events
        assertEquals(
                List.of(2L, 2L, 0L, 0L, 1L),
                found.stream().map(Decision::events).toList());
        assertEquals(2, found.stream().mapToLong(Decision::late).sum());
        assertEquals(
                List.of(6_000L, 7_000L, 8_000L, 9_000L, 10_000L),
                found.stream().map(Decision::time).toList());
    }

    /** A clock that jumps by more than 2^20 steps restarts; a time of 2^62 is no endless silence. */
    @Test
    void aClockThatJumpsStartsAnew() throws IOException {
        List<Decision> found =
                decisions(BINNING, 10, 10, source(5_000, 5_100, 1L << 62, (1L << 62) + 1, 100, 101, 102, 103, 150));
        assertEquals(
                9, found.stream().mapToLong(each -> each.events() + each.late()).sum());
        assertEquals(
                List.of(6_000L, (1L << 62) + 1_000, 1_102L),
                found.stream().map(Decision::time).toList());
        EventBinning cropped = BINNING.withCrop(11, 9, 1, 1).withDownsampling(1);
        try (Simulation simulation =
                Networks.dense(new TorchRandom(1), new Leaky(0.9), 2, 5).simulate(1)) {
            new EventStream(simulation, "lif1", cropped, 10, 10).run(source(1, 1L << 61, 3), found::add);
        }
        assertEquals(3, found.size()); // no event on an input
    }

    /** Another source has another clock. */
    @Test
    void eachSourceBeginsAStep() throws IOException {
        List<Decision> found = new ArrayList<>();
        try (Simulation simulation = network().simulate(1)) {
            EventStream stream = new EventStream(simulation, "lif1", BINNING, 10, 10);
            stream.run(source(90_000, 90_100), found::add);
            stream.run(source(5_000, 5_100, 6_050), found::add);
            stream.run(source(200_050), found::add);
        }
        assertEquals(
                List.of(91_000L, 6_000L, 7_000L, 201_050L),
                found.stream().map(Decision::time).toList());
        assertEquals(0, found.stream().mapToLong(Decision::late).sum());
    }

    @Test
    void stopEndsAStreamThatDoesNotEnd() throws IOException {
        long[] time = {0};
        EventSource endless = block -> {
            block.resize(0);
            block.add(time[0] += 50, 1, 1, true);
            return true;
        };
        List<Decision> found = new ArrayList<>();
        try (Simulation simulation = network().simulate(1)) {
            EventStream stream = new EventStream(simulation, "lif1", BINNING, 10, 5);
            stream.run(endless, decision -> {
                found.add(decision);
                if (found.size() == 7) {
                    stream.stop();
                }
            });
        }
        assertEquals(7, found.size());
    }

    /** A fast camera waits for a slow consumer: sockets limit its lead. */
    @Test
    void aSenderWaitsForASlowConsumer() throws IOException, InterruptedException {
        Events events = Events.random(2, 2_000_000, 12, 10, 4);
        byte[] bytes = EventFiles.bin(events);
        AtomicLong sent = new AtomicLong();
        long[] ahead = new long[2];
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Simulation simulation = network().simulate(1)) {
            Thread camera = Thread.ofPlatform().daemon().start(() -> {
                try (Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
                        OutputStream out = socket.getOutputStream()) {
                    for (int at = 0; at < bytes.length; at += 1_000) {
                        out.write(bytes, at, Math.min(1_000, bytes.length - at));
                        sent.set(at);
                    }
                } catch (IOException gone) {
                    sent.set(-1);
                }
            });
            EventStream stream = new EventStream(simulation, "lif1", BINNING, 100, 100);
            try (Socket socket = server.accept();
                    EventSource source = EventSource.open("camera.bin", socket.getInputStream())) {
                socket.setReceiveBufferSize(1 << 16);
                stream.run(source, decision -> {
                    ahead[1] += decision.events() + decision.late();
                    if (ahead[1] < 100_000) {
                        try {
                            Thread.sleep(5);
                        } catch (InterruptedException ended) {
                            Thread.currentThread().interrupt();
                        }
                        ahead[0] = Math.max(ahead[0], sent.get() / 5 - ahead[1]);
                    }
                });
            }
            camera.join();
        }
        assertEquals(2_000_000, ahead[1]);
        assertTrue(ahead[0] < 1_900_000, ahead[0] + " events ahead");
    }

    /** A step that throws loses its events, and the next source starts a new step. */
    @Test
    void aStepThatThrowsIsNotRunAgain() throws IOException {
        List<Long> spikes = new ArrayList<>();
        List<Decision> found = new ArrayList<>();
        EventStream stream = new EventStream(
                (input, _) -> {
                    spikes.add(input.count());
                    if (spikes.size() == 1) {
                        throw new IllegalStateException("once");
                    }
                },
                5,
                BINNING,
                10,
                10);
        assertThrows(IllegalStateException.class, () -> stream.run(source(5_000, 5_100, 6_500), found::add));
        stream.run(source(9_000), found::add);
        assertEquals(List.of(2L, 1L), spikes);
        assertEquals(List.of(1L), found.stream().map(Decision::events).toList());
    }

    @Test
    void refusalsSayWhatIsExpected() throws ReflectiveOperationException {
        try (Simulation simulation = network().simulate(1);
                Simulation two = network().simulate(2)) {
            assertPart(
                    "window is 12 steps, expected a multiple of 5",
                    () -> new EventStream(simulation, "lif1", BINNING, 12, 5));
            assertPart("simulation has 2 samples and the inputs", () -> new EventStream(two, "lif1", BINNING, 5, 5));
            assertPart(
                    "expected one of shape [1 x 10 x 12]",
                    () -> new EventStream(simulation, "lif1", BINNING.withPolarity(false), 5, 5));
            assertCounters(0, simulation);
            assertCounters(0, two);
            assertTrue(new EventStream(simulation, "lif1", BINNING, 5, 5) != null);
            assertCounters(1, simulation);
        }
        assertEquals(64, new EventBlock(64).room());
    }

    /** A refused stream leaves no counter. */
    private static void assertCounters(int expected, Simulation simulation) throws ReflectiveOperationException {
        Object observers = field(((NetworkRun) field(simulation, "run")).population(0), "observers");
        assertEquals(expected, ((List<?>) field(observers, "ofBlocks")).size());
    }

    private static Object field(Object of, String name) throws ReflectiveOperationException {
        Field field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }
}
