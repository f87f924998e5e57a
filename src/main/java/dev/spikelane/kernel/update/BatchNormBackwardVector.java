package dev.spikelane.kernel.update;

import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static dev.spikelane.kernel.base.Lanes.ORDER;
import static dev.spikelane.kernel.base.OtherLanes.DOUBLE;
import static dev.spikelane.kernel.base.OtherLanes.HALF;
import static dev.spikelane.kernel.update.BatchNormStepVector.COUNT;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Lanes;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The vector variant of {@link BatchNormBackward}. */
final class BatchNormBackwardVector {

    private BatchNormBackwardVector() {}

    static void measure(BatchNormBackward of, FloatMatrix gradients, FloatMatrix values, int at, int step, int block) {
        NormRows rows = of.rows;
        FloatMatrix centers = of.forward.statistics.mean();
        MemorySegment segment = gradients.segment();
        MemorySegment source = values.segment();
        MemorySegment means = centers.segment();
        MemorySegment sums = of.sums.segment();
        Checks.isNative(segment);
        Checks.isNative(source);
        Checks.isNative(means);
        Checks.isNative(sums);
        int firstRow = rows.row(at, block);
        int endRow = rows.row(at, block + 1);
        long bytes = (long) rows.channels() * Float.BYTES;
        for (int next = 0; next < rows.channels(); next += COUNT) {
            int channel = BatchNormStepVector.first(rows, next);
            long own = (long) channel * Float.BYTES;
            DoubleVector center =
                    (DoubleVector) FloatVector.fromMemorySegment(HALF, means, centers.rowOffset(step) + own, ORDER)
                            .convertShape(VectorOperators.F2D, DOUBLE, 0);
            DoubleVector sum = DoubleVector.zero(DOUBLE);
            DoubleVector products = DoubleVector.zero(DOUBLE);
            for (int row = firstRow; row < endRow; row++) {
                long offset = gradients.rowOffset(row) + own;
                for (int position = 0; position < rows.positions(); position++) {
                    DoubleVector g = (DoubleVector) FloatVector.fromMemorySegment(HALF, segment, offset, ORDER)
                            .convertShape(VectorOperators.F2D, DOUBLE, 0);
                    DoubleVector x = (DoubleVector) FloatVector.fromMemorySegment(HALF, source, offset, ORDER)
                            .convertShape(VectorOperators.F2D, DOUBLE, 0);
                    sum = sum.add(g);
                    products = products.add(x.sub(center).mul(g));
                    offset += bytes;
                }
            }
            long to = (long) channel * Double.BYTES;
            sum.intoMemorySegment(sums, of.sums.offset(at, block, 0) + to, ORDER);
            products.intoMemorySegment(sums, of.sums.offset(at, block, 1) + to, ORDER);
        }
    }

    /** For at least as many channels as a vector has doubles. */
    static void settle(BatchNormBackward of, int at, int step) {
        BatchStatistics statistics = of.forward.statistics;
        MemorySegment sums = of.sums.segment();
        MemorySegment inverses = statistics.inverse().segment();
        MemorySegment weights = of.total.weights().segment();
        MemorySegment means = of.means.segment();
        MemorySegment slopes = of.slopes.segment();
        MemorySegment factors = of.factors.segment();
        MemorySegment ofWeights = of.ofWeights.segment();
        MemorySegment ofBias = of.ofBias.segment();
        Checks.isNative(sums);
        Checks.isNative(inverses);
        Checks.isNative(weights);
        Checks.isNative(means);
        Checks.isNative(slopes);
        Checks.isNative(factors);
        Checks.isNative(ofWeights);
        Checks.isNative(ofBias);
        int channels = of.rows.channels();
        double count = of.rows.count();
        long ofStep = statistics.inverse().rowOffset(step);
        long ofSet = of.total.weights().rowOffset(of.forward.set(step));
        for (int next = 0; next < channels; next += COUNT) {
            int channel = Math.min(next, channels - COUNT);
            DoubleVector sum = DoubleVector.zero(DOUBLE);
            DoubleVector products = DoubleVector.zero(DOUBLE);
            for (int block = 0; block < of.sums.blocks; block++) {
                long from = (long) channel * Double.BYTES;
                sum = sum.add(DoubleVector.fromMemorySegment(DOUBLE, sums, of.sums.offset(at, block, 0) + from, ORDER));
                products = products.add(
                        DoubleVector.fromMemorySegment(DOUBLE, sums, of.sums.offset(at, block, 1) + from, ORDER));
            }
            long own = (long) channel * Float.BYTES;
            FloatVector inverse = FloatVector.fromMemorySegment(HALF, inverses, ofStep + own, ORDER);
            DoubleVector wide = (DoubleVector) inverse.convertShape(VectorOperators.F2D, DOUBLE, 0);
            DoubleVector ofWeight = products.mul(wide);
            long ofRow = of.ofWeights.rowOffset(at) + own;
            ((FloatVector) sum.convertShape(VectorOperators.D2F, HALF, 0)).intoMemorySegment(ofBias, ofRow, ORDER);
            ((FloatVector) ofWeight.convertShape(VectorOperators.D2F, HALF, 0))
                    .intoMemorySegment(ofWeights, ofRow, ORDER);
            long to = of.means.rowOffset(at) + own;
            ((FloatVector) sum.div(count).convertShape(VectorOperators.D2F, HALF, 0))
                    .intoMemorySegment(means, to, ORDER);
            ((FloatVector) ofWeight.mul(wide).div(count).convertShape(VectorOperators.D2F, HALF, 0))
                    .intoMemorySegment(slopes, to, ORDER);
            FloatVector.fromMemorySegment(HALF, weights, ofSet + own, ORDER)
                    .mul(inverse)
                    .intoMemorySegment(factors, to, ORDER);
        }
        MemorySegment.copy(
                statistics.mean().segment(),
                statistics.mean().rowOffset(step),
                of.centers.segment(),
                of.centers.rowOffset(at),
                (long) channels * Float.BYTES);
    }

    static void run(BatchNormBackward of, FloatMatrix gradients, FloatMatrix values, int row, int at) {
        MemorySegment segment = gradients.segment();
        MemorySegment source = values.segment();
        MemorySegment centers = of.centers.segment();
        MemorySegment means = of.means.segment();
        MemorySegment slopes = of.slopes.segment();
        MemorySegment factors = of.factors.segment();
        Checks.isNative(segment);
        Checks.isNative(source);
        Checks.isNative(centers);
        Checks.isNative(means);
        Checks.isNative(slopes);
        Checks.isNative(factors);
        long target = gradients.rowOffset(row);
        long ofStep = of.centers.rowOffset(at);
        int bytes = gradients.stride() * Float.BYTES; // all numbers of padding are 0
        for (int i = 0; i < bytes; i += Lanes.BYTES) {
            FloatVector centered = FloatVector.fromMemorySegment(FLOAT, segment, target + i, ORDER)
                    .sub(FloatVector.fromMemorySegment(FLOAT, means, ofStep + i, ORDER));
            FloatVector.fromMemorySegment(FLOAT, source, target + i, ORDER)
                    .sub(FloatVector.fromMemorySegment(FLOAT, centers, ofStep + i, ORDER))
                    .neg()
                    .fma(FloatVector.fromMemorySegment(FLOAT, slopes, ofStep + i, ORDER), centered)
                    .mul(FloatVector.fromMemorySegment(FLOAT, factors, ofStep + i, ORDER))
                    .intoMemorySegment(segment, target + i, ORDER);
        }
    }
}
