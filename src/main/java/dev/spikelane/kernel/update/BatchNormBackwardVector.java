package dev.spikelane.kernel.update;

import static dev.spikelane.kernel.update.BatchNormStepVector.COUNT;
import static dev.spikelane.kernel.update.BatchNormStepVector.ORDER;
import static dev.spikelane.kernel.update.BatchNormStepVector.ZERO;
import static dev.spikelane.kernel.update.BatchNormStepVector.load;
import static dev.spikelane.kernel.update.BatchNormStepVector.narrow;
import static dev.spikelane.kernel.update.BatchNormStepVector.offset;
import static dev.spikelane.kernel.update.BatchNormStepVector.statistic;
import static dev.spikelane.kernel.update.BatchNormStepVector.wide;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/** The vector variant of {@link BatchNormBackward}. */
final class BatchNormBackwardVector {

    private BatchNormBackwardVector() {}

    static void run(
            BatchNormBackward of, FloatMatrix gradients, FloatMatrix values, int row, int step, int first, int end) {
        MemorySegment segment = gradients.segment();
        MemorySegment source = values.segment();
        Checks.isNative(segment);
        Checks.isNative(source);
        for (int channel = first; channel < end; channel += COUNT) {
            FloatVector center = statistic(of.means, step, channel);
            FloatVector inverted = statistic(of.inverse, step, channel);
            DoubleVector wideCenter = wide(center);
            DoubleVector wideInverted = wide(inverted);
            DoubleVector sum = ZERO;
            DoubleVector products = ZERO;
            for (int block = row; block < row + of.batch; block += BatchNormStep.BLOCK) {
                DoubleVector ofBlock = ZERO;
                DoubleVector productsOfBlock = ZERO;
                int behind = Math.min(block + BatchNormStep.BLOCK, row + of.batch);
                for (int at = block; at < behind; at++) {
                    for (int position = 0; position < of.positions; position++) {
                        long offset = offset(gradients, at, of.channels, position, channel);
                        DoubleVector g = wide(load(segment, offset));
                        ofBlock = ofBlock.add(g);
                        productsOfBlock = productsOfBlock.add(
                                g.mul(wide(load(source, offset)).sub(wideCenter)));
                    }
                }
                sum = sum.add(ofBlock);
                products = products.add(productsOfBlock);
            }
            FloatVector mean = narrow(sum.div(of.count()));
            FloatVector slope =
                    narrow(products.mul(wideInverted).mul(wideInverted).div(of.count()));
            add(of.sums.ofBias(), channel, sum);
            add(of.sums.ofWeights(), channel, products.mul(wideInverted));
            FloatVector factor = statistic(of.sums.weights(), 0, channel).mul(inverted);
            for (int at = row; at < row + of.batch; at++) {
                for (int position = 0; position < of.positions; position++) {
                    long offset = offset(gradients, at, of.channels, position, channel);
                    load(source, offset)
                            .sub(center)
                            .neg()
                            .fma(slope, load(segment, offset).sub(mean))
                            .mul(factor)
                            .intoMemorySegment(segment, offset, ORDER);
                }
            }
        }
    }

    private static void add(FloatMatrix sum, int channel, DoubleVector ofStep) {
        statistic(sum, 0, channel)
                .add(narrow(ofStep))
                .intoMemorySegment(sum.segment(), (long) channel * Float.BYTES, ORDER);
    }
}
