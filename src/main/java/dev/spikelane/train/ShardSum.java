package dev.spikelane.train;

import dev.spikelane.kernel.base.GradientSink;
import dev.spikelane.kernel.update.GradientSum;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;

/** Adds the gradients of shards up as they come to be, in ascending order of the shards, so that no shard stores its own. */
final class ShardSum implements GradientSink {

    private final FloatMatrix sum;
    private boolean first = true;

    ShardSum(FloatMatrix sum) {
        this.sum = sum;
    }

    /** Says which shard comes next. */
    void begin(int shard) {
        first = shard == 0;
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
