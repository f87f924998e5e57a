package dev.spikelane.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Times contestants in turns, so that a slow moment of the machine affects all of them and ratios hold. */
final class Race {

    private static final long MILLISECOND = 1_000_000;
    /**
     * Vector code is a thousand times slower before C2 has compiled it, so a round of warming up needs time and passes.
     */
    private static final long ROUND = 100 * MILLISECOND;

    private static final int ROUND_PASSES = 10;
    /** C2 compiles scalar code at once, and a pass of it takes long. */
    private static final int SCALAR_ROUND_PASSES = 2;

    private static final int MOST_ROUNDS = 20;
    private static final double STEADY = 1.2;
    private static final long SAMPLE = 2 * MILLISECOND;
    private static final long TIME = 200 * MILLISECOND;
    private static final int FEWEST_SAMPLES = 5;

    /**
     * Samples with several threads are long, with a pause between them: idle threads of OpenBLAS, OpenMP and ONNX
     * Runtime spin for a while, on the cores that the next contestant needs. OpenBLAS stops after 2^26 cycles of the
     * time stamp counter, about 26 ms.
     */
    private static final long SHARED_SAMPLE = 25 * MILLISECOND;

    private static final long PAUSE = 35;

    private static final int COUNTED_PASSES = 10;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Race() {}

    /** Times a work that is open and verified. */
    static Measurement run(Work work, Case open) {
        boolean shared = work.threads() > 1;
        List<Runner> runners = new ArrayList<>();
        for (Entry entry : open.entries()) {
            pause(shared);
            runners.add(Runner.warm(entry, shared ? SHARED_SAMPLE : SAMPLE));
        }
        boolean goesOn = true;
        while (goesOn) {
            goesOn = false;
            for (Runner runner : runners) {
                if (runner.wantsSample()) {
                    pause(shared);
                    runner.sample();
                    goesOn = true;
                }
            }
        }
        Map<Contestant, Timing> times = new EnumMap<>(Contestant.class);
        long bytes = 0;
        double processor = 1;
        for (Runner runner : runners) {
            times.put(runner.entry.contestant(), Timing.of(runner.times).dividedBy(work.operations()));
            if (runner.entry.contestant() == Contestant.JAVA) {
                bytes = runner.bytesOfPass() / work.operations();
                processor = (double) runner.processor / runner.spent;
            }
        }
        return new Measurement(work.name(), work.threads(), times, bytes, processor);
    }

    private static void pause(boolean shared) {
        if (shared) {
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException("interrupted", interrupted);
            }
        }
    }

    private static final class Runner {
        private final Entry entry;
        private final int passes;
        private final List<Double> times = new ArrayList<>();
        private long spent;
        private long processor;

        private Runner(Entry entry, int passes) {
            this.entry = entry;
            this.passes = passes;
        }

        /** Runs passes until two rounds of them take equal times, since C2 may compile a loop several times. */
        static Runner warm(Entry entry, long sample) {
            entry.reset().run();
            double before = round(entry);
            double now = round(entry);
            for (int round = 2; round < MOST_ROUNDS && Math.max(before / now, now / before) > STEADY; round++) {
                before = now;
                now = round(entry);
            }
            return new Runner(entry, (int) Math.clamp(sample / now, 1, 1_000_000));
        }

        private static double round(Entry entry) {
            int fewest = entry.contestant() == Contestant.SCALAR ? SCALAR_ROUND_PASSES : ROUND_PASSES;
            long spent = 0;
            List<Double> times = new ArrayList<>();
            while (spent < ROUND || times.size() < fewest && spent < ROUND_PASSES * ROUND) {
                long time = time(entry, 1);
                spent += time;
                times.add((double) time);
            }
            return Timing.of(times).median();
        }

        boolean wantsSample() {
            return spent < TIME || times.size() < FEWEST_SAMPLES;
        }

        void sample() {
            long start = THREADS.getCurrentThreadCpuTime();
            long time = time(entry, passes);
            processor += THREADS.getCurrentThreadCpuTime() - start;
            spent += time;
            times.add((double) time / passes);
        }

        /** Returns the heap bytes that all threads allocate in a pass. */
        long bytesOfPass() {
            long before = THREADS.getTotalThreadAllocatedBytes();
            long start = THREADS.getTotalThreadAllocatedBytes();
            time(entry, COUNTED_PASSES);
            long end = THREADS.getTotalThreadAllocatedBytes();
            // The counting itself allocates.
            return Math.max(0, end - start - (start - before)) / COUNTED_PASSES;
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
