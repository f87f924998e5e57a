package dev.spikelane.kernel.norm;

import static dev.spikelane.kernel.norm.BatchNormStepVector.COUNT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.OtherLanes.DOUBLE;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.DoublesVector;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;

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
            long lane = (long) channel * Float.BYTES;
            DoubleVector center = DoublesVector.load(means, centers.rowOffset(step) + lane);
            DoubleVector sum = DoubleVector.zero(DOUBLE);
            DoubleVector products = DoubleVector.zero(DOUBLE);
            for (int row = firstRow; row < endRow; row++) {
                long offset = gradients.rowOffset(row) + lane;
                for (int position = 0; position < rows.positions(); position++) {
                    DoubleVector g = DoublesVector.load(segment, offset);
                    DoubleVector x = DoublesVector.load(source, offset);
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
}
