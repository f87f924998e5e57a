package dev.spikelane.spark;

import dev.spikelane.spark.round.RoundRequest;
import dev.spikelane.spark.round.RoundEndpoint;
import dev.spikelane.spark.round.RowValues;
import dev.spikelane.spark.round.ShardResult;
import dev.spikelane.spark.round.ShardRows;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.Partitioner;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rpc.RpcEndpointRef;
import org.apache.spark.rpc.RpcEnv;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/** The rows of an epoch. All rows of a shard are in one partition, ordered by batch. */
final class EpochRows implements AutoCloseable {

    /** Milliseconds for which tasks may be missing, for example while an executor is replaced. */
    private static final long MOST_ABSENT = 20_000;

    private static final long PATIENCE = 500;

    /** Spark's timeout of silent executors, after which training stops waiting for executors. */
    private static final String TIMEOUT = "spark.network.timeout";

    private static final String TIMEOUT_DEFAULT = "120s";

    private final SparkContext context;
    private final JavaRDD<ShardRows> rows;
    private final Broadcast<int[]> places;
    private final TrainingPlan plan;
    private final int tasks;
    private final double seconds;
    private @Nullable Broadcast<byte[]> model;
    private int epoch;
    private @Nullable Tasks tasksOfEpoch;

    /** Repartitions all rows by batch and shard. */
    EpochRows(JavaSparkContext spark, TrainingRows of, TrainingPlan plan, int[] order, int tasks) {
        this.context = spark.sc();
        this.plan = plan;
        this.tasks = tasks;
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
        await(rows.countAsync());
        seconds = (System.nanoTime() - start) * 1e-9;
    }

    /**
     * Starts the tasks of the epoch, each of which computes the shards of one partition step after step.
     *
     * @param together true if there are cores for all tasks at once; otherwise each step is a separate job
     */
    void open(Broadcast<byte[]> ofRun, int number, boolean together) {
        model = ofRun;
        epoch = number;
        if (!together) {
            return;
        }
        RpcEnv environment = SparkEnv.get().rpcEnv();
        RoundEndpoint opened = new RoundEndpoint(environment, tasks);
        String name = "spikelane-" + plan.run() + "-" + number;
        RpcEndpointRef address = environment.setupEndpoint(name, opened);
        JavaFutureAction<Void> job = rows.foreachPartitionAsync(new RoundTask(plan, ofRun, number, name));
        tasksOfEpoch = new Tasks(opened, job, () -> environment.stop(address));
    }

    /** Returns the results of a step, from the tasks of the epoch or from a separate job. */
    List<ShardResult> compute(RoundRequest.Work work) {
        Tasks now = tasksOfEpoch;
        if (now != null) {
            List<ShardResult> results = now.compute(work);
            if (!results.isEmpty()) {
                return results;
            }
            end(PATIENCE); // ends the remaining tasks
        }
        return await(rows.mapPartitions(new ShardRound(plan, Objects.requireNonNull(model), work, epoch))
                .collectAsync());
    }

    /** Waits for a job; throws if no executor appears, where Spark would wait forever. */
    private <T> T await(JavaFutureAction<T> job) {
        long most = context.conf().getTimeAsMs(TIMEOUT, TIMEOUT_DEFAULT);
        for (long absent = 0; absent < most; absent = atTheSameTime(context) == 0 ? absent + PATIENCE : 0) {
            try {
                return job.get(PATIENCE, TimeUnit.MILLISECONDS);
            } catch (TimeoutException running) {
                continue;
            } catch (InterruptedException stop) {
                job.cancel(true);
                throw interrupted(stop);
            } catch (ExecutionException failed) {
                throw EpochRows.<RuntimeException>failed(failed.getCause());
            }
        }
        job.cancel(true);
        throw new IllegalStateException("there has been no executor for " + most / 1_000 + " s, the " + TIMEOUT
                + ", expected one that the driver can be reached from");
    }

    /** Returns the number of tasks that can run at once. Spark's default parallelism is 2 even for 1 or 0 cores. */
    static int atTheSameTime(SparkContext context) {
        return context.maxNumConcurrentTasks(context.resourceProfileManager().defaultResourceProfile());
    }

    private static IllegalStateException interrupted(InterruptedException stop) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while waiting for executors", stop);
    }

    private void end(long milliseconds) {
        if (tasksOfEpoch != null) {
            tasksOfEpoch.end(milliseconds);
            tasksOfEpoch = null;
        }
    }

    private record Tasks(RoundEndpoint desk, JavaFutureAction<Void> job, Runnable closing) {

        /** Returns the results; empty if the tasks have ended, or some were missing for too long. */
        List<ShardResult> compute(RoundRequest.Work work) {
            desk.publish(work);
            try {
                for (long absent = 0; absent < MOST_ABSENT; absent = desk.isShort() ? absent + PATIENCE : 0) {
                    if (desk.await(PATIENCE)) {
                        return desk.results();
                    }
                    if (job.isDone()) {
                        job.get(); // throws the cause
                        return List.of();
                    }
                }
                return List.of();
            } catch (InterruptedException stop) {
                throw interrupted(stop);
            } catch (ExecutionException failed) {
                throw EpochRows.<RuntimeException>failed(failed.getCause());
            }
        }

        void end(long milliseconds) {
            desk.end();
            try {
                job.get(milliseconds, TimeUnit.MILLISECONDS);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException | CancellationException late) {
                job.cancel(true);
            }
            closing.run();
        }
    }

    double seconds() {
        return seconds;
    }

    /** Throws the cause of a failed job, as a synchronous job does. */
    @SuppressWarnings("unchecked") // throws a checked exception where none is declared
    private static <T extends Throwable> RuntimeException failed(Throwable cause) throws T {
        throw (T) cause;
    }

    @Override
    public void close() {
        end(MOST_ABSENT);
        rows.unpersist();
        places.destroy();
    }

    /** Maps the position of a row in the epoch to its batch, shard and partition. */
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
