package dev.spikelane.spark;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/** The rows of an epoch: those of a shard in one partition, batch after batch. */
final class EpochRows implements AutoCloseable {

    private final JavaRDD<ShardRows> rows;
    private final Broadcast<int[]> places;
    private final double seconds;

    /** Repartitions all rows once, by (batch, shard). */
    EpochRows(JavaSparkContext spark, TrainingRows of, TrainingPlan plan, int[] order, int tasks) {
        long start = System.nanoTime();
        int[] inverse = new int[order.length];
        for (int place = 0; place < order.length; place++) {
            inverse[order[place]] = place;
        }
        places = spark.broadcast(inverse);
        Broadcast<int[]> known = places;
        Cut cut = new Cut(plan, order.length, tasks);
        rows = of.numbered()
                .mapToPair(row -> new Tuple2<>(known.value()[RowValues.number(row)], row))
                .repartitionAndSortWithinPartitions(cut)
                .mapPartitions(sorted -> new Grouped(cut, sorted))
                .persist(StorageLevel.MEMORY_AND_DISK());
        rows.count();
        seconds = (System.nanoTime() - start) * 1e-9;
    }

    JavaRDD<ShardRows> rows() {
        return rows;
    }

    /** How long the repartitioning took. */
    double seconds() {
        return seconds;
    }

    @Override
    public void close() {
        rows.unpersist();
        places.destroy();
    }

    /** From a place in the order of an epoch to batch, shard and partition. */
    static final class Cut extends Partitioner {

        private static final long serialVersionUID = 1;

        private final TrainingPlan plan;
        private final int samples;
        private final int tasks;

        Cut(TrainingPlan plan, int samples, int tasks) {
            this.plan = plan;
            this.samples = samples;
            this.tasks = tasks;
        }

        int batch(int place) {
            return place / plan.batch();
        }

        int shard(int place) {
            int first = batch(place) * plan.batch();
            return plan.shard(place - first, Math.min(plan.batch(), samples - first));
        }

        @Override
        public int numPartitions() {
            return tasks;
        }

        @Override
        public int getPartition(Object place) {
            return shard((Integer) place) % tasks;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Cut that
                    && plan.run().equals(that.plan.run())
                    && samples == that.samples
                    && tasks == that.tasks;
        }

        @Override
        public int hashCode() {
            return plan.run().hashCode();
        }
    }

    /** Puts the rows of a shard together. */
    private static final class Grouped implements Iterator<ShardRows> {

        private final Cut cut;
        private final Iterator<Tuple2<Integer, byte[]>> sorted;
        private Tuple2<Integer, byte[]> next;

        Grouped(Cut cut, Iterator<Tuple2<Integer, byte[]>> sorted) {
            this.cut = cut;
            this.sorted = sorted;
            this.next = advance();
        }

        private Tuple2<Integer, byte[]> advance() {
            return sorted.hasNext() ? sorted.next() : new Tuple2<>(-1, new byte[0]);
        }

        @Override
        public boolean hasNext() {
            return next._1() >= 0;
        }

        @Override
        public ShardRows next() {
            int batch = cut.batch(next._1());
            int shard = cut.shard(next._1());
            List<byte[]> rows = new ArrayList<>();
            while (hasNext() && cut.batch(next._1()) == batch && cut.shard(next._1()) == shard) {
                rows.add(next._2());
                next = advance();
            }
            return new ShardRows(batch, shard, rows.toArray(byte[][]::new));
        }
    }
}
