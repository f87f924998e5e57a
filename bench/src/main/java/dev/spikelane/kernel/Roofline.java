package dev.spikelane.kernel;

import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.random.CounterRandom;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * The machine's limits, as contestants that run beside a work and execute only the part of it that limits its speed.
 */
public final class Roofline {

    /** Floats of one load in the counts of this class, for any vector width. */
    public static final int FLOATS = 16;

    /** Floats in a buffer that stays in L1: 16 KB. */
    static final int BUFFER = 4096;

    /** Floats that the loop in C processes at once. */
    private static final int MULTIPLE = 128;

    private Roofline() {}

    /**
     * Returns two bounds of a work that must load 16 floats from L1 and add them {@code count} times: a loop that only
     * does this, to within a few per cent; and as many cycles. Current CPUs can do more than one such load in a cycle.
     */
    public static List<Entry> loads(Arena arena, long count) {
        long cycles = (count + 15) / 16 * 16;
        return List.of(measured(arena, count), new Entry(Contestant.CYCLES, () -> Yardstick.cycles(cycles)));
    }

    private static Entry measured(Arena arena, long count) {
        FloatMatrix buffer = FloatMatrix.zeros(arena, 1, BUFFER);
        long floats = Math.max(count * FLOATS, 1);
        long passes = (floats - 1) / BUFFER + 1;
        int inPass = (int) ((floats / passes + MULTIPLE - 1) / MULTIPLE * MULTIPLE);
        return new Entry(Contestant.ROOFLINE, () -> Yardstick.loadAdd(buffer.segment(), inPass, passes));
    }

    /** Returns a contestant that computes the rounds of {@code blocks} Threefry blocks in registers. */
    public static Entry threefry(long blocks) {
        long passes = threefryPasses(blocks);
        return new Entry(Contestant.ROOFLINE, () -> Yardstick.threefry(CounterRandom.ROUNDS, passes));
    }

    /** Returns the passes of {@link Yardstick#threefry}, four vectors of blocks each, that compute {@code blocks}. */
    static long threefryPasses(long blocks) {
        int inPass = 4 * Math.max(Simd.bits(), 128) / Integer.SIZE;
        return (blocks - 1) / inPass + 1;
    }
}
