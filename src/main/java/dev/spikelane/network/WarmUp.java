package dev.spikelane.network;

import dev.spikelane.kernel.product.SpikeCalibration;
import dev.spikelane.kernel.product.SpikeCosts;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs what a service will run until the JIT compiler is done with it: rounds of spikes at several densities and of values, in blocks and
 * step by step, with and without recorded membranes. On a CPU that no constants ship for, measures what the variants of the spike matmul cost.
 */
final class WarmUp {

    /** From those that visit active inputs one by one to those for which partial sums are shared. */
    private static final float[] DENSITIES = {0.02f, 0.1f, 0.3f, 0.6f};

    static final Duration MOST = Duration.ofSeconds(4);

    /** C2 takes its time between two compilations of a loop. */
    private static final long QUIET_NANOSECONDS = 400_000_000L;

    /** What compilers may spend in that time: small methods that are compiled now and then never end, and hold nobody up. */
    private static final long QUIET_COMPILATION_MILLISECONDS = 20;

    private static final int ROWS = 256;
    /** Of so many rounds all but one agree, which something else on the machine may hold up. */
    private static final int ROUNDS = 6;

    private static final double AGREEMENT = 1.1;

    private final List<Map<String, Signal>> inputs = new ArrayList<>();
    private final List<Map<String, Signal>> frames = new ArrayList<>();

    private WarmUp(Network network, int batch) {
        int steps = Math.max(2, Math.ceilDiv(ROWS, batch));
        for (float density : DENSITIES) {
            Map<String, Signal> spikes = new LinkedHashMap<>();
            network.inputs().forEach(input -> spikes.put(input.name(), spikes(input, steps * batch, density)));
            add(spikes, batch);
        }
        Map<String, Signal> values = new LinkedHashMap<>();
        network.inputs().forEach(input -> values.put(input.name(), values(input, steps * batch)));
        add(values, batch);
    }

    /** Runs until the times of the last rounds agree and next to nothing was compiled meanwhile, and returns how long that took; empty if they did not before {@code most}, after which no round starts. */
    static Optional<Duration> run(Network network, int batch, int threads, Duration most) {
        long start = System.nanoTime();
        boolean settled;
        try (Simulation plain = network.simulate(batch, threads);
                Simulation recorded = network.simulate(batch, threads)) {
            WarmUp warmUp = new WarmUp(network, batch);
            for (Population population : network.populations()) {
                recorded.observe(population.name(), new Watcher());
            }
            settled = warmUp.settle(start, most.toNanos(), plain, recorded);
        }
        if (!SpikeCosts.inUse().isOfThisCpu()) {
            SpikeCosts.replace(SpikeCalibration.measure());
        }
        return settled ? Optional.of(Duration.ofNanos(System.nanoTime() - start)) : Optional.empty();
    }

    private boolean settle(long start, long most, Simulation plain, Simulation recorded) {
        Deque<Long> times = new ArrayDeque<>();
        long compiled = compilationTime();
        long quietSince = start;
        long now = start;
        while (now - start < most) {
            long before = now;
            round(plain);
            round(recorded);
            now = System.nanoTime();
            if (times.size() == ROUNDS) {
                times.removeFirst();
            }
            times.add(now - before);
            if (compilationTime() - compiled > QUIET_COMPILATION_MILLISECONDS) {
                compiled = compilationTime();
                quietSince = now;
            }
            if (now - quietSince > QUIET_NANOSECONDS && agree(times)) {
                return true;
            }
        }
        return false;
    }

    private static boolean agree(Deque<Long> times) {
        long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted.length == ROUNDS && sorted[ROUNDS - 2] <= sorted[0] * AGREEMENT;
    }

    private void round(Simulation simulation) {
        for (int i = 0; i < inputs.size(); i++) {
            simulation.reset(); // spikes and values do not follow each other where a projection is delayed
            simulation.run(inputs.get(i));
            simulation.step(frames.get(i));
            simulation.runConstant(frames.get(i), 2);
        }
    }

    private void add(Map<String, Signal> rows, int batch) {
        inputs.add(rows);
        Map<String, Signal> frame = new LinkedHashMap<>();
        rows.forEach((name, signal) -> frame.put(name, signal.rows(0, batch)));
        frames.add(frame);
    }

    private static SpikeMatrix spikes(Input input, int rows, float density) {
        SpikeMatrix spikes = SpikeMatrix.zeros(rows, input.shape().size());
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < spikes.columns(); column++) {
                spikes.set(row, column, CounterRandom.uniform(0, row, 0, column) < density);
            }
        }
        return spikes;
    }

    private static FloatMatrix values(Input input, int rows) {
        FloatMatrix values = FloatMatrix.zeros(rows, input.shape().size());
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < values.columns(); column++) {
                values.set(row, column, CounterRandom.uniform(1, row, 0, column));
            }
        }
        return values;
    }

    /** Milliseconds that all compiler threads have spent; constant where the JVM does not tell. */
    private static long compilationTime() {
        return ModuleLayer.boot().findModule("java.management").isPresent() ? Compiler.time() : 0;
    }

    /** Loaded only where the module java.management is present. */
    private static final class Compiler {

        private static final CompilationMXBean BEAN = ManagementFactory.getCompilationMXBean();

        private Compiler() {}

        static long time() {
            return BEAN != null && BEAN.isCompilationTimeMonitoringSupported() ? BEAN.getTotalCompilationTime() : 0;
        }
    }

    /** Asks for membranes and does nothing with them. */
    private static final class Watcher implements Observer {

        @Override
        public boolean needsMembranes() {
            return true;
        }

        @Override
        public void observe(long firstStep, int steps, SpikeMatrix spikes, FloatMatrix membranes) {
            // Keeping them is what is warmed up.
        }
    }
}
