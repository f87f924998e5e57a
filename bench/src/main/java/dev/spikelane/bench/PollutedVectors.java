package dev.spikelane.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** Loads and stores vectors on segments of all kinds, at all offsets, until the compiler has seen it all. */
final class PollutedVectors {

    private static final int TIMES = 3_000_000;

    private PollutedVectors() {}

    static void run() {
        try (Arena confined = Arena.ofConfined();
                Arena shared = Arena.ofShared()) {
            MemorySegment[] segments = {
                MemorySegment.ofArray(new float[1024]),
                MemorySegment.ofArray(new byte[4096]),
                MemorySegment.ofArray(new long[512]),
                confined.allocate(4096, 64),
                Arena.ofAuto().allocate(4096, 64),
                shared.allocate(4096, 64)
            };
            float sum = 0;
            for (int i = 0; i < TIMES; i++) {
                MemorySegment some = segments[i % segments.length].asSlice(i & 1023, 1024);
                FloatVector vector = FloatVector.fromMemorySegment(
                        FloatVector.SPECIES_PREFERRED, some, i & 511, ByteOrder.nativeOrder());
                vector.intoMemorySegment(some, i & 511, ByteOrder.nativeOrder());
                sum += vector.lane(1);
            }
            if (Float.isNaN(sum)) {
                throw new AssertionError("zeros add up to zero");
            }
        }
    }
}
