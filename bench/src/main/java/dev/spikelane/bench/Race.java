package dev.spikelane.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Times contestants in turn, so that a slow moment of the machine meets all of them and ratios last. */
final class Race {

    private static final long MILLISECOND = 1_000_000;
    /** Before C2 has compiled it, vector code is a thousand times slower, so a round of warming up needs time and passes. */
    private static final long ROUND = 100 * MILLISECOND;

    private static final int ROUND_PASSES = 10;
    private static final int MOST_ROUNDS = 20;
    private static final double STEADY = 1.2;
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

        /** Does passes until two rounds of them take the same time, since C2 may compile a loop several times. */
        static Runner warm(Entry entry) {
            entry.reset().run();
            double before = round(entry);
            double now = round(entry);
            for (int round = 2; round < MOST_ROUNDS && Math.max(before / now, now / before) > STEADY; round++) {
                before = now;
                now = round(entry);
            }
            return new Runner(entry, (int) Math.clamp(SAMPLE / now, 1, 1_000_000));
        }

        private static double round(Entry entry) {
            long spent = 0;
            List<Double> times = new ArrayList<>();
            while (spent < ROUND || times.size() < ROUND_PASSES && spent < ROUND_PASSES * ROUND) {
                long time = time(entry, 1);
                spent += time;
                times.add((double) time);
            }
            return median(times);
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
            return median(times);
        }

        private static double median(List<Double> times) {
            return times.stream().sorted().toList().get(times.size() / 2);
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
