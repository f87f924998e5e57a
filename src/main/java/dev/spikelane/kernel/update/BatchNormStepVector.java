package dev.spikelane.kernel.update;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Lanes;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The vector variant of {@link BatchNormStep}: as many channels at a time as a vector has doubles. */
final class BatchNormStepVector {

    static final ByteOrder ORDER = ByteOrder.nativeOrder();
    static final DoubleVector ZERO = DoubleVector.zero(Lanes.DOUBLE);
    static final int COUNT = Lanes.DOUBLE.length();

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
        BatchStatistics into = of.statistics;
        Checks.isNative(from);
        for (int channel = first; channel < end; channel += COUNT) {
            DoubleVector sum = ZERO;
            DoubleVector squares = ZERO;
            for (int block = row; block < row + of.batch; block += BatchNormStep.BLOCK) {
                DoubleVector ofBlock = ZERO;
                DoubleVector squaresOfBlock = ZERO;
                int behind = Math.min(block + BatchNormStep.BLOCK, row + of.batch);
                for (int at = block; at < behind; at++) {
                    for (int position = 0; position < of.positions; position++) {
                        DoubleVector x = wide(load(from, offset(values, at, of.channels, position, channel)));
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
            long to = into.mean().rowOffset(step) + (long) channel * Float.BYTES;
            store(mean, into.mean(), to);
            store(DoubleVector.broadcast(Lanes.DOUBLE, 1).div(deviation), into.inverse(), to);
            store(spread.div(Math.max(count - 1, 1)), into.variance(), to);
        }
    }

    static void normalize(
            BatchNormStep of, FloatMatrix values, FloatMatrix into, int row, int step, int first, int end) {
        MemorySegment from = values.segment();
        MemorySegment to = into.segment();
        Checks.isNative(from);
        Checks.isNative(to);
        for (int channel = first; channel < end; channel += COUNT) {
            FloatVector factor =
                    statistic(of.weights, 0, channel).mul(statistic(of.statistics.inverse(), step, channel));
            FloatVector term =
                    statistic(of.statistics.mean(), step, channel).neg().fma(factor, statistic(of.bias, 0, channel));
            for (int at = row; at < row + of.batch; at++) {
                for (int position = 0; position < of.positions; position++) {
                    long offset = offset(values, at, of.channels, position, channel);
                    load(from, offset).fma(factor, term).intoMemorySegment(to, offset, ORDER);
                }
            }
        }
    }

    static long offset(FloatMatrix rows, int row, int channels, int position, int channel) {
        return rows.rowOffset(row) + ((long) position * channels + channel) * Float.BYTES;
    }

    static FloatVector load(MemorySegment from, long offset) {
        return FloatVector.fromMemorySegment(Lanes.HALF, from, offset, ORDER);
    }

    static FloatVector statistic(FloatMatrix of, int step, int channel) {
        Checks.isNative(of.segment());
        return load(of.segment(), of.rowOffset(step) + (long) channel * Float.BYTES);
    }

    static DoubleVector wide(FloatVector values) {
        return (DoubleVector) values.convertShape(VectorOperators.F2D, Lanes.DOUBLE, 0);
    }

    static FloatVector narrow(DoubleVector values) {
        return (FloatVector) values.convertShape(VectorOperators.D2F, Lanes.HALF, 0);
    }

    private static void store(DoubleVector values, FloatMatrix into, long offset) {
        Checks.isNative(into.segment());
        narrow(values).intoMemorySegment(into.segment(), offset, ORDER);
    }
}
