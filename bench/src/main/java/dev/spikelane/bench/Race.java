package dev.spikelane.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Times contestants in turn, so that a slow moment of the machine meets all of them and ratios last. */
final class Race {

    private static final long MILLISECOND = 1_000_000;
    private static final long WARM_UP = 200 * MILLISECOND;
    private static final long LONGEST_WARM_UP = 3000 * MILLISECOND;
    /** Before C2 has compiled it, vector code is a thousand times slower: time alone would stop too early. */
    private static final int WARM_UP_PASSES = 30;

    private static final long SAMPLE = 2 * MILLISECOND;
    private static final long TIME = 200 * MILLISECOND;
    private static final int FEWEST_SAMPLES = 3;

    private Race() {}

    /** Returns the median time of one pass of each contestant, in nanoseconds. */
    static Map<Contestant, Double> run(Work work) {
        List<Runner> runners = work.entries().stream().map(Runner::warm).toList();
        boolean goesOn = true;
        while (goesOn) {
            goesOn = false;
            for (Runner runner : runners) {
                goesOn |= runner.sample();
            }
        }
        Map<Contestant, Double> medians = new EnumMap<>(Contestant.class);
        runners.forEach(runner -> medians.put(runner.entry.contestant(), runner.median()));
        return medians;
    }

    private static final class Runner {
        private final Entry entry;
        private final int passes;
        private final List<Double> times = new ArrayList<>();
        private long spent;

        private Runner(Entry entry, int passes) {
            this.entry = entry;
            this.passes = passes;
        }

        static Runner warm(Entry entry) {
            entry.reset().run();
            long spent = 0;
            long last = 0;
            for (int pass = 0; spent < WARM_UP || pass < WARM_UP_PASSES && spent < LONGEST_WARM_UP; pass++) {
                last = time(entry, 1);
                spent += last;
            }
            return new Runner(entry, Math.clamp(SAMPLE / Math.max(last, 1), 1, 1_000_000));
        }

        /** Takes a sample, unless there are enough; tells whether there was one to take. */
        boolean sample() {
            if (spent >= TIME && times.size() >= FEWEST_SAMPLES) {
                return false;
            }
            long time = time(entry, passes);
            spent += time;
            times.add((double) time / passes);
            return true;
        }

        double median() {
            double[] sorted = times.stream().mapToDouble(Double::doubleValue).toArray();
            Arrays.sort(sorted);
            return sorted[sorted.length / 2];
        }

        private static long time(Entry entry, int passes) {
            long start = System.nanoTime();
            for (int pass = 0; pass < passes; pass++) {
                entry.pass().run();
            }
            return System.nanoTime() - start;
        }
    }
}
