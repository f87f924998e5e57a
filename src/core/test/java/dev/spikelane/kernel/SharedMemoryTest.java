package dev.spikelane.kernel;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.kernel.encode.DeltaSpikes;
import dev.spikelane.kernel.encode.LatencyRamp;
import dev.spikelane.kernel.encode.LatencySpikes;
import dev.spikelane.kernel.encode.LatencyTimes;
import dev.spikelane.kernel.encode.OneHotInverse;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.dense.DenseMatmul;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.kernel.step.Steps;
import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Overlapping views that would be written before they are read are refused without any write. */
@EveryWidth
final class SharedMemoryTest {

    private static final int NEURONS = 70;
    private static final int ROWS = 4;

    private final Arena arena = Arena.ofAuto();
    private final FloatMatrix all = Matrices.uniform(arena, 4 * ROWS, NEURONS, new Random(1));
    private final FloatMatrix first = all.rows(0, ROWS);
    private final FloatMatrix second = all.rows(1, ROWS);
    private final FloatMatrix last = all.rows(3 * ROWS, ROWS);
    private final SpikeMatrix spikes = SpikeMatrix.zeros(arena, ROWS, NEURONS);
    private final float[] before = all.toArray();

    @Test
    void codesThatReadOtherRows() {
        assertApart("spikes", "data", () -> DeltaSpikes.signed(first, 2, 0.1f, false, second));
        assertApart("spikes", "data", () -> DeltaSpikes.signed(second, 2, 0.1f, false, first));
        assertApart("targets", "times", () -> LatencySpikes.fire(all.rows(1, 2), 1, 0, first));
        assertApart("targets", "times", () -> LatencySpikes.fire(all.rows(3, 2), 1, 0, first));
        assertApart("targets", "times", () -> LatencyRamp.interpolate(all.rows(1, 2), 1, 1, 0, first));
        DeltaSpikes.signed(first, 2, 0.1f, false, last);
        LatencySpikes.fire(all.rows(4, 2), 1, 0, first);
        LatencyRamp.interpolate(all.rows(4, 2), 1, 1, 0, first);
    }

    @Test
    void codesThatReadTheSameRows() {
        assertSameOrApart("times", "data", () -> LatencyTimes.logarithmic(first, 0.01f, 0.02f, 5, 0, second));
        assertSameOrApart("times", "data", () -> LatencyTimes.linear(second, 5, 7, 0, first));
        assertSameOrApart("times", "data", () -> LatencyTimes.silence(second, 0.01f, first));
        assertSameOrApart("inverse", "values", () -> OneHotInverse.invert(first, second));
        FloatMatrix expected = FloatMatrix.zeros(arena, ROWS, NEURONS);
        LatencyTimes.logarithmic(first, 0.01f, 0.02f, 5, 0, expected);
        LatencyTimes.logarithmic(all.rows(0, ROWS), 0.01f, 0.02f, 5, 0, first);
        assertArrayEquals(expected.toArray(), first.toArray());
    }

    @Test
    void neurons() {
        LeakyNeurons parameters = new LeakyModel(NEURONS).beta(0.5f).build(arena);
        FloatMatrix state = FloatMatrix.zeros(arena, 2, NEURONS);
        assertApart("state", "current", () -> Steps.run(parameters, first, all.rows(3, 2), spikes));
        assertApart("state", "current", () -> Steps.run(parameters, first, all.rows(0, 2), spikes));
        assertApart("membranes", "state", () -> record(parameters, first, all.rows(6, 2), all.rows(4, ROWS)));
        assertSameOrApart("membranes", "current", () -> record(parameters, first, state, second));
        FloatMatrix expected = FloatMatrix.zeros(arena, ROWS, NEURONS);
        record(parameters, first, state, expected);
        state.fill(0);
        record(parameters, first, state, all); // has more rows
        assertArrayEquals(expected.toArray(), first.toArray());
    }

    private void record(LeakyNeurons parameters, FloatMatrix current, FloatMatrix state, FloatMatrix membranes) {
        Steps.run(
                parameters.loops(),
                new NeuronRun<>(state, state, spikes, Tile.whole(current).at(0, 2)).record(membranes),
                0,
                ROWS);
    }

