package dev.spikelane.kernel.update;

import static dev.spikelane.kernel.base.Lanes.DOUBLE;
import static dev.spikelane.kernel.base.Lanes.HALF;
import static dev.spikelane.kernel.update.BatchNormStepVector.COUNT;
import static dev.spikelane.kernel.update.BatchNormStepVector.ORDER;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The vector variant of {@link BatchNormBackward}. */
final class BatchNormBackwardVector {

    private BatchNormBackwardVector() {}

    static void run(
            BatchNormBackward of, FloatMatrix gradients, FloatMatrix values, int row, int step, int first, int end) {
        MemorySegment segment = gradients.segment();
        MemorySegment source = values.segment();
        MemorySegment means = of.means.segment();
        MemorySegment inverses = of.inverse.segment();
        MemorySegment weights = of.sums.weights().segment();
        MemorySegment ofWeights = of.sums.ofWeights().segment();
        MemorySegment ofBias = of.sums.ofBias().segment();
        Checks.isNative(segment);
        Checks.isNative(source);
        Checks.isNative(means);
        Checks.isNative(inverses);
        Checks.isNative(weights);
        Checks.isNative(ofWeights);
        Checks.isNative(ofBias);
        long ofStep = of.means.rowOffset(step);
        int endRow = row + of.batch;
        for (int channel = first; channel < end; channel += COUNT) {
            long own = (long) channel * Float.BYTES;
            FloatVector center = FloatVector.fromMemorySegment(HALF, means, ofStep + own, ORDER);
            FloatVector inverse = FloatVector.fromMemorySegment(HALF, inverses, ofStep + own, ORDER);
            DoubleVector wideCenter = (DoubleVector) center.convertShape(VectorOperators.F2D, DOUBLE, 0);
            DoubleVector wideInverse = (DoubleVector) inverse.convertShape(VectorOperators.F2D, DOUBLE, 0);
            DoubleVector sum = DoubleVector.zero(DOUBLE);
            DoubleVector products = DoubleVector.zero(DOUBLE);
            for (int block = row; block < endRow; block += BatchNormStep.BLOCK) {
                DoubleVector ofBlock = DoubleVector.zero(DOUBLE);
                DoubleVector productsOfBlock = DoubleVector.zero(DOUBLE);
                int behind = Math.min(block + BatchNormStep.BLOCK, endRow);
                for (int at = block; at < behind; at++) {
                    for (int position = 0; position < of.positions; position++) {
                        long offset = BatchNormStepVector.offset(gradients, at, of.channels, position, channel);
                        DoubleVector g = (DoubleVector) FloatVector.fromMemorySegment(HALF, segment, offset, ORDER)
                                .convertShape(VectorOperators.F2D, DOUBLE, 0);
                        DoubleVector x = (DoubleVector) FloatVector.fromMemorySegment(HALF, source, offset, ORDER)
                                .convertShape(VectorOperators.F2D, DOUBLE, 0);
                        ofBlock = ofBlock.add(g);
                        productsOfBlock = productsOfBlock.add(x.sub(wideCenter).mul(g));
                    }
                }
                sum = sum.add(ofBlock);
                products = products.add(productsOfBlock);
            }
            DoubleVector slopes = products.mul(wideInverse).mul(wideInverse).div(of.count());
            FloatVector slope = (FloatVector) slopes.convertShape(VectorOperators.D2F, HALF, 0);
            FloatVector mean = (FloatVector) sum.div(of.count()).convertShape(VectorOperators.D2F, HALF, 0);
            FloatVector.fromMemorySegment(HALF, ofBias, own, ORDER)
                    .add(sum.convertShape(VectorOperators.D2F, HALF, 0))
                    .intoMemorySegment(ofBias, own, ORDER);
            FloatVector.fromMemorySegment(HALF, ofWeights, own, ORDER)
                    .add(products.mul(wideInverse).convertShape(VectorOperators.D2F, HALF, 0))
                    .intoMemorySegment(ofWeights, own, ORDER);
            FloatVector factor =
                    FloatVector.fromMemorySegment(HALF, weights, own, ORDER).mul(inverse);
            for (int at = row; at < endRow; at++) {
                for (int position = 0; position < of.positions; position++) {
                    long offset = BatchNormStepVector.offset(gradients, at, of.channels, position, channel);
                    FloatVector.fromMemorySegment(HALF, source, offset, ORDER)
                            .sub(center)
                            .neg()
                            .fma(
                                    slope,
                                    FloatVector.fromMemorySegment(HALF, segment, offset, ORDER)
                                            .sub(mean))
                            .mul(factor)
                            .intoMemorySegment(segment, offset, ORDER);
                }
            }
        }
    }
}
