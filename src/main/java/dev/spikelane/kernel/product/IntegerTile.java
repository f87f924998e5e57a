package dev.spikelane.kernel.product;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.ValueLayout;

/**
 * Where the currents of some blocks of outputs go.
 *
 * @param firstOutput the output that column 0 of {@code current} holds
 */
record IntegerTile(PackedIntegers weights, int firstBlock, int endBlock, FloatMatrix current, int firstOutput) {

    /** Puts a current in: {@code bias + scale * sum}; zero where padding has neither. */
    void set(int row, int output, int sum) {
        long at = (long) output * Float.BYTES;
        float bias = weights.bias().segment().get(ValueLayout.JAVA_FLOAT, at);
        float scale = weights.scales().segment().get(ValueLayout.JAVA_FLOAT, at);
        current.segment().set(ValueLayout.JAVA_FLOAT, toBlock(row, 0) + at, bias + scale * sum);
    }

    /** Bytes from the start of the currents to those of a block in a row. */
    long toBlock(int row, int block) {
        return current.rowOffset(row) + ((long) block * PackedIntegers.BLOCK - firstOutput) * Float.BYTES;
    }
}
