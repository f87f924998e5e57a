package dev.spikelane.kernel.encode;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.onOtherThread;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.EveryWidth;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@EveryWidth
final class BernoulliSpikesTest {

    private final Arena arena = Arena.ofConfined();
    private final FloatMatrix data = FloatMatrix.zeros(arena, 2, 70);
    private final SpikeMatrix spikes = SpikeMatrix.zeros(arena, 6, 70);

    @AfterEach
    void close() {
        arena.close();
    }

    private void draw(FloatMatrix from, int firstRow) {
        new BernoulliSpikes(1, 0).draw(1, 0, from, spikes, firstRow);
    }

    @Test
    void refusesShapesThatDoNotFit() {
        assertInvalid("data is [2 x 71], expected [2 x 70]", () -> draw(FloatMatrix.zeros(arena, 2, 71), 0));
        assertInvalid(
                "data is [4 x 71], expected [4 x 70]",
                () -> new BernoulliSpikes(1, 0).drawVarying(1, 2, FloatMatrix.zeros(arena, 4, 71), spikes));
    }

    @ParameterizedTest
    @CsvSource({"0, 6", "-1, 6", "7, 6", "4, 6", "2, 5", "2, 8"})
    void refusesBatchesAndRowsThatDoNotFit(int batch, int rows) {
        FloatMatrix varying = FloatMatrix.zeros(arena, rows, 70);
        assertThrows(
                IllegalArgumentException.class, () -> new BernoulliSpikes(1, 0).drawVarying(1, batch, varying, spikes));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, -2, 6, 8})
    void refusesFirstRowsThatDoNotFit(int firstRow) {
        assertThrows(IllegalArgumentException.class, () -> draw(data, firstRow));
    }

    @Test
    void refusesMemoryItCannotUse() {
        Arena other = Arena.ofConfined();
        FloatMatrix gone = FloatMatrix.zeros(other, 2, 70);
        other.close();
        assertIllegalState("the arena of data is closed", () -> draw(gone, 0));
        assertInstanceOf(WrongThreadException.class, onOtherThread("stranger", () -> draw(data, 0)));
    }
}
