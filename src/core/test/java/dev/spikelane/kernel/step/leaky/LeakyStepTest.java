package dev.spikelane.kernel.step.leaky;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.onOtherThread;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.EveryWidth;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.kernel.step.Steps;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@EveryWidth
final class LeakyStepTest {

    private final Arena arena = Arena.ofConfined();
    private final LeakyNeurons parameters = new LeakyModel(70).build(arena);
    private final FloatMatrix current = FloatMatrix.zeros(arena, 6, 70);
    private final FloatMatrix membrane = FloatMatrix.zeros(arena, 2, 70);
    private final SpikeMatrix spikes = SpikeMatrix.zeros(arena, 6, 70);

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void thresholdItselfDoesNotFire() {
        current.fill(1);
        Steps.run(parameters, current.rows(0, 2), membrane, spikes.rows(0, 2));
        assertEquals(0, spikes.count());
        current.fill(Math.ulp(1f));
        Steps.run(parameters, current.rows(0, 2), membrane, spikes.rows(0, 2));
        assertEquals(140, spikes.count());
    }

    @Test
    void refusesShapesThatDoNotFit() {
        assertInvalid(
                "spikes is [5 x 70], expected [6 x 70]",
                () -> Steps.run(parameters, current, membrane, SpikeMatrix.zeros(arena, 5, 70)));
        assertInvalid(
                "current is [6 x 71], expected [6 x 70]",
                () -> Steps.run(parameters, FloatMatrix.zeros(arena, 6, 71), membrane, spikes));
        assertInvalid(
                "membrane is [2 x 69], expected [2 x 70]",
                () -> Steps.run(parameters, current, FloatMatrix.zeros(arena, 2, 69), spikes));
        assertInvalid(
                "membranes has 5 rows, expected at least 6 and at least 1 in use",
                () -> Steps.run(
                        parameters.loops(),
                        new NeuronRun<>(
                                        membrane,
                                        membrane,
                                        spikes,
                                        Tile.whole(current).at(0, 2))
                                .record(FloatMatrix.zeros(arena, 5, 70)),
                        0,
                        6));
        assertInvalid(
                "membranes is [6 x 64], expected [6 x 70]",
                () -> Steps.run(
                        parameters.loops(),
                        new NeuronRun<>(
                                        membrane,
                                        membrane,
                                        spikes,
                                        Tile.whole(current).at(0, 2))
                                .record(FloatMatrix.zeros(arena, 6, 64)),
                        0,
                        6));
    }

    @Test
    void refusesAStateOfAnotherBatchAndLeavesItAlone() {
        FloatMatrix four = FloatMatrix.zeros(arena, 4, 70);
        four.fill(0.5f);
        assertInvalid(
                "6 rows are not a whole number of steps of batch 4",
                () -> Steps.run(parameters, current, four, spikes));
        assertEquals(0.5f, four.get(3, 69));
    }

