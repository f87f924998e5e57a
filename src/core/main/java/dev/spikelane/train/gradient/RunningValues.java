package dev.spikelane.train.gradient;

import dev.spikelane.connection.operator.RunningStatistics;
import dev.spikelane.connection.operator.TwoStageOperator;
import dev.spikelane.engine.LaidOutNetwork;
import dev.spikelane.engine.OperatorChain;
import dev.spikelane.engine.TwoPhaseRun;
import dev.spikelane.kernel.norm.BatchStatistics;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Running values of normalizations in a training step: shards ascending, and steps ascending in each. The network gets
 * them together with its weights, while no simulation of it runs.
 */
public final class RunningValues {

    private static final String MEAN = ".running_mean";
    private static final String VARIANCE = ".running_var";

    private record Following(String mean, String variance, RunningStatistics values, int norm) {}

    private final List<Following> all = new ArrayList<>();
    private int norms;

    public RunningValues(LaidOutNetwork layout) {
        for (int i = 0; i < layout.description().projections().size(); i++) {
            OperatorChain chain = layout.chain(i);
            for (int place = 0; place < chain.operators().size(); place++) {
                if (chain.operators().get(place) instanceof TwoStageOperator operator) {
                    String owner = chain.owners().get(place);
                    RunningStatistics running = operator.running();
                    if (running != null) {
                        all.add(new Following(owner + MEAN, owner + VARIANCE, running, norms));
                    }
                    norms++;
                }
            }
        }
    }

    public void begin() {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).values.begin();
        }
    }

    public void follow(GradientRun of) {
        for (int i = 0; i < all.size(); i++) {
            TwoPhaseRun run = of.norms().get(all.get(i).norm).forward();
            BatchStatistics statistics = run.statistics();
            for (int step = 0; step < statistics.mean().rows(); step++) {
                all.get(i)
                        .values
                        .follow(
                                statistics.mean(),
                                statistics.variance(),
                                run.row(step),
                                run.number(step),
                                run.samples());
            }
        }
    }

    /** Checks that all values are finite before training changes any. */
    public void requireFinite() {
        for (int i = 0; i < all.size(); i++) {
            Following each = all.get(i);
            requireFinite(each.mean, each.values.mean());
            requireFinite(each.variance, each.values.variance());
        }
    }

    private static void requireFinite(String name, FloatMatrix values) {
        for (int row = 0; row < values.rows(); row++) {
            for (int channel = 0; channel < values.columns(); channel++) {
                float value = Elements.get(values, row, channel);
                if (!Float.isFinite(value)) {
                    throw new NonFiniteRunningValue(name, channel, value);
                }
            }
        }
    }

    public boolean isEmpty() {
        return norms == 0;
    }

    /**
     * Adds the statistics of a shard of another machine.
     *
     * @param statistics of some steps, with the names of {@link #statistics}
     * @param shard its number
     * @param samples its number of samples
     */
    public void follow(Map<String, FloatMatrix> statistics, int shard, int samples, int steps) {
        for (Following each : all) {
            int rows = each.values.joint() ? 1 : steps;
            FloatMatrix means = found(statistics, each.mean, shard, rows, each);
            FloatMatrix variances = found(statistics, each.variance, shard, rows, each);
            for (int step = 0; step < rows; step++) {
                each.values.follow(means, variances, step, step, steps / rows * samples);
            }
        }
    }

    private static FloatMatrix found(
            Map<String, FloatMatrix> statistics, String name, int shard, int steps, Following of) {
        FloatMatrix found = statistics.get(name);
        if (found == null) {
            throw new IllegalArgumentException(
                    "shard " + shard + " has no statistics of '" + name + "', expected those of each step");
        }
        String what = "statistics of '" + name + "' of shard " + shard;
        found.requireShape(what, steps, of.values.channels());
        found.requireFinite(what);
        return found;
    }

    /** Copies the statistics of a window, with the names of their running values. */
    public void statistics(GradientRun of, Map<String, FloatMatrix> to) {
        for (int i = 0; i < all.size(); i++) {
            TwoPhaseRun run = of.norms().get(all.get(i).norm).forward();
            to.put(all.get(i).mean, rows(run, run.statistics().mean()));
            to.put(all.get(i).variance, rows(run, run.statistics().variance()));
        }
    }

    private static FloatMatrix rows(TwoPhaseRun run, FloatMatrix of) {
        FloatMatrix rows = FloatMatrix.zeros(of.rows(), of.columns());
        for (int step = 0; step < rows.rows(); step++) {
            for (int i = 0; i < rows.columns(); i++) {
                rows.set(step, i, of.get(run.row(step), i));
            }
        }
        return rows;
    }

    /** Copies the running values into the network while no simulation runs. */
    public void commit() {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).values.commit();
        }
    }
}
