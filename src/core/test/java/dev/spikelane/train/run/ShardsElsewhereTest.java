package dev.spikelane.train.run;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.data.BatchLoader;
import dev.spikelane.data.Dataset;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.train.EpochResult;
import dev.spikelane.train.ShardGradients;
import dev.spikelane.train.SmallRun;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import dev.spikelane.train.TrainingRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Shards travel as bytes, and a run with shards computed elsewhere equals a local run. */
@EveryWidth
class ShardsElsewhereTest extends FolderCase {

    private static final int SHARDS = 3;

    private static ShardGradients gradients() {
        Map<String, FloatMatrix> gradients = new LinkedHashMap<>();
        gradients.put("fc1.weight", FloatMatrix.copyOf(2, 3, new float[] {1, -0f, Float.MIN_VALUE, -4, 5e30f, 6}));
        gradients.put("\u03b2", FloatMatrix.copyOf(1, 1, new float[] {Float.NaN}));
        return new ShardGradients(1, 2, 7, gradients, new double[] {0.5, -1e300}, 2, new long[] {1L << 40, 0});
    }

    @Test
    void bytesAreTheValue() {
        byte[] bytes = gradients().toBytes();
        assertArrayEquals(bytes, ShardGradients.of(bytes).toBytes());
        ShardGradients read = ShardGradients.of(bytes);
        assertEquals(
                List.of("fc1.weight", "\u03b2"), List.copyOf(read.gradients().keySet()));
        assertArrayEquals(
                gradients().gradients().get("fc1.weight").toArray(),
                read.gradients().get("fc1.weight").toArray());
        assertArrayEquals(gradients().terms(), read.terms());
        assertArrayEquals(gradients().spikes(), read.spikes());
        assertEquals(List.of(1, 2, 7, 2), List.of(read.shard(), read.shards(), read.samples(), read.right()));
        assertEquals(8 + 16 + 4 + 16 + 4 + 16 + 4 + 12 + 10 + 24 + 12 + 2 + 4 + 4, bytes.length);
    }

    /** One clear error for any bytes, and no memory for missing ones. */
    @Test
    void otherBytesAreRefused() {
        byte[] bytes = gradients().toBytes();
        Random random = new Random(3);
        for (int at = 0; at < bytes.length; at++) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            assertRefused(damaged);
            assertRefused(Arrays.copyOf(bytes, at));
            for (int hostile : new int[] {-1, 0, 5, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                if (at <= bytes.length - 8) {
                    readOrRefuse(summed(
                            ByteBuffer.wrap(bytes.clone()).putInt(at, hostile).array()));
                }
            }
        }
        assertEquals("gradients of a shard: version is 2, expected 1", assertRefused(summed(with(bytes, 4, 2))));
        assertEquals(
                "gradients of a shard: 536870912 terms, expected 0 to 13 in 104 bytes",
                assertRefused(summed(with(bytes, 24, 1 << 29))));
        assertEquals(
                "gradients of a shard: 3 bytes too many",
                assertRefused(summed(Arrays.copyOf(bytes, bytes.length + 3))));
        assertEquals("gradients of a shard: shard is 1, expected 0 to 0", assertRefused(summed(with(bytes, 12, 1))));
    }

    private static byte[] with(byte[] bytes, int at, int number) {
        byte[] changed = bytes.clone();
        ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putInt(at, number);
        return changed;
    }

