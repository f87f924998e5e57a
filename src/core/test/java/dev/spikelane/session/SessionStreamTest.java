package dev.spikelane.session;

import static dev.spikelane.Allocations.ofThisThread;
import static dev.spikelane.Failures.assertPart;
import static dev.spikelane.fixture.Layer.flat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.fixture.Networks;
import dev.spikelane.io.EventBinning;
import dev.spikelane.io.EventSource;
import dev.spikelane.io.event.EventFiles;
import dev.spikelane.io.event.EventFiles.Events;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.EventStream;
import dev.spikelane.network.EventStream.Decision;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.simd.SimdWidth;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Events drive a session like a simulation, whatever other sessions do between. */
@EveryWidth
final class SessionStreamTest {

    private static final EventBinning BINNING = EventBinning.of(12, 10).withStepTime(100);

    private final Network network = Networks.of(BINNING.shape(), flat(5, new Leaky(0.9), OneToOne.scale(6)));

    private static EventSource source(int seed) throws IOException {
        byte[] file = EventFiles.csv(Events.random(seed, 900, 12, 10, 20), true);
        return EventSource.open("x.csv", new ByteArrayInputStream(file));
    }

    @Test
    void aSessionDecidesAsASimulation() throws IOException {
        List<Decision> expected = new ArrayList<>();
        try (Simulation simulation = network.simulate(1)) {
            EventStream stream = new EventStream(simulation, "lif1", BINNING, 30, 10);
            stream.run(source(1), expected::add);
            stream.run(source(2), expected::add);
        }
        List<Decision> found = new ArrayList<>();
        try (SessionPool pool = SessionPool.builder(network).build()) {
            EventStream stream = pool.stream(7, BINNING, 30, 10);
            EventStream other = pool.stream(8, BINNING, 10, 10);
            stream.run(source(1), found::add);
            other.run(source(3), _ -> {});
            stream.run(source(2), found::add);
            assertEquals(
                    10 * expected.size(),
                    pool.offer(7, SpikeMatrix.zeros(1, 240)).join().steps() - 1);
        }
        assertEquals(expected, found);
        assertTrue(found.stream().mapToInt(Decision::label).distinct().count() > 1);
    }

    /** Steps of a decision do not allocate; kernels with lanes do until C2 has compiled them. */
    @Test
    void stepsMakeNoViews() throws IOException {
        assumeFalse(SimdWidth.VECTOR);
        int steps = 4_000;
        long[] bytes = new long[2];
        try (SessionPool pool = SessionPool.builder(network).build()) {
            EventStream stream = pool.stream(1, BINNING, steps, steps);
            for (int time = 0; time < 2; time++) {
                EventSource source =
                        EventSource.open("x.csv", new ByteArrayInputStream("x,y,p,t\n1,1,1,5\n".getBytes(UTF_8)));
                long before = ofThisThread();
                stream.run(source, _ -> {});
                bytes[time] = ofThisThread() - before;
            }
        }
        assertTrue(bytes[1] < 16L * steps + 100_000, bytes[1] + " bytes for " + steps + " steps");
    }

    @Test
    void aBinningHasTheShapeOfTheInput() {
        try (SessionPool pool = SessionPool.builder(network).build()) {
            assertPart("input 'input' is [1 x 120]", () -> pool.stream(7, BINNING.withPolarity(false), 10, 10));
        }
    }
}
