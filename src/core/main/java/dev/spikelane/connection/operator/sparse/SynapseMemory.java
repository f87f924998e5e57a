package dev.spikelane.connection.operator.sparse;

import dev.spikelane.memory.limit.NativeMemory;

/**
 * A lower bound of the memory of synapses after their layout.
 *
 * @param synapses the approximate number of synapses
 * @param bytes bytes of native memory
 * @param cells pairs of a source and a delay
 * @param heap bytes of the cells on the heap
 * @param longest the longest array of cells
 */
record SynapseMemory(double synapses, double bytes, double cells, double heap, double longest) {

    static final SynapseMemory NONE = new SynapseMemory(0, 0, 0, 0, 0);

    SynapseMemory plus(SynapseMemory other) {
        return new SynapseMemory(
                synapses + other.synapses,
                bytes + other.bytes,
                cells + other.cells,
                heap + other.heap,
                Math.max(longest, other.longest));
    }

    /** Throws if the heap or native memory is not enough. */
    void require(String what, boolean hasArena) {
        long room = hasArena ? NativeMemory.room((long) bytes) : NativeMemory.roomWithoutArena((long) bytes);
        if (bytes > room || heap > Runtime.getRuntime().maxMemory() || longest >= Integer.MAX_VALUE - Long.BYTES) {
            throw new OutOfMemoryError(what + " have about " + (long) synapses + " synapses, which need " + (long) bytes
                    + " bytes of native memory, and " + (long) heap + " bytes of heap for " + (long) cells
                    + " numbers of sources and delays, expected at most " + room + " (-XX:MaxDirectMemorySize, as the"
                    + " heap by default) and " + Runtime.getRuntime().maxMemory()
                    + "; procedural synapses need none, fixed point and fewer delays need less");
        }
    }
}
