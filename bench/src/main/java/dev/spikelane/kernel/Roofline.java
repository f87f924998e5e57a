package dev.spikelane.kernel;

import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.random.CounterRandom;
import java.lang.foreign.Arena;
import java.util.List;

/** What the machine does at best, as contestants that run beside a work and do nothing but what limits it. */
public final class Roofline {

    /** Floats that are loaded at once in the counts of this class, whatever the width of vectors. */
    public static final int FLOATS = 16;

    /** Floats in a buffer that stays in L1: 16 KB. */
    static final int BUFFER = 4096;

    /** What the loop in C takes at once. */
    private static final int MULTIPLE = 128;

    private Roofline() {}

    /**
     * Two bounds of a work that must load 16 floats from L1 and add them {@code count} times: a loop that does that and
     * no more, to within a few per cent; and as many cycles. Current CPUs can do more than one such load in a cycle.
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

    /** A contestant that does the rounds of {@code blocks} Threefry blocks on registers. */
    public static Entry threefry(long blocks) {
        long passes = threefryPasses(blocks);
        return new Entry(Contestant.ROOFLINE, () -> Yardstick.threefry(CounterRandom.ROUNDS, passes));
    }

    /** Passes of {@link Yardstick#threefry}, four vectors of blocks each, in which {@code blocks} are done. */
    static long threefryPasses(long blocks) {
        int inPass = 4 * Math.max(Simd.bits(), 128) / Integer.SIZE;
        return (blocks - 1) / inPass + 1;
    }
}
