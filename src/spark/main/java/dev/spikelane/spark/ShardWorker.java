package dev.spikelane.spark;

import dev.spikelane.data.BatchLoader;
import dev.spikelane.data.Dataset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.spark.round.RowValues;
import dev.spikelane.spark.round.ShardRows;
import dev.spikelane.spark.round.WeightBytes;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.Supplier;

/** A trainer on an executor with its network. One task uses it at a time; later tasks of the run reuse it. */
final class ShardWorker implements AutoCloseable {

    /** The most recently used worker is first. */
    private static final Deque<ShardWorker> IDLE = new ArrayDeque<>();

    private final TrainingPlan plan;
    private final Network network;
    private final Trainer trainer;
    private final Rows rows;
    private final BatchLoader.Batch batch;
    private long version = -1;

    private ShardWorker(TrainingPlan plan, byte[] model, int threads) {
        this.plan = plan;
        this.network = ModelFile.modelOf(model).network();
        this.trainer = plan.factory()
                .trainer(network, plan.steps(), plan.batch())
                .shards(plan.shards())
                .threads(threads)
                .build();
        this.rows = new Rows(plan, plan.shape(network));
        this.batch = plan.batching().batch(rows);
    }

    /** Returns an idle or new worker, which the caller must give back or close. */
    static ShardWorker take(TrainingPlan plan, Supplier<byte[]> model, int threads) {
        synchronized (IDLE) {
            for (Iterator<ShardWorker> all = IDLE.iterator(); all.hasNext(); ) {
                ShardWorker worker = all.next();
                if (worker.plan.run().equals(plan.run())) {
                    all.remove();
                    return worker;
                }
            }
        }
        return new ShardWorker(plan, model.get(), threads);
    }

    /** Makes this worker idle; closes the least recently used one if there are more than processors. */
    void giveBack() {
        ShardWorker oldest = null;
        synchronized (IDLE) {
            IDLE.addFirst(this);
            if (IDLE.size() > Runtime.getRuntime().availableProcessors()) {
                oldest = IDLE.removeLast();
            }
        }
        if (oldest != null) {
            oldest.close();
        }
    }

    /** Copies the values of a step into the network, unless it has them. */
    void put(long step, byte[] weights) {
        if (version != step) {
            WeightBytes.put(weights, network);
            version = step;
        }
    }

    /** Returns the gradients of a shard as bytes. */
    byte[] compute(int epoch, ShardRows shard, int[] labelsOfBatch) {
        rows.shard = shard.rows();
        int[] numbers = new int[shard.rows().length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = RowValues.number(shard.rows()[i]);
        }
        batch.read(epoch, numbers);
        trainer.setEpoch(epoch);
        return trainer.gradients(TrainingBatch.of(batch, plan.steps()), shard.shard(), labelsOfBatch)
                .toBytes();
    }

    @Override
    public void close() {
        trainer.close();
    }

    private static final class Rows implements Dataset {

        private final TrainingPlan plan;
        private final Shape shape;
        private byte[][] shard = {};

        Rows(TrainingPlan plan, Shape shape) {
            this.plan = plan;
            this.shape = shape;
        }

        @Override
        public int size() {
            return Math.ceilDiv(plan.batch(), plan.shards());
        }

        @Override
        public Shape shape() {
            return shape;
        }

        @Override
        public int classes() {
            return Integer.MAX_VALUE;
        }

        @Override
        public int label(int sample) {
            return RowValues.label(shard[sample]);
        }

        @Override
        public void read(int sample, FloatMatrix into, int row) {
            plan.values().read(shard[sample], into, row);
        }
    }
}
