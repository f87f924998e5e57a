package dev.spikelane.spark;

import dev.spikelane.spark.round.RoundRequest;
import dev.spikelane.spark.round.ShardResult;
import dev.spikelane.spark.round.ShardRows;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/** Computes a partition's shards of one batch. */
final class ShardRound implements FlatMapFunction<Iterator<ShardRows>, ShardResult> {

    private static final long serialVersionUID = 1;

    private final TrainingPlan plan;
    private final Broadcast<byte[]> model;
    private final RoundRequest.Work work;
    private final int epoch;

    ShardRound(TrainingPlan plan, Broadcast<byte[]> model, RoundRequest.Work work, int epoch) {
        this.plan = plan;
        this.model = model;
        this.work = work;
        this.epoch = epoch;
    }

    @Override
    public Iterator<ShardResult> call(Iterator<ShardRows> rows) {
        RequiredJava.check("executor");
        List<ShardResult> results = new ArrayList<>();
        while (rows.hasNext()) {
            ShardRows shard = rows.next();
            if (shard.batch() > work.batch()) {
                break;
            }
            if (shard.batch() == work.batch()) {
                results.add(compute(shard));
            }
        }
        return results.iterator();
    }

    ShardResult compute(ShardRows shard) {
        long start = System.nanoTime();
        TaskContext task = TaskContext.get();
        ShardWorker worker = ShardWorker.take(plan, model::value, task == null ? 1 : task.cpus());
        byte[] gradients;
        try {
            worker.put(work.step(), work.weights());
            gradients = worker.compute(epoch, shard, work.labels());
        } catch (RuntimeException | Error failed) {
            worker.close();
            throw failed;
        }
        worker.giveBack();
        return new ShardResult(gradients, System.nanoTime() - start);
    }
}
