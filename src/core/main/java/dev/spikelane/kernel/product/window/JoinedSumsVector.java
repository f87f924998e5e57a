package dev.spikelane.kernel.product.window;

import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.GT;

import dev.spikelane.kernel.product.Scaling;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The loop of {@link JoinedSums}: splits sums, converts them to currents and stores the largest. */
final class JoinedSumsVector {

    /** Adding and subtracting it rounds a float of at most 2^22 to the nearest integer. */
    private static final float ROUNDS = 0x1.8p23f;

    private JoinedSumsVector() {}

    static void finish(JoinedSums joined, FloatMatrix sums, int from, Scaling scaled, FloatMatrix current, int to) {
        MemorySegment source = sums.segment();
        MemorySegment target = current.segment();
        Checks.isNative(source);
        Checks.isNative(target);
        int columns = joined.columns;
        int outputs = joined.outputs;
        int width = columns * outputs;
        int below = joined.four ? 0 : width;
        long other = (long) below * Float.BYTES;
        long step = (long) outputs * Float.BYTES;
        float ofUpper = joined.four ? 1f / JoinedSums.factor(1, 1) : 0;
        float ofOther = joined.four ? 0 : 1;
        float side = JoinedSums.factor(joined.four ? 2 : 1, 1);
        // The last vector of a position overlaps the next positions, which are stored later.
        for (int channel = (outputs - 1) / COUNT * COUNT; channel >= 0; channel -= COUNT) {
            long numbers = (long) channel * Float.BYTES;
            FloatVector bias =
                    FloatVector.fromMemorySegment(FLOAT, scaled.bias().segment(), numbers, ORDER);
            FloatVector scale =
                    FloatVector.fromMemorySegment(FLOAT, scaled.scales().segment(), numbers, ORDER);
            for (int y = 0; y < joined.rows; y++) {
                int column = y * width + channel;
                long at = sums.rowOffset(from) + (column + (long) y * below) * Float.BYTES;
                long into = current.rowOffset(to) + (long) column * Float.BYTES;
                int left = (joined.rows - y) * width - channel;
                for (int x = 0; x < columns; x++) {
                    FloatVector first = FloatVector.fromMemorySegment(FLOAT, source, at + x * step, ORDER);
                    FloatVector upper = first.mul(ofUpper).add(ROUNDS).sub(ROUNDS);
                    first = first.sub(upper.mul(JoinedSums.factor(1, 1)));
                    FloatVector second = FloatVector.fromMemorySegment(FLOAT, source, at + x * step + other, ORDER)
                            .mul(ofOther)
                            .add(upper);
                    FloatVector right = first.mul(1 / side).add(ROUNDS).sub(ROUNDS);
                    FloatVector most = bias.add(scale.mul(first.sub(right.mul(side))));
                    FloatVector next = bias.add(scale.mul(right));
                    most = most.blend(next, next.compare(GT, most));
                    right = second.mul(1 / side).add(ROUNDS).sub(ROUNDS);
                    next = bias.add(scale.mul(second.sub(right.mul(side))));
                    most = most.blend(next, next.compare(GT, most));
                    next = bias.add(scale.mul(right));
                    most = most.blend(next, next.compare(GT, most));
                    if (left - x * outputs >= COUNT) {
                        most.intoMemorySegment(target, into + x * step, ORDER);
                    } else {
                        VectorMask<Float> inside = VectorMask.fromLong(FLOAT, -1L >>> x * outputs - left);
                        most.intoMemorySegment(target, into + x * step, ORDER, inside);
                    }
                }
            }
        }
    }
}
