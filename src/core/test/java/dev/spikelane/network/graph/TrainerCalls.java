package dev.spikelane.network.graph;

import static dev.spikelane.Filled.fill;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.Matrices;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Weights;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Evaluator;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.ShardGradients;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Random calls to one trainer and its network, each compared with a new trainer; a simulation beside them is compared
 * with the interpreter.
 */
final class TrainerCalls implements AutoCloseable {

    enum Call {
        STEP,
        GRADIENTS,
        EVALUATE,
        REPLACE,
        SAVE,
        /** All values are restored. */
        RESTORE,
        SIMULATE
    }

    private static final Call[] CALLS = {
        Call.STEP,
        Call.STEP,
        Call.STEP,
        Call.STEP,
        Call.GRADIENTS,
        Call.EVALUATE,
        Call.REPLACE,
        Call.SAVE,
        Call.RESTORE,
        Call.SIMULATE,
        Call.SIMULATE
    };

    private final Random random;
    private final RandomTrainingProperties.Task one;
    private final RandomTrainingProperties.Task anew;
    private final int shards;
    private final int window;
    private final Trainer trainer;
    private final Evaluator evaluator;
    private final GraphCalls beside;
    private final Map<String, Signal> reused = new HashMap<>();
    private final List<Map<String, FloatMatrix>> saved = new ArrayList<>();
    private final StringBuilder done = new StringBuilder();
    final Map<Call, Integer> counts = new EnumMap<>(Call.class);
    /** True after a step took values out of range, which ends a sequence. */
    private boolean over;

    TrainerCalls(long seed, int model, int steps, int batch, boolean learns) {
        this.random = new Random(seed);
        this.one = task(seed, model, steps, batch, learns);
        this.anew = task(seed, model, steps, batch, learns);
        this.shards = random.nextInt(3) > 0 ? 1 : 1 + random.nextInt(batch);
        this.window = random.nextInt(4) > 0 ? steps : 1 + random.nextInt(steps);
        this.trainer = trainer(one, 1 + random.nextInt(2));
        this.evaluator = evaluator(one.network());
        this.beside = new GraphCalls(one.network(), batch, random);
    }

    /** Returns a task with some learned parameters; others may change between one value and one for each neuron. */
    private static RandomTrainingProperties.Task task(long seed, int model, int steps, int batch, boolean learns) {
        RandomTrainingProperties.Task all = RandomTrainingProperties.Task.of(seed, model, steps, batch);
        Random random = new Random(seed);
        List<String> learned = all.learned().stream()
                .filter(_ -> learns && random.nextInt(3) > 0)
                .toList();
        return new RandomTrainingProperties.Task(all.network(), steps, batch, all.batches(), learned);
    }

    private Trainer trainer(RandomTrainingProperties.Task task, int threads) {
        return task.trainer(new Sgd(0.02))
                .threads(threads)
                .shards(shards)
                .truncateEvery(window)
                .build();
    }

    private Evaluator evaluator(Network network) {
        return new Evaluator(network, one.steps(), new Batching(one.batch()), 1).loss(CrossEntropyLoss.membrane());
    }

    void run(int calls) {
        for (int i = 0; i < calls && !over; i++) {
            checked(CALLS[random.nextInt(CALLS.length)]);
        }
    }

    private void checked(Call call) {
        done.append(call).append(", ");
        try {
            make(call);
            counts.merge(call, 1, Integer::sum);
            for (String name : one.network().weights().names()) {
                Matrices.assertSameBits(weights(anew).get(name), weights(one).get(name), name);
            }
        } catch (AssertionError wrong) {
            throw new AssertionError("after " + done + ": " + wrong.getMessage() + " in " + one.network(), wrong);
        }
    }

    /** Changes parameters between one value for all and one for each neuron. */
    void turnParameters() {
        Population turned = one.network().populations().getFirst();
        List<String> names = new ArrayList<>(turned.neuron().parameters().keySet());
        names.replaceAll(parameter -> turned.name() + "." + parameter);
        names.retainAll(weights(one).names());
        for (int turn = 0; turn < 2; turn++) {
            Collections.shuffle(names, random);
            for (String name : names) {
                FloatMatrix present = weights(one).get(name);
                FloatMatrix next = fill(
                        FloatMatrix.zeros(1, present.columns() == 1 ? turned.size() : 1),
                        i -> present.get(0, i % present.columns()) * (0.9f + random.nextFloat() / 10));
                put(name, next);
                checked(Call.STEP);
                checked(Call.SIMULATE);
            }
        }
    }

    private static Weights weights(RandomTrainingProperties.Task task) {
        return task.network().weights();
    }

