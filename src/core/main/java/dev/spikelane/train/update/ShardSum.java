package dev.spikelane.train.update;

import dev.spikelane.kernel.optimize.GradientSink;
import dev.spikelane.kernel.optimize.GradientSum;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;

/** Sums the gradients of shards in ascending order, part by part, so that no shard stores its gradients. */
public final class ShardSum implements GradientSink {

    private final FloatMatrix sum;
    private boolean first = true;

    public ShardSum(FloatMatrix sum) {
        this.sum = sum;
    }

    public void begin(boolean isFirst) {
        first = isFirst;
    }

    public static void add(FloatMatrix sum, FloatMatrix part) {
        for (int row = 0; row < sum.rows(); row++) {
            long bytes = (long) sum.columns() * Float.BYTES;
            GradientSum.add(sum.segment(), sum.rowOffset(row), part.segment(), part.rowOffset(row), bytes);
        }
    }

    @Override
    public void take(MemorySegment gradients, long from, long firstValue, long end) {
        long to = firstValue * Float.BYTES;
        long bytes = (end - firstValue) * Float.BYTES;
        if (first) {
            MemorySegment.copy(gradients, from, sum.segment(), to, bytes);
        } else {
            GradientSum.add(sum.segment(), to, gradients, from, bytes);
        }
    }
}
