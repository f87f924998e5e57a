package dev.spikelane.kernel.code;

import static dev.spikelane.Failures.assertMessage;
import static dev.spikelane.Failures.onOtherThread;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BernoulliSpikesTest {

    private final Arena arena = Arena.ofConfined();
    private final FloatMatrix data = FloatMatrix.zeros(arena, 2, 70);
    private final SpikeMatrix spikes = SpikeMatrix.zeros(arena, 6, 70);

    @AfterEach
    void close() {
        arena.close();
    }

    private void draw(int batch, FloatMatrix from, SpikeMatrix to, int firstRow) {
        BernoulliSpikes.draw(1, 0, 0, batch, from, 1, 0, to, firstRow);
    }

    @Test
    void refusesShapesThatDoNotFit() {
        assertMessage(
                IllegalArgumentException.class,
                "data is [2 x 71], expected [2 x 70]",
                () -> draw(2, FloatMatrix.zeros(arena, 2, 71), spikes, 0));
        assertMessage(
                IllegalArgumentException.class,
                "data is [4 x 70], expected [6 x 70]",
                () -> draw(2, FloatMatrix.zeros(arena, 4, 70), spikes, 0));
        assertMessage(
                IllegalArgumentException.class,
                "data is [6 x 70], expected [4 x 70]",
                () -> draw(2, FloatMatrix.zeros(arena, 6, 70), spikes, 2));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "-1, 0", "7, 0", "4, 0", "2, 1", "2, -2", "2, 6", "2, 8"})
    void refusesBatchesAndRowsThatDoNotFit(int batch, int firstRow) {
        assertThrows(IllegalArgumentException.class, () -> draw(batch, data, spikes, firstRow));
    }

    @Test
    void refusesMemoryItCannotUse() {
        Arena other = Arena.ofConfined();
        FloatMatrix gone = FloatMatrix.zeros(other, 2, 70);
        other.close();
        assertMessage(IllegalStateException.class, "the arena of data is closed", () -> draw(2, gone, spikes, 0));
        assertInstanceOf(WrongThreadException.class, onOtherThread("stranger", () -> draw(2, data, spikes, 0)));
    }
}