    private void make(Call call) {
        switch (call) {
            case STEP -> step();
            case GRADIENTS -> gradients();
            case EVALUATE -> evaluate();
            case REPLACE -> replace();
            case SAVE -> saved.add(present());
            case RESTORE -> {
                if (!saved.isEmpty()) {
                    Map<String, FloatMatrix> values = saved.get(random.nextInt(saved.size()));
                    weights(one).replaceAll(values);
                    weights(anew).replaceAll(values);
                }
            }
            case SIMULATE -> beside.step(present());
        }
    }

    private Map<String, FloatMatrix> present() {
        Map<String, FloatMatrix> present = new HashMap<>();
        weights(one).names().forEach(name -> present.put(name, weights(one).get(name)));
        return present;
    }

    private void step() {
        TrainingBatch batch = batch();
        try (Trainer fresh = trainer(anew, 1)) {
            double expected;
            try {
                expected = fresh.step(batch);
            } catch (IllegalStateException stop) {
                over = true;
                IllegalStateException same = assertThrows(IllegalStateException.class, () -> trainer.step(batch));
                assertEquals(withoutCount(stop), withoutCount(same));
                return;
            }
            assertEquals(expected, trainer.step(batch), "loss");
            assertEquals(fresh.right(), trainer.right(), "right");
        }
    }

    /** Returns the error without the number of the update. */
    private static String withoutCount(IllegalStateException stop) {
        return String.valueOf(stop.getMessage()).replaceAll("update \\d+", "update");
    }

    private void gradients() {
        if (shards == 1 || window < one.steps()) {
            return;
        }
        TrainingBatch batch = batch();
        int shard = random.nextInt(Math.min(shards, batch.labels().length));
        try (Trainer fresh = trainer(anew, 1)) {
            ShardGradients expected = fresh.gradients(batch, shard);
            ShardGradients found = trainer.gradients(batch, shard);
            expected.gradients()
                    .forEach((name, values) ->
                            Matrices.assertSameBits(values, found.gradients().get(name), "gradient of " + name));
        }
    }

    /** Returns a batch of rows or frames, spikes or values, often in a reused matrix. */
    private TrainingBatch batch() {
        int columns = one.network().inputs().getFirst().shape().size();
        int samples = random.nextInt(3) > 0 ? one.batch() : 1 + random.nextInt(one.batch());
        boolean constant = random.nextBoolean();
        boolean spikes = random.nextBoolean();
        int rows = constant ? samples : samples * one.steps();
        Arena arena = Arena.ofAuto();
        Signal input = spikes
                ? Matrices.spikes(arena, rows, columns, random.nextInt(1, 6) / 5.0, random)
                : Matrices.uniform(arena, rows, columns, random);
        Signal known = reused.putIfAbsent(spikes + " " + rows, input);
        if (known != null && random.nextInt(4) > 0) {
            known.segment().copyFrom(input.segment());
            input = known;
        }
        done.append(constant ? " frame" : " rows").append(spikes ? " of spikes" : " of values");
        int[] labels = random.ints(samples, 0, one.network().outputs()).toArray();
        return constant ? TrainingBatch.ofFrame(input, labels) : TrainingBatch.of(input, labels);
    }

    private void evaluate() {
        int columns = one.network().inputs().getFirst().shape().size();
        int samples = 1 + random.nextInt(2 * one.batch() + 1);
        int classes = one.network().outputs();
        FloatMatrix values = Matrices.uniform(Arena.ofAuto(), samples, columns, random);
        Dataset data = Dataset.of(
                Shape.of(columns), values, random.ints(samples, 0, classes).toArray(), classes);
        try (Evaluator fresh = evaluator(anew.network())) {
            Evaluator.Result expected = fresh.evaluate(data);
            assertEquals(expected, evaluator.evaluate(data), "evaluation");
        }
    }

    /** Replaces values in both networks, or in none. */
    private void replace() {
        List<String> names = weights(one).names();
        String name = names.get(random.nextInt(names.size()));
        List<String> learned = one.learned();
        if (!learned.isEmpty() && random.nextBoolean()) {
            name = learned.get(random.nextInt(learned.size()));
        }
        FloatMatrix present = weights(one).get(name);
        FloatMatrix value;
        do {
            value = GraphCalls.other(one.network(), name, present, random);
        } while (learned.contains(name) && value.columns() != present.columns());
        put(name, value);
    }

    private void put(String name, FloatMatrix value) {
        done.append(' ').append(name).append(" [").append(value.columns()).append("] ");
        try {
            weights(one).replace(name, value);
        } catch (IllegalArgumentException refused) {
            return;
        }
        weights(anew).replace(name, value);
    }

    @Override
    public void close() {
        trainer.close();
        evaluator.close();
        beside.close();
    }
}
