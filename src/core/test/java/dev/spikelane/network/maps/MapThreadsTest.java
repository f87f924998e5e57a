package dev.spikelane.network.maps;

import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.fixture.Layer.flat;
import static dev.spikelane.fixture.Layer.maps;
import static dev.spikelane.fixture.Layer.pooled;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Pool;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Samples that run through maps a few at a time, on any number of threads, equal single samples. */
@EveryWidth
final class MapThreadsTest {

    private static final int STEPS = 7;
    private static final Shape SHAPE = Shape.of(1, 14, 13);

    private final Arena arena = Arena.ofAuto();

    /** Convolutions with a scale before the pool, and with sliding windows. */
    private static Network network() {
        return Networks.of(
                new TorchRandom(4),
                SHAPE,
                maps(12, 3, new Leaky(0.5).withThreshold(0.6), OneToOne.scale(3), Pool.max(2)),
                pooled(20, 3, new Synaptic(0.5, 0.8).withThreshold(0.1)),
                flat(10, new Leaky(0.5).withThreshold(0.1)));
    }

    private static Network joined() {
        return Networks.of(
                new TorchRandom(4),
                SHAPE,
                pooled(12, 3, new Leaky(0.5).withThreshold(0.2)),
                maps(8, 3, new Leaky(0.5).withThreshold(0.1)));
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "2, 3", "5, 1", "5, 2", "70, 2"})
    void samplesAreWhatTheyAreAlone(int batch, int threads) {
        Random random = new Random(batch);
        int rows = STEPS * batch;
        for (Network network : new Network[] {network(), joined()}) {
            compare(network, Matrices.spikes(arena, rows, SHAPE.size(), 0.3, random), batch, threads, false);
            compare(network, Matrices.uniform(arena, rows, SHAPE.size(), random), batch, threads, false);
            compare(network, Matrices.uniform(arena, batch, SHAPE.size(), random), batch, threads, true);
        }
    }

    private static void compare(Network network, Signal input, int batch, int threads, boolean constant) {
        try (Simulation all = network.simulate(batch, threads);
                Simulation alone = network.simulate(1)) {
            List<SpikeMatrix> fired = record(all);
            List<SpikeMatrix> expected = record(alone);
            run(all, input, constant);
            for (int sample = 0; sample < batch; sample++) {
                alone.reset();
                run(alone, of(input, sample, batch, constant), constant);
                for (int i = 0; i < fired.size(); i++) {
                    String what = "population " + i + ", sample " + sample + " of " + batch;
                    assertSameBits(
                            alone.state(i).membrane(), all.state(i).membrane().rows(sample, 1), what);
                    for (int step = 0; step < STEPS; step++) {
                        assertEquals(
                                expected.get(i).rows(step, 1).count(),
                                fired.get(i).rows(step * batch + sample, 1).count(),
                                what);
                    }
                }
            }
            assertTrue(fired.getLast().count() > 0);
        }
    }

    private static List<SpikeMatrix> record(Simulation simulation) {
        return simulation.network().populations().stream()
                .map(population ->
                        simulation.recordSpikes(population.name(), STEPS).spikes())
                .toList();
    }

    private static void run(Simulation simulation, Signal input, boolean constant) {
        if (constant) {
            simulation.runConstant(input, STEPS);
        } else {
            simulation.run(input);
        }
    }

    private static Signal of(Signal input, int sample, int batch, boolean constant) {
        int steps = constant ? 1 : STEPS;
        if (input instanceof SpikeMatrix spikes) {
            SpikeMatrix own = SpikeMatrix.zeros(steps, spikes.columns());
            for (int step = 0; step < steps; step++) {
                own.rows(step, 1).copyFrom(spikes.rows(step * batch + sample, 1));
            }
            return own;
        }
        FloatMatrix own = FloatMatrix.zeros(steps, SHAPE.size());
        for (int step = 0; step < steps; step++) {
            own.rows(step, 1).copyFrom(((FloatMatrix) input).rows(step * batch + sample, 1));
        }
        return own;
    }
}