    @Test
    void neuronsWithFeedback() {
        LeakyNeurons currents =
                new LeakyModel(NEURONS).feedback(Feedback.CURRENTS).build(arena);
        FloatMatrix state = all.rows(0, 2);
        FloatMatrix current = all.rows(2, 2);
        SpikeMatrix previous = spikes.rows(2, 2);
        assertApart("state", "feedback", () -> recurrent(currents, current, state, all.rows(1, 2), previous, last));
        assertApart(
                "membranes", "feedback", () -> recurrent(currents, current, state, last.rows(1, 2), previous, last));
        LeakyNeurons own = new LeakyModel(NEURONS)
                .param("V", 0.5f)
                .feedback(Feedback.OWN_SPIKES, "V")
                .build(arena);
        assertApart(
                "spikes", "previous", () -> recurrent(own, current, state, last.rows(0, 2), spikes.rows(1, 2), last));
        recurrent(own, current, state, state, previous, last);
    }

    private void recurrent(
            LeakyNeurons parameters,
            FloatMatrix current,
            FloatMatrix state,
            FloatMatrix feedback,
            SpikeMatrix previous,
            FloatMatrix membranes) {
        SpikeMatrix out = spikes.rows(0, 2);
        NeuronRun<?> run = new NeuronRun<>(
                        state, state, out, Tile.whole(current).at(0, 2))
                .feedback(Tile.whole(feedback), 0)
                .record(membranes);
        run.previous = previous;
        Steps.run(parameters.loops(), run, 0, 2);
    }

    @Test
    void windows() {
        LeakyNeurons window = new LeakyModel(NEURONS)
                .reset(Reset.NONE)
                .param("alpha", 0.5f)
                .synapse("alpha")
                .build(arena);
        FloatMatrix[] apart = {all.rows(0, 2), all.rows(2, 1), all.rows(4, 2), all.rows(6, 2), all.rows(8, 1)};
        assertApart("state", "current", () -> window(window, apart, 1, all.rows(4, 1)));
        assertApart("state", "weights", () -> window(window, apart, 2, all.rows(0, 2)));
        assertApart("window", "weights", () -> window(window, apart, 3, all.rows(0, 2)));
        assertApart("window", "current", () -> window(window, apart, 3, all.rows(2, 2)));
        assertApart("window", "state", () -> window(window, apart, 3, all.rows(5, 2)));
        assertApart("membranes", "state", () -> window(window, apart, 4, all.rows(5, 1)));
        assertApart("membranes", "window", () -> window(window, apart, 4, all.rows(7, 1)));
        assertApart("membranes", "weights", () -> window(window, apart, 4, all.rows(1, 1)));
        window(window, apart, 4, apart[1]);
    }

    /** Replaces one of weights, current, state, window and membranes by another one. */
    private void window(LeakyNeurons parameters, FloatMatrix[] matrices, int index, FloatMatrix other) {
        FloatMatrix[] m = matrices.clone();
        m[index] = other;
        SpikeMatrix out = spikes.rows(0, 1);
        Steps.window(
                parameters,
                m[0],
                new NeuronRun<>(m[2], m[2], out, Tile.whole(m[1]).at(0, 2)).record(m[4]),
                m[3],
                0,
                0);
    }

    @Test
    void products() {
        FloatMatrix workspace = DenseMatmul.workspace(arena);
        FloatMatrix square = FloatMatrix.zeros(arena, 64, 64);
        FloatMatrix own = FloatMatrix.zeros(arena, 64, 64);
        FloatMatrix inside = workspace.rows(64, 64);
        assertApart("workspace", "a", () -> DenseMatmul.multiply(inside, false, own, false, square, workspace));
        assertApart("workspace", "b", () -> DenseMatmul.multiply(own, false, inside, false, square, workspace));
        assertApart("workspace", "c", () -> DenseMatmul.multiply(own, false, own, false, inside, workspace));

        PackedWeights weights = PackedWeights.pack(arena, own);
    }

    private void assertApart(String written, String other, Executable call) {
        assertRefused(written + " shares memory with " + other + ", expected memory of its own", call);
    }

    private void assertSameOrApart(String written, String other, Executable call) {
        assertRefused(
                written + " shares memory with other rows of " + other
                        + ", expected the same rows or memory of its own",
                call);
    }

    private void assertRefused(String message, Executable call) {
        assertInvalid(message, call);
        assertArrayEquals(before, all.toArray());
    }
}