    @ParameterizedTest
    @CsvSource({"0, 6", "-1, 6", "7, 6"})
    void refusesRowsThatAreNotThere(int rows, int available) {
        assertRefused(
                "current has " + available + " rows, expected at least " + rows + " and at least 1 in use", 0, 2, rows);
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "0, 0", "1, 0", "0, 3", "2, 3"})
    void refusesWordsOutside(int first, int end) {
        assertRefused("block range is [" + first + ", " + end + "), expected a part of [0, 2)", first, end, 6);
    }

    private void assertRefused(String message, int first, int end, int rows) {
        assertInvalid(
                message,
                () -> Steps.run(
                        parameters.loops(),
                        new NeuronRun<>(
                                membrane, membrane, spikes, Tile.whole(current).at(first, end)),
                        0,
                        rows));
    }

    @Test
    void refusesPartsOfRowsUnderInhibition() {
        LeakyNeurons coupled = new LeakyModel(70).inhibition(true).build(arena);
        assertInvalid(
                "neurons with inhibition are updated whole rows at a time, asked for words [1, 2) of [0, 2)",
                () -> Steps.run(
                        coupled.loops(),
                        new NeuronRun<>(
                                membrane, membrane, spikes, Tile.whole(current).at(1, 2)),
                        0,
                        6));
    }

    @Test
    void refusesMemoryItCannotUse() {
        Arena other = Arena.ofConfined();
        LeakyNeurons gone = new LeakyModel(70).build(other);
        FloatMatrix nowhere = FloatMatrix.zeros(other, 2, 70);
        other.close();
        assertIllegalState("the arena of parameters is closed", () -> Steps.run(gone, current, membrane, spikes));
        assertIllegalState("the arena of membrane is closed", () -> Steps.run(parameters, current, nowhere, spikes));
        assertInstanceOf(
                WrongThreadException.class,
                onOtherThread("stranger", () -> Steps.run(parameters, current, membrane, spikes)));
    }

    @Test
    void refusesParametersThatMakeNoSense() {
        assertInvalid("neurons is 0, expected at least 1", () -> new LeakyModel(0));
        assertInvalid(
                "beta has 2 values, expected 1 or 3, one for each neuron",
                () -> new LeakyModel(3).beta(0.5f, 0.5f).build(arena));
        assertInvalid(
                "threshold has 0 values, expected 1 or 3, one for each neuron",
                () -> new LeakyModel(3).threshold().build(arena));
        assertInvalid(
                "'beta' is NaN, expected a finite number",
                () -> new LeakyModel(3).beta(Float.NaN).build(arena));
        assertInvalid(
                "'threshold' is Infinity for neuron 2, expected a finite number",
                () -> new LeakyModel(3).threshold(1, 1, Float.POSITIVE_INFINITY).build(arena));
        assertInvalid(
                "'gradedSpikesFactor' is -Infinity for neuron 1, expected a finite number",
                () -> new LeakyModel(3)
                        .carries(LeakyText.FACTOR, 1, Float.NEGATIVE_INFINITY, 1)
                        .build(arena));
        assertThrows(NullPointerException.class, () -> new LeakyModel(3).reset(null));
        String message =
                "firing from the membrane before the step or its change goes neither with inhibition or quantization nor with"
                        + " an immediate reset";
        assertInvalid(
                message,
                () -> new LeakyModel(3).firesBefore(true).inhibition(true).build(arena));
        assertInvalid(
                message,
                () -> new LeakyModel(3)
                        .firesBefore(true)
                        .resetTime(Reset.Time.SAME_STEP_DIFFERENCE)
                        .build(arena));
    }

    /** {@code S / factor} is 0 without a spike, even for a tiny factor. */
    @ParameterizedTest
    @ValueSource(floats = {Float.MIN_VALUE, -Float.MIN_VALUE, 0x1p-129f})
    void tinyGradedFactorLeavesSilentNeuronsAlone(float factor) {
        LeakyNeurons tiny = new LeakyModel(1)
                .carries(LeakyText.FACTOR, factor)
                .inhibition(true)
                .resetTime(Reset.Time.SAME_STEP_DIFFERENCE)
                .build(arena);
        FloatMatrix one = FloatMatrix.vector(arena, 0.5f);
        Steps.run(tiny, FloatMatrix.vector(arena, 0.25f), one, SpikeMatrix.zeros(arena, 1, 1));
        assertArrayEquals(new float[] {0.75f}, one.toArray());
    }

    @Test
    void parametersAreCopied() {
        float[] beta = {0.5f};
        LeakyModel builder = new LeakyModel(1).beta(beta);
        beta[0] = 0;
        FloatMatrix one = FloatMatrix.vector(arena, 1);
        Steps.run(builder.build(arena), FloatMatrix.vector(arena, 0.25f), one, SpikeMatrix.zeros(arena, 1, 1));
        assertArrayEquals(new float[] {0.75f}, one.toArray());
    }
}