    private static byte[] summed(byte[] bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, 0, bytes.length - 4);
        return with(bytes, bytes.length - 4, (int) sum.getValue());
    }

    private static String assertRefused(byte[] bytes) {
        String message = assertThrows(IllegalArgumentException.class, () -> ShardGradients.of(bytes))
                .getMessage();
        assertTrue(message.startsWith("gradients of a shard: "), message);
        return message;
    }

    private static void readOrRefuse(byte[] bytes) {
        try {
            ShardGradients.of(bytes);
        } catch (IllegalArgumentException refused) {
            assertTrue(refused.getMessage().startsWith("gradients of a shard: "), refused.getMessage());
        }
    }

    /** A machine with the samples of one shard, and a copy of the values. */
    private static final class Machine implements AutoCloseable {

        private final Network network = SmallRun.network();
        private final Trainer trainer = SmallRun.trainer(network).shards(SHARDS).build();
        private final Dataset data = SmallRun.data(SmallRun.SAMPLES, 1);

        byte[] compute(Network now, int epoch, int[] samples, int shard) {
            Map<String, FloatMatrix> values = new LinkedHashMap<>();
            now.weights().names().forEach(name -> values.put(name, now.weights().get(name)));
            network.weights().replaceAll(values);
            trainer.setEpoch(epoch);
            int shards = Math.min(SHARDS, samples.length);
            int size = samples.length / shards;
            int first = shard * size + Math.min(shard, samples.length % shards);
            int[] own = Arrays.copyOfRange(samples, first, first + size + (shard < samples.length % shards ? 1 : 0));
            BatchLoader.Batch batch = SmallRun.batching().batch(data.subset(own));
            batch.read(epoch, own);
            int[] labels = Arrays.stream(samples).map(data::label).toArray();
            return trainer.gradients(TrainingBatch.of(batch, SmallRun.STEPS), shard, labels)
                    .toBytes();
        }

        List<ShardGradients> shards(Network now, TrainingRun run) {
            int[] order = SmallRun.batching().order(run.epoch() - 1, data.size());
            int first = run.batch() * SmallRun.BATCH;
            int[] samples = Arrays.copyOfRange(order, first, Math.min(order.length, first + SmallRun.BATCH));
            List<ShardGradients> shards = new ArrayList<>();
            for (int shard = 0; shard < SHARDS; shard++) {
                shards.add(ShardGradients.of(compute(now, run.epoch() - 1, samples, shard)));
            }
            return shards;
        }

        @Override
        public void close() {
            trainer.close();
        }
    }

    /**
     * Returns the result of a run; {@code machine} computes its shards if there is one, and the run can stop in the
     * second epoch.
     */
    private String run(Path checkpoint, @Nullable Machine machine, boolean stops) throws IOException {
        Network network = SmallRun.network();
        try (Trainer trainer = SmallRun.trainer(network).shards(SHARDS).build()) {
            var builder = SmallRun.run(trainer).checkpoint(checkpoint).resume();
            if (machine != null) {
                builder.shardsFrom(run -> machine.shards(network, run));
            }
            TrainingRun run = builder.onStep(now -> {
                        if (stops && now.epoch() == 2 && now.batch() == 3) {
                            now.stop();
                        }
                    })
                    .build();
            run.run();
            StringBuilder left =
                    new StringBuilder(Long.toHexString(network.weights().hash()));
            for (EpochResult epoch : run.history()) {
                left.append('\n').append(epoch.loss()).append(' ').append(epoch.accuracy());
                left.append(' ').append(epoch.validationLoss()).append(' ').append(epoch.gradientNorm());
                left.append(' ').append(epoch.spikeRates());
            }
            return left.toString();
        }
    }

    /** Each run can continue from the other's checkpoint. */
    @Test
    void aRunWhoseShardsAreElsewhereIsTheRun() throws IOException {
        try (Machine machine = new Machine()) {
            String expected = run(folder.resolve("here"), null, false);
            assertEquals(expected, run(folder.resolve("elsewhere"), machine, false));
            for (boolean first : new boolean[] {false, true}) {
                Path file = folder.resolve("stopped" + first);
                run(file, first ? machine : null, true);
                assertTrue(Files.exists(file));
                assertEquals(expected, run(file, first ? null : machine, false));
            }
        }
    }

    /** The mean loss of an epoch counts the samples of each batch. */
    @Test
    void shardsOfAnotherBatchAreRefused() throws IOException {
        Network network = SmallRun.network();
        try (Machine machine = new Machine();
                Trainer trainer = SmallRun.trainer(network).shards(SHARDS).build()) {
            TrainingRun run = SmallRun.run(trainer)
                    .shardsFrom(_ -> List.of(ShardGradients.of(machine.compute(network, 0, new int[] {4}, 0))))
                    .build();
            assertInvalid("epoch 1, batch 1: shards are of a batch of 1 samples, expected " + SmallRun.BATCH, run::run);
        }
    }

    @Test
    void aShardAloneHasItsSamplesAndLabelsOfAll() {
        try (Trainer trainer =
                SmallRun.trainer(SmallRun.network()).shards(SHARDS).build()) {
            BatchLoader.Batch batch = SmallRun.batching().batch(SmallRun.data(5, 1));
            batch.read(0, 7, 8, 9, 10);
            TrainingBatch part = TrainingBatch.of(batch, SmallRun.STEPS);
            assertInvalid(
                    "shard 0 has 4 samples, expected 2 of a batch of 6 in 3 shards",
                    () -> trainer.gradients(part, 0, new int[6]));
            assertInvalid("shard is 3, expected 0 to 2", () -> trainer.gradients(part, 3, new int[6]));
            assertInvalid(
                    "there are no labels, expected one for each sample of the batch",
                    () -> trainer.gradients(part, 0, new int[0]));
            assertInvalid("there are 6 numbers of samples, expected 1 to 5", () -> batch.read(0, 1, 2, 3, 4, 5, 6));
        }
    }
}
