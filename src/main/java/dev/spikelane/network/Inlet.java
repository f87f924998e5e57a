package dev.spikelane.network;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;

/**
 * A simulation's own memory for a block of input, which its workers can reach and nobody else closes.
 *
 * @param feed takes it to the first layer
 * @param memory the block, time-major
 * @param stepBytes bytes of a step, here and where the input comes from
 */
record Inlet(Feed feed, MemorySegment memory, long stepBytes) {

    static Inlet of(Connection first, SpikeMatrix block, int batch) {
        return new Inlet(new Feed.Spikes(first, block), block.segment(), block.rowOffset(batch));
    }

    static Inlet of(Connection first, FloatMatrix block, int batch) {
        return new Inlet(new Feed.Analog(first, block), block.segment(), block.rowOffset(batch));
    }

    /** Copies steps of the input into the block. */
    void load(MemorySegment input, int firstStep, int steps) {
        MemorySegment.copy(input, firstStep * stepBytes, memory, 0, steps * stepBytes);
    }
}
