package dev.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.kernel.RandomData;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class Tutorial6Test {

    private static final int PIXELS = Tutorial6.SIDE * Tutorial6.SIDE;

    static Stream<Signal> inputs() {
        Arena arena = Arena.ofAuto();
        return Stream.of(
                Tutorial6.images(arena, Tutorial6.BATCH),
                Tutorial6.strokes(arena, Tutorial6.BATCH),
                RandomData.spikes(arena, Tutorial6.STEPS * Tutorial6.BATCH, PIXELS, 0.3));
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void layersFireAsThoseOfATrainedNetwork(Signal input) {
        try (Simulation simulation =
                Tutorial6.network(input instanceof FloatMatrix).simulate(Tutorial6.BATCH)) {
            SpikeCounts first = simulation.countSpikes(0);
            SpikeCounts second = simulation.countSpikes(1);
            switch (input) {
                case FloatMatrix images -> simulation.runConstant(images, Tutorial6.STEPS);
                case SpikeMatrix spikes -> simulation.run(spikes);
            }

            assertEquals(0.075, first.density(), 0.025);
            assertEquals(0.1, second.density(), 0.02);
        }
    }
}
