package dev.spikelane.network;

import dev.spikelane.engine.JitWarmUp;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.Checks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Runs the work of a service until the JIT compiler has finished: spikes of several densities and values, in blocks and
 * step by step, with and without recorded membranes.
 */
final class WarmUp {

    /** Low densities visit active inputs one by one; high densities share partial sums. */
    private static final float[] DENSITIES = {0.02f, 0.1f, 0.3f, 0.6f};

    private static final int ROWS = 256;

    /** Simulations created after the warm-up, so that creation and first calls are warm too. */
    private static final int STARTS = 10;

    private final List<Map<String, Signal>> inputs = new ArrayList<>();
    private final List<Map<String, Signal>> frames = new ArrayList<>();
    private final int batch;
    private final int steps;
    private final int constant;
    /** Steps that must come in one call; 0 if single steps are allowed. */
    private final int series;

    private WarmUp(Network network, int batch) {
        this.batch = batch;
        int most = network.laidOut().mostSteps();
        this.series = network.laidOut().series();
        this.steps = Math.min(Math.max(Math.max(2, series), Math.ceilDiv(ROWS, batch)), most);
        this.constant = series > 0 ? series : Math.min(2, most);
        for (float density : DENSITIES) {
            Map<String, Signal> spikes = new LinkedHashMap<>();
            network.inputs().forEach(input -> spikes.put(input.name(), spikes(input, steps * batch, density)));
            add(spikes, batch);
        }
        Map<String, Signal> values = new LinkedHashMap<>();
        network.inputs()
                .forEach(input -> values.put(
                        input.name(),
                        takesSpikes(network, input)
                                ? spikes(input, steps * batch, DENSITIES[1])
                                : values(input, steps * batch)));
        add(values, batch);
    }

    /** Returns true if a rule needs spikes from an input. */
    private static boolean takesSpikes(Network network, Input input) {
        return network.projections().stream()
                .anyMatch(
                        each -> each.source().equals(input) && each.plasticity().isRule());
    }

    /**
     * Runs until the times of the last rounds agree and next to nothing is compiled, and returns the duration; empty if
     * that did not happen before {@code most}, after which no round starts.
     */
    static Optional<Duration> run(Network network, int batch, int threads, Duration most) {
        Checks.atLeast(1, "batch", batch);
        long start = System.nanoTime();
        WarmUp warmUp = new WarmUp(network, batch);
        boolean settled = warmUp.simulate(network, threads, round -> JitWarmUp.run(most, round));
        for (int i = 0; i < STARTS && System.nanoTime() - start < most.toNanos(); i++) {
            warmUp.simulate(network, threads, round -> {
                round.run();
                return true;
            });
        }
        return settled ? Optional.of(Duration.ofNanos(System.nanoTime() - start)) : Optional.empty();
    }

    /** Runs rounds with new simulations, which start with little memory. */
    private boolean simulate(Network network, int threads, Predicate<Runnable> rounds) {
        try (Simulation plain = network.simulate(batch, threads);
                Simulation recorded = network.simulate(batch, threads)) {
            plain.countSpikes(network.populations().size() - 1);
            for (Population population : network.populations()) {
                recorded.observe(population.name(), new Watcher());
            }
            return rounds.test(() -> {
                round(plain);
                round(recorded);
            });
        }
    }

    private void round(Simulation simulation) {
        for (int i = 0; i < inputs.size(); i++) {
            simulation.reset(); // a delayed projection cannot switch between spikes and values
            if (inputs.get(i).isEmpty()) {
                simulation.run(steps);
            } else {
                simulation.run(inputs.get(i));
            }
            simulation.reset(); // connections may have values for a limited number of steps
            if (series == 0) {
                simulation.step(frames.get(i));
                simulation.reset();
            }
            simulation.runConstant(frames.get(i), constant);
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

    private static final class Watcher implements Population.Observer {

        @Override
        public boolean needsMembranes() {
            return true;
        }

        @Override
        public void observe(long firstStep, int steps, SpikeMatrix spikes, FloatMatrix membranes) {
            // asking for membranes warms up their storage
        }
    }
}
