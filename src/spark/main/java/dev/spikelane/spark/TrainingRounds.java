package dev.spikelane.spark;

import dev.spikelane.data.Batching;
import dev.spikelane.network.Network;
import dev.spikelane.spark.round.RoundRequest;
import dev.spikelane.spark.round.RoundTimes;
import dev.spikelane.spark.round.ShardResult;
import dev.spikelane.spark.round.WeightBytes;
import dev.spikelane.train.ShardGradients;
import dev.spikelane.train.TrainingRun;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;

/**
 * Sends the shards of each batch to executors; the driver runs the optimizer. Spark repeats failed and lost tasks with
 * equal values on equal rows.
 */
final class TrainingRounds implements Function<TrainingRun, List<ShardGradients>>, AutoCloseable {

    private final JavaSparkContext spark;
    private final TrainingPlan plan;
    private final TrainingRows rows;
    private final Network network;
    private final int wantedTasks;
    private final Broadcast<byte[]> model;
    private final Batching batching;
    private int[] order = {};
    private @Nullable EpochRows epochRows;
    private int epoch = -1;
    private RoundTimes times = new RoundTimes();

    /**
     * @param wantedTasks tasks that compute a step; 0 for the number that can run at once when an epoch begins
     */
    TrainingRounds(
            JavaSparkContext spark,
            TrainingPlan plan,
            TrainingRows rows,
            Network network,
            byte[] model,
            int wantedTasks) {
        this.spark = spark;
        this.plan = plan;
        this.rows = rows;
        this.network = network;
        this.wantedTasks = wantedTasks;
        this.model = spark.broadcast(model);
        this.batching = plan.batching();
    }

    @Override
    public List<ShardGradients> apply(TrainingRun run) {
        EpochRows now = epoch(run.epoch() - 1);
        times.begin();
        int first = run.batch() * plan.batch();
        int[] labels = new int[Math.min(plan.batch(), order.length - first)];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = rows.label(order[first + i]);
        }
        RoundRequest.Work work = new RoundRequest.Work(
                (long) epoch * run.batches() + run.batch(), run.batch(), labels, WeightBytes.of(network));
        times.packed();
        List<ShardResult> results = now.compute(work);
        times.computed(results);
        List<ShardGradients> shards = new ArrayList<>();
        for (ShardResult result : results) {
            shards.add(ShardGradients.of(result.gradients()));
        }
        shards.sort(Comparator.comparingInt(ShardGradients::shard));
        times.unpacked();
        return shards;
    }

    private EpochRows epoch(int number) {
        EpochRows now = epochRows;
        if (now == null || number != epoch) {
            free();
            order = batching.order(number, rows.size());
            int most = Math.max(1, EpochRows.atTheSameTime(spark.sc()));
            int tasks = Math.min(plan.shards(), wantedTasks == 0 ? most : wantedTasks);
            now = new EpochRows(spark, rows, plan, order, tasks);
            epochRows = now;
            now.open(model, number, tasks <= most);
            epoch = number;
        }
        return now;
    }

    /** Returns a sentence with the times of the steps since the last call. */
    String times() {
        EpochRows now = epochRows;
        String text =
                String.format(Locale.ROOT, "rows repartitioned in %.2f s; %s", now == null ? 0 : now.seconds(), times);
        times = new RoundTimes();
        return text;
    }

    private void free() {
        if (epochRows != null) {
            epochRows.close();
            epochRows = null;
        }
    }

    @Override
    public void close() {
        free();
        model.destroy();
    }
}
