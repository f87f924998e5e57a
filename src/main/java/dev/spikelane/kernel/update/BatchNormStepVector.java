package dev.spikelane.kernel.update;

import static dev.spikelane.kernel.base.Lanes.DOUBLE;
import static dev.spikelane.kernel.base.Lanes.HALF;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The vector variant of {@link BatchNormStep}: as many channels at a time as a vector has doubles. */
final class BatchNormStepVector {

    static final ByteOrder ORDER = ByteOrder.nativeOrder();
    static final int COUNT = DOUBLE.length();

    private BatchNormStepVector() {}

    /** The channel behind the last that whole vectors hold. */
    static int whole(int first, int end) {
        return end - (end - first) % COUNT;
    }

    /** The same where vectors may reach into padding, though not from one position into the next. */
    static int padded(BatchNormStep of, int first, int end) {
        return of.positions == 1 ? end : whole(first, end);
    }

    static void measure(BatchNormStep of, FloatMatrix values, int row, int step, int first, int end) {
        MemorySegment from = values.segment();
        MemorySegment means = of.statistics.mean().segment();
        MemorySegment inverses = of.statistics.inverse().segment();
        MemorySegment variances = of.statistics.variance().segment();
        Checks.isNative(from);
        Checks.isNative(means);
        Checks.isNative(inverses);
        Checks.isNative(variances);
        int endRow = row + of.batch;
        for (int channel = first; channel < end; channel += COUNT) {
            DoubleVector sum = DoubleVector.zero(DOUBLE);
            DoubleVector squares = DoubleVector.zero(DOUBLE);
            for (int block = row; block < endRow; block += BatchNormStep.BLOCK) {
                DoubleVector ofBlock = DoubleVector.zero(DOUBLE);
                DoubleVector squaresOfBlock = DoubleVector.zero(DOUBLE);
                int behind = Math.min(block + BatchNormStep.BLOCK, endRow);
                for (int at = block; at < behind; at++) {
                    for (int position = 0; position < of.positions; position++) {
                        long offset = offset(values, at, of.channels, position, channel);
                        DoubleVector x = (DoubleVector) FloatVector.fromMemorySegment(HALF, from, offset, ORDER)
                                .convertShape(VectorOperators.F2D, DOUBLE, 0);
                        ofBlock = ofBlock.add(x);
                        squaresOfBlock = squaresOfBlock.add(x.mul(x));
                    }
                }
                sum = sum.add(ofBlock);
                squares = squares.add(squaresOfBlock);
            }
            double count = of.count();
            DoubleVector mean = sum.div(count);
            DoubleVector spread = squares.sub(sum.mul(mean)).max(0);
            DoubleVector deviation = spread.div(count).add(of.epsilon).sqrt();
            DoubleVector inverse = DoubleVector.broadcast(DOUBLE, 1).div(deviation);
            long to = of.statistics.mean().rowOffset(step) + (long) channel * Float.BYTES;
            ((FloatVector) mean.convertShape(VectorOperators.D2F, HALF, 0)).intoMemorySegment(means, to, ORDER);
            ((FloatVector) inverse.convertShape(VectorOperators.D2F, HALF, 0)).intoMemorySegment(inverses, to, ORDER);
            ((FloatVector) spread.div(Math.max(count - 1, 1)).convertShape(VectorOperators.D2F, HALF, 0))
                    .intoMemorySegment(variances, to, ORDER);
        }
    }

    static void normalize(
            BatchNormStep of, FloatMatrix values, FloatMatrix into, int row, int step, int first, int end) {
        MemorySegment from = values.segment();
        MemorySegment to = into.segment();
        MemorySegment means = of.statistics.mean().segment();
        MemorySegment inverses = of.statistics.inverse().segment();
        MemorySegment weights = of.weights.segment();
        MemorySegment bias = of.bias.segment();
        Checks.isNative(from);
        Checks.isNative(to);
        Checks.isNative(means);
        Checks.isNative(inverses);
        Checks.isNative(weights);
        Checks.isNative(bias);
        long ofStep = of.statistics.mean().rowOffset(step);
        for (int at = row; at < row + of.batch; at++) {
            for (int position = 0; position < of.positions; position++) {
                for (int channel = first; channel < end; channel += COUNT) {
                    long own = (long) channel * Float.BYTES;
                    FloatVector factor = FloatVector.fromMemorySegment(HALF, weights, own, ORDER)
                            .mul(FloatVector.fromMemorySegment(HALF, inverses, ofStep + own, ORDER));
                    FloatVector term = FloatVector.fromMemorySegment(HALF, means, ofStep + own, ORDER)
                            .neg()
                            .fma(factor, FloatVector.fromMemorySegment(HALF, bias, own, ORDER));
                    long offset = offset(values, at, of.channels, position, channel);
                    FloatVector.fromMemorySegment(HALF, from, offset, ORDER)
                            .fma(factor, term)
                            .intoMemorySegment(to, offset, ORDER);
                }
            }
        }
    }

    static long offset(FloatMatrix rows, int row, int channels, int position, int channel) {
        return rows.rowOffset(row) + ((long) position * channels + channel) * Float.BYTES;
    }
}
