package dev.spikelane.spark;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.train.ShardGradients;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.SparkSession;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

/**
 * What {@link TrainingRounds} is measured against: one barrier stage, whose tasks send all gradients to all others by
 * {@code allGather}, and update each for itself. {@code BarrierFigures MASTER tutorial5|tutorial6 ROUNDS}.
 */
final class BarrierFigures {

    private static final int BATCH = 128;

    private BarrierFigures() {}

    public static void main(String[] arguments) throws IOException {
        String name = arguments[1];
        int rounds = Integer.parseInt(arguments[2]);
        int epochs = Integer.getInteger("epochs", 3);
        try (SparkSession spark = Sessions.builder(arguments[0]).getOrCreate()) {
            JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
            while (spark.sparkContext().getExecutorMemoryStatus().size() <= 2) { // else Spark looks again after 15 s
                Thread.onSpinWait();
            }
            RDD<String> declared = context.<Object>parallelize(List.of(0, 1), 2)
                    .rdd()
                    .barrier()
                    .mapPartitions(
                            new Train(name, rounds, epochs), false, ClassTag$.MODULE$.<String>apply(String.class));
            declared.toJavaRDD().collect().forEach(System.out::println);
        }
    }

    private static final class Train extends AbstractFunction1<Iterator<Object>, Iterator<String>>
            implements Serializable {

        private static final long serialVersionUID = 1;

        private final String name;
        private final int rounds;
        private final int epochs;

        Train(String name, int rounds, int epochs) {
            this.name = name;
            this.rounds = rounds;
            this.epochs = epochs;
        }

        @Override
        public Iterator<String> apply(Iterator<Object> numbers) {
            return CollectionConverters.asScala(
                    train(name, (Integer) numbers.next(), rounds, epochs).iterator());
        }
    }

    private static List<String> train(String name, int shard, int rounds, int epochs) {
        int size = BATCH / 2;
        FloatMatrix values = FloatMatrix.zeros(size, Samples.PIXELS);
        int[] labels = IntStream.range(0, BATCH).map(i -> i % 10).toArray();
        int[] own = IntStream.range(0, size).map(i -> labels[shard * size + i]).toArray();
        for (int i = 0; i < size; i++) {
            byte[] pixels = Samples.pixels(shard * size + i);
            for (int pixel = 0; pixel < pixels.length; pixel++) {
                values.set(i, pixel, Byte.toUnsignedInt(pixels[pixel]) / 255f);
            }
        }
        List<String> declared = new ArrayList<>();
        int steps = name.equals("tutorial6") ? 50 : 25;
        try (Trainer trainer = TrainingFigures.TRAINER
                .trainer(TrainingFigures.network(name), steps, BATCH)
                .shards(2)
                .threads(1)
                .build()) {
            for (int epoch = 1; epoch <= epochs; epoch++) {
                long[] times = new long[3];
                for (int i = 0; i < rounds; i++) {
                    long start = System.nanoTime();
                    String mine = Base64.getEncoder()
                            .encodeToString(trainer.gradients(TrainingBatch.ofFrame(values, own), shard, labels)
                                    .toBytes());
                    times[0] += System.nanoTime() - start;
                    start = System.nanoTime();
                    String[] all = BarrierTaskContext.get().allGather(mine);
                    times[1] += System.nanoTime() - start;
                    start = System.nanoTime();
                    List<ShardGradients> shards = new ArrayList<>();
                    for (String each : all) {
                        shards.add(ShardGradients.of(Base64.getDecoder().decode(each)));
                    }
                    trainer.update(shards);
                    times[2] += System.nanoTime() - start;
                }
                declared.add(String.format(
                        Locale.ROOT,
                        "barrier, task %d, epoch %d: shard %.1f ms, gathered in %.1f, update %.1f",
                        shard,
                        epoch,
                        times[0] * 1e-6 / rounds,
                        times[1] * 1e-6 / rounds,
                        times[2] * 1e-6 / rounds));
                System.out.println(declared.getLast()); // into the executor's log, for runs that are cut off
            }
        }
        return declared;
    }
}
