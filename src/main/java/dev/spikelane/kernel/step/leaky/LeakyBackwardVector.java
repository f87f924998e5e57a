package dev.spikelane.kernel.step.leaky;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.COUNT;
import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static dev.spikelane.kernel.base.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.GT;

import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.step.LeakySums;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/**
 * {@link LeakyBackward} for the neurons that are trained most, whose parameters are not learned: one variable,
 * {@code U = beta U + I}, a spike of what is above the threshold afterwards, and no reset or a delayed one by SUBTRACT
 * or ZERO. A row goes through registers once in each pass, and has the same bits.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public final class LeakyBackwardVector implements NeuronBackward {

    private final LeakyParameters parameters;
    private final long firstByte;
    private final int vectors;
    private final boolean zeros;

    /**
     * Prepares a tile.
     *
     * @param parameters of all neurons, of {@linkplain LeakyParameters#isPlain plain} neurons
     * @param firstNeuron the first neuron of the tile, a multiple of 64
     * @param neurons neurons of the tile
     */
    public LeakyBackwardVector(LeakyParameters parameters, int firstNeuron, int neurons) {
        this.parameters = parameters;
        this.firstByte = (long) firstNeuron * Float.BYTES;
        this.vectors = Math.ceilDiv(neurons, COUNT);
        this.zeros = parameters.options.reset() == Reset.ZERO;
    }

    @Override
    public void sum(LeakySums parameter, FloatMatrix sum) {
        throw new UnsupportedOperationException("parameters are not learned");
    }

    @Override
    public void update() {
        // They are read where they stand.
    }

    @Override
    public void toDistance(Step step, FloatMatrix ofVariables, FloatMatrix ofSpikes, FloatMatrix distance) {
        FloatMatrix after = Objects.requireNonNull(step.after);
        MemorySegment from = after.segment();
        MemorySegment to = distance.segment();
        MemorySegment thresholds = parameters.threshold.segment();
        Checks.isNative(from);
        Checks.isNative(to);
        Checks.isNative(thresholds);
        for (int sample = 0; sample < ofSpikes.rows(); sample++) {
            long at = at(after, step.afterRow + sample);
            long into = at(distance, sample);
            for (int i = 0; i < vectors; i++) {
                long lane = (long) i * BYTES;
                FloatVector.fromMemorySegment(FLOAT, from, at + lane, ORDER)
                        .sub(FloatVector.fromMemorySegment(FLOAT, thresholds, firstByte + lane, ORDER))
                        .intoMemorySegment(to, into + lane, ORDER);
            }
        }
    }

    @Override
    public void toCurrents(Step step, @Nullable FloatMatrix ofDistance, FloatMatrix ofVariables, int batch) {
        FloatMatrix before = step.before[0];
        FloatMatrix ofCurrent = Objects.requireNonNull(step.ofCurrents[0]);
        FloatMatrix ofFeedback = step.ofCurrents[1];
        for (int sample = 0; sample < batch; sample++) {
            long of = at(ofVariables, sample);
            if (ofDistance != null) {
                add(ofVariables.segment(), of, ofDistance.segment(), at(ofDistance, sample));
            }
            int row = step.currentRow + sample;
            if (ofFeedback != null) {
                long bytes = (long) vectors * BYTES;
                MemorySegment.copy(ofVariables.segment(), of, ofFeedback.segment(), at(ofFeedback, row), bytes);
            }
            back(
                    ofVariables.segment(),
                    of,
                    ofCurrent.segment(),
                    at(ofCurrent, row),
                    before.segment(),
                    at(before, step.beforeRow + sample));
        }
    }

    private void add(MemorySegment to, long row, MemorySegment from, long other) {
        Checks.isNative(to);
        Checks.isNative(from);
        for (int i = 0; i < vectors; i++) {
            long lane = (long) i * BYTES;
            FloatVector.fromMemorySegment(FLOAT, to, row + lane, ORDER)
                    .add(FloatVector.fromMemorySegment(FLOAT, from, other + lane, ORDER))
                    .intoMemorySegment(to, row + lane, ORDER);
        }
    }

    /**
     * A gradient of a membrane is that of the current, and decays; where the step began with a reset to zero, it ends.
     */
    private void back(
            MemorySegment ofMembrane, long of, MemorySegment ofCurrent, long to, MemorySegment before, long past) {
        MemorySegment shares = parameters.beta.segment();
        MemorySegment thresholds = parameters.threshold.segment();
        Checks.isNative(ofMembrane);
        Checks.isNative(ofCurrent);
        Checks.isNative(before);
        Checks.isNative(shares);
        Checks.isNative(thresholds);
        FloatVector one = FloatVector.broadcast(FLOAT, 1);
        FloatVector none = FloatVector.zero(FLOAT);
        for (int i = 0; i < vectors; i++) {
            long lane = (long) i * BYTES;
            long column = firstByte + lane;
            FloatVector gradient = FloatVector.fromMemorySegment(FLOAT, ofMembrane, of + lane, ORDER);
            gradient.intoMemorySegment(ofCurrent, to + lane, ORDER);
            FloatVector left =
                    FloatVector.fromMemorySegment(FLOAT, shares, column, ORDER).mul(gradient);
            if (zeros) {
                FloatVector threshold = FloatVector.fromMemorySegment(FLOAT, thresholds, column, ORDER);
                FloatVector membrane = FloatVector.fromMemorySegment(FLOAT, before, past + lane, ORDER);
                one.blend(none, membrane.compare(GT, threshold))
                        .mul(left)
                        .intoMemorySegment(ofMembrane, of + lane, ORDER);
            } else {
                left.intoMemorySegment(ofMembrane, of + lane, ORDER);
            }
        }
    }

    /** Where the tile's part of a row begins, in a matrix that holds all neurons, or the tile. */
    private long at(FloatMatrix matrix, int row) {
        return matrix.rowOffset(row) + (matrix.columns() == parameters.neurons() ? firstByte : 0);
    }
}
