package dev.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class Tutorial6Test {

    static Stream<FloatMatrix> images() {
        return Stream.of(Tutorial6.images(Arena.ofAuto(), Tutorial6.BATCH), Tutorial6.strokes(Arena.ofAuto(), 64));
    }

    @ParameterizedTest
    @MethodSource("images")
    void layersFireAsThoseOfATrainedNetwork(FloatMatrix images) {
        try (Simulation simulation = Tutorial6.network().simulate(images.rows())) {
            SpikeCounts first = simulation.countSpikes(0);
            SpikeCounts second = simulation.countSpikes(1);
            simulation.runConstant(images, Tutorial6.STEPS);
            System.out.println(first.density() + " " + second.density());

            assertEquals(0.08, first.density(), 0.03);
            assertEquals(0.09, second.density(), 0.03);
        }
    }
}
