package dev.spikelane.network.maps;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SimulationState;
import dev.spikelane.network.SpikeCounts;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Events of the shape of N-MNIST, two polarities of 34 x 34 pixels, go through convolutions step by step. */
@EveryWidth
final class EventStreamTest {

    private static final Shape CAMERA = Shape.of(2, 34, 34);
    private static final int STEPS = 40;

    private static Network network() {
        TorchRandom random = new TorchRandom(42);
        return Network.builder(CAMERA)
                .conv2d(12, 5, random)
                .scale(3)
                .maxPool2d(2)
                .neuron(new Leaky(0.5))
                .conv2d(32, 5, random)
                .scale(3)
                .maxPool2d(2)
                .neuron(new Leaky(0.5))
                .flatten()
                .dense(10, random)
                .scale(12)
                .neuron(new Leaky(0.5))
                .build();
    }

    /** A bright blob on its way; some steps have no event. */
    private static SpikeMatrix events() {
        Random random = new Random(1);
        SpikeMatrix events = SpikeMatrix.zeros(STEPS, CAMERA.size());
        for (int step = 0; step < STEPS; step++) {
            for (int event = 0; event < (step % 7 == 3 ? 0 : 60); event++) {
                int x = Math.clamp((int) (step * 0.7 + random.nextGaussian(3, 2)), 0, 33);
                int y = Math.clamp((int) random.nextGaussian(17, 5), 0, 33);
                events.set(step, (random.nextInt(2) * 34 + y) * 34 + x, true);
            }
        }
        return events;
    }

    @Test
    void stepsAreThoseOfAWholeRunAndGoOnFromASnapshot() {
        Network network = network();
        SpikeMatrix events = events();
        try (Simulation whole = network.simulate(1);
                Simulation stream = network.simulate(1)) {
            Population.SpikeRecorder fired = whole.recordSpikes("lif3", STEPS);
            SpikeCounts first = whole.countSpikes("lif1");
            SpikeCounts second = whole.countSpikes("lif2");
            whole.run(events);
            assertTrue(first.density() > 0.02 && second.density() > 0.02, first.density() + ", " + second.density());
            assertTrue(fired.spikes().count() > 5);
            SimulationState half = null;
            for (int step = 0; step < STEPS; step++) {
                if (step == STEPS / 2) {
                    half = stream.snapshot();
                }
                assertArrayEquals(
                        fired.spikes().rows(step, 1).toArray(),
                        stream.step(events.rows(step, 1)).toArray());
            }
            stream.restore(half);
            stream.run(events.rows(STEPS / 2, STEPS / 2));
            for (int layer = 0; layer < 3; layer++) {
                assertEquals(
                        -1,
                        whole.state(layer)
                                .membrane()
                                .segment()
                                .mismatch(stream.state(layer).membrane().segment()));
            }
        }
    }
}
