package dev.spikelane.spark;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/** Computes the shards of a batch that a partition has. */
final class ShardRound implements FlatMapFunction<Iterator<ShardRows>, ShardResult> {

    private static final long serialVersionUID = 1;

    private final TrainingPlan plan;
    private final Broadcast<byte[]> model;
    private final RoundWeights weights;
    private final int epoch;
    private final int batch;
    private final int[] labels;

    ShardRound(
            TrainingPlan plan, Broadcast<byte[]> model, RoundWeights weights, int epoch, int batch, int[] labels) {
        this.plan = plan;
        this.model = model;
        this.weights = weights;
        this.epoch = epoch;
        this.batch = batch;
        this.labels = labels;
    }

    @Override
    public Iterator<ShardResult> call(Iterator<ShardRows> rows) {
        RequiredJava.check("executor");
        List<ShardResult> results = new ArrayList<>();
        while (rows.hasNext()) {
            ShardRows shard = rows.next();
            if (shard.batch() > batch) {
                break;
            }
            if (shard.batch() == batch) {
                results.add(compute(shard));
            }
        }
        return results.iterator();
    }

    private ShardResult compute(ShardRows shard) {
        long start = System.nanoTime();
        TaskContext task = TaskContext.get();
        ShardWorker worker = ShardWorker.take(plan, model::value, task == null ? 1 : task.cpus());
        byte[] gradients;
        try {
            worker.put(weights.step(), weights.bytes());
            gradients = worker.compute(epoch, shard, labels);
        } catch (RuntimeException | Error failed) {
            worker.close();
            throw failed;
        }
        worker.giveBack();
        return new ShardResult(gradients, System.nanoTime() - start);
    }
}
