package dev.spikelane.network.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.Matrices;
import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Pool;
import dev.spikelane.connection.WeightQuantization;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Awkward.ZeroTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.gradient.NeuronGradient;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.ShardGradients;
import dev.spikelane.train.Surrogate;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainerBuilder;
import dev.spikelane.train.TrainingBatch;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random networks of all models with gradients learn equal bits with all variants. */
@EveryWidth
@FewerTries(fullWidth = 3)
class RandomTrainingProperties {

    private static final int STEPS_OF_ADAM = 20;

    /** Kinds of rounding; networks without matching weights refuse them. */
    private static final List<WeightQuantization> WAYS = List.of(
            WeightQuantization.float32(),
            WeightQuantization.int8(),
            WeightQuantization.ternary(),
            WeightQuantization.int4().learned());

    private static final Shape[] MAPS = {Shape.of(3, 5, 7), Shape.of(12, 2, 2), Shape.of(1, 4, 4), Shape.of(1, 9, 8)};

    /** Paths of dense connections, with optional batch norms between and after them. */
    private record Paths(Random random, TorchRandom weights, int steps) {

        Connection[] of(int inputs, int outputs) {
            return of(Shape.of(inputs), outputs);
        }

        /** From maps, with optional norms of channels over all positions. */
        Connection[] of(Shape inputs, int outputs) {
            List<Connection> path = new ArrayList<>();
            Shape from = inputs;
            if (inputs.rank() == 3) {
                if (random.nextInt(3) > 0) {
                    Convolution convolution = new RandomConvolution(Arena.ofAuto(), random).of(inputs);
                    path.add(convolution);
                    from = convolution.outputShape(inputs);
                }
                if (RandomGraph.isHalved(from) && random.nextBoolean()) {
                    Pool pool = random.nextInt(4) == 0 ? Pool.average(2) : Pool.max(2);
                    path.add(pool);
                    from = pool.outputShape(from);
                }
                if (random.nextBoolean()) {
                    path.addAll(List.of(new OneToOne(0.9f), norm(from.channels())));
                }
                path.add(new Flatten());
            }
            add(path, from.size(), outputs);
            return path.toArray(Connection[]::new);
        }

        private BatchNorm norm(int channels) {
            return random.nextInt(4) == 0 ? BatchNorm.tt(channels, RandomGraph.MOST_STEPS) : BatchNorm.of(channels);
        }

        private void add(List<Connection> path, int inputs, int outputs) {
            int width = inputs;
            if (random.nextInt(3) == 0) {
                width = 1 + random.nextInt(80);
                path.add(Dense.linear(inputs, width, weights));
                if (random.nextBoolean()) {
                    path.add(norm(width));
                }
            }
            path.add(Dense.linear(width, outputs, weights));
            if (random.nextInt(3) == 0) {
                path.add(random.nextBoolean() ? norm(outputs) : norm(outputs).withoutAffine());
            }
        }
    }

    /** A network, its learned parameters and its data; equal for equal seeds. */
    record Task(Network network, int steps, int batch, List<TrainingBatch> batches, List<String> learned) {

        static Task of(long seed, int model, int steps, int batch) {
            Random random = new Random(seed);
            Arena arena = Arena.ofAuto();
            int neurons = 1 + random.nextInt(140);
            NetworkBuilder builder = Network.builder();
            boolean arranged = random.nextInt(3) == 0;
            Shape maps = MAPS[random.nextInt(MAPS.length)];
            Input x = builder.input("x", arranged ? maps : Shape.of(1 + random.nextInt(70)));
            RandomNeuron drawn = new RandomNeuron(arena, neurons, random);
            Neuron neuron =
                    model == RandomNeuron.EQUATIONS && random.nextBoolean() ? drawn.learning() : drawn.of(model);
            Population p = builder.population("p", Shape.of(neurons), neuron);
            Population q = builder.population("q", Shape.of(2 + random.nextInt(20)), new Leaky(0.9).withThreshold(0.5));
            Paths paths = new Paths(random, new TorchRandom(seed), steps);
            int currents = neurons * neuron.gates();
            for (String port : neuron instanceof EquationNeuron ? neuron.ports() : List.of(Neuron.CURRENT)) {
                String name = port.equals(Neuron.CURRENT) ? "x-p" : "x-p " + port;
                builder.project(name, x, p, paths.of(x.shape(), currents)).port(port);
            }
            builder.project("p-q", p, q, paths.of(neurons, q.size())).delay(random.nextInt(3));
            if (random.nextBoolean()) {
                int delay = 1 + random.nextInt(3);
                builder.project("q-p", q, p, paths.of(q.size(), currents))
                        .delay(delay)
                        .port(
                                neuron.ports().getLast().equals(Neuron.FEEDBACK)
                                        ? Neuron.CURRENT
                                        : neuron.ports().getLast());
            }
            if (random.nextBoolean()) {
                String variable = neuron.variables().getFirst();
                builder.project("p-q values", p.variable(variable), q, paths.of(neurons, q.size()));
            }
            if (arranged) {
                Population m = builder.population("m", maps, new Leaky(0.8).withThreshold(0.3));
                RandomConvolution convolutions = new RandomConvolution(arena, random);
                builder.project(
                        "x-m",
                        x,
                        m,
                        random.nextBoolean() ? OneToOne.scale(1.5f) : convolutions.keeping(maps, maps.channels()),
                        paths.norm(maps.channels()));
                if (random.nextBoolean()) {
                    builder.project("m-m maps", m, m, convolutions.keeping(maps, maps.channels()))
                            .delay(1 + random.nextInt(2));
                }
                builder.project("m-m", m, m, new OneToOne(0.4f), paths.norm(maps.channels()))
                        .delay(1 + random.nextInt(2));
                builder.project("m-q", m, q, paths.of(maps, q.size())).delay(random.nextInt(2));
            }
            Network network = builder.build();
            List<String> learned = new ArrayList<>();
            for (Population population : network.populations()) {
                for (String parameter : NeuronGradient.learnable(population.neuron())) {
                    String name = population.name() + "." + parameter;
                    if (network.weights().names().contains(name)) {
                        learned.add(name);
                    }
                }
            }
            return new Task(network, steps, batch, batches(random, steps, batch, x, q), learned);
        }

        private static List<TrainingBatch> batches(Random random, int steps, int batch, Input x, Population q) {
            List<TrainingBatch> batches = new ArrayList<>();
            boolean constant = random.nextInt(3) == 0;
            boolean spikes = random.nextBoolean();
            for (int i = 0; i < 3; i++) {
                int samples = i < 2 ? batch : 1 + random.nextInt(batch);
                int rows = constant ? samples : steps * samples;
                Arena arena = Arena.ofAuto();
                Signal input = spikes
                        ? Matrices.spikes(arena, rows, x.shape().size(), 0.4, random)
                        : Matrices.uniform(arena, rows, x.shape().size(), random);
                int[] labels = random.ints(samples, 0, q.size()).toArray();
                batches.add(constant ? TrainingBatch.ofFrame(input, labels) : TrainingBatch.of(input, labels));
            }
            return batches;
        }

        TrainerBuilder trainer(Trainer.Optimizer optimizer) {
            return Trainer.of(network, steps, batch)
                    .loss(CrossEntropyLoss.membrane())
                    .surrogate(Surrogate.fastSigmoid(5))
                    .learn(learned.toArray(String[]::new))
                    .optimizer(optimizer);
        }
    }

    /** Returns a model with gradients, or Leaky instead. */
    static int trainable(int model) {
        return model == RandomNeuron.DROPPING || model == 12 ? RandomNeuron.MODELS : model;
    }

    /**
     * Returns the network's values after some steps, with the reason for an early end: numbers that are not finite, or
     * an alpha below its beta.
     */
    private static String outcome(Task task, UnaryOperator<TrainerBuilder> wish) {
        String stopped = "";
        try (Trainer trainer = wish.apply(task.trainer(new Adam(0.003))).build()) {
            for (int i = 0; i < STEPS_OF_ADAM; i++) {
                trainer.step(task.batches.get(i % 3));
            }
        } catch (IllegalStateException | IllegalArgumentException stop) {
            stopped = stop.getMessage() + " ";
        }
        return stopped + task.network.weights().hash();
    }

    @Property(tries = 9, edgeCases = EdgeCasesMode.NONE)
    void whateverServesTrainingLeavesTheSameBits(
            @ForAll long seed, @ZeroTo(RandomNeuron.MODELS) int model, @UpTo(9) int steps, @UpTo(11) int batch) {
        Random random = new Random(seed);
        int shards = random.nextBoolean() ? 1 : 1 + random.nextInt(batch);
        int window = random.nextInt(3) > 0 ? steps : 1 + random.nextInt(steps);
        boolean clips = random.nextInt(3) == 0;
        WeightQuantization way = WAYS.get(random.nextInt(WAYS.size()));
        UnaryOperator<TrainerBuilder> recipe = trainer -> {
            trainer.shards(shards).truncateEvery(window).weights(way);
            return clips ? trainer.clipNorm(0.5) : trainer;
        };
        int kind = trainable(model);
        long before = Task.of(seed, kind, steps, batch).network().weights().hash();
        String expected = outcome(Task.of(seed, kind, steps, batch), recipe);
        assumeTrue(!expected.equals(String.valueOf(before))); // or no spike reached the loss because of delays
        int threads = 2 + random.nextInt(2);
        int every = 1 + random.nextInt(steps);
        String what = kind + " with shards " + shards + ", window " + window;
        Map<String, UnaryOperator<TrainerBuilder>> ways = Map.of(
                ", threads " + threads,
                trainer -> trainer.threads(threads),
                ", computed again every " + every,
                trainer -> trainer.recomputeEvery(every),
                ", all of it and an observer",
                trainer -> trainer.threads(threads).recomputeEvery(every).onGradients((loss, gradients) -> true));
        ways.forEach((how, other) -> {
            String found = outcome(Task.of(seed, kind, steps, batch), trainer -> other.apply(recipe.apply(trainer)));
            assertEquals(expected, found, what + how);
        });
    }

    /** A new trainer for each step has only the network from the previous step. */
    @Property(tries = 9, edgeCases = EdgeCasesMode.NONE)
    void trainersKeepNothingButTheNetwork(
            @ForAll long seed, @ZeroTo(RandomNeuron.MODELS) int model, @UpTo(9) int steps, @UpTo(11) int batch) {
        int kind = trainable(model);
        Task one = Task.of(seed, kind, steps, batch);
        Task anew = Task.of(seed, kind, steps, batch);
        try (Trainer trainer = one.trainer(new Sgd(0.05)).build()) {
            for (int i = 0; i < 4; i++) {
                double expected = trainer.step(one.batches.get(i % 3));
                try (Trainer next = anew.trainer(new Sgd(0.05)).build()) {
                    assertEquals(expected, next.step(anew.batches.get(i % 3)), "loss of step " + i + " of " + kind);
                }
                for (String name : one.network.weights().names()) {
                    FloatMatrix want = anew.network.weights().get(name);
                    Matrices.assertSameBits(want, one.network.weights().get(name), name + " of " + kind);
                }
            }
        } catch (IllegalStateException | IllegalArgumentException stop) {
            String message = stop.getMessage(); // these steps take the loss, a weight or a leak out of range
            assertTrue(message.contains("loss is") || message.contains(", expected "), message);
        }
    }

    /** Training in place gives the values of a new network. */
    @Property(tries = 17, edgeCases = EdgeCasesMode.NONE)
    void parametersInPlaceAreThoseOfANewNetwork(
            @ForAll long seed, @ZeroTo(RandomNeuron.MODELS) int model, @UpTo(9) int steps, @UpTo(11) int batch) {
        int kind = trainable(model);
        Task trained = Task.of(seed, kind, steps, batch);
        try (Trainer trainer = trained.trainer(new Adam(0.003)).build()) {
            for (int i = 0; i < 3; i++) {
                trainer.step(trained.batches.get(i));
            }
            Task anew = Task.of(seed, kind, steps, batch);
            Map<String, FloatMatrix> values = new HashMap<>();
            for (String name : trained.network.weights().names()) {
                values.put(name, trained.network.weights().get(name));
            }
            anew.network.weights().replaceAll(values);
            try (Trainer next = anew.trainer(new Sgd(0.05)).build()) {
                next.step(anew.batches.getFirst());
            }
            try (Trainer next = trained.trainer(new Sgd(0.05)).build()) {
                next.step(trained.batches.getFirst());
            }
            assertEquals(
                    anew.network.weights().hash(), trained.network.weights().hash(), "values of " + kind);
        } catch (IllegalStateException | IllegalArgumentException stop) {
            String message = stop.getMessage(); // these steps take the loss, a weight or a leak out of range
            assertTrue(message.contains("loss is") || message.contains(", expected "), message);
        }
    }

    /** Shards given one by one, or computed elsewhere, give the bits of a step on the whole batch. */
    @Property(tries = 6, edgeCases = EdgeCasesMode.NONE)
    void shardsOfAnywhereLeaveTheSameBits(
            @ForAll long seed,
            @ZeroTo(RandomNeuron.MODELS) int model,
            @UpTo(9) int steps,
            @UpTo(value = 19, from = 2) int batch) {
        Random random = new Random(seed);
        int kind = trainable(model);
        int shards = 2 + random.nextInt(batch - 1);
        UnaryOperator<TrainerBuilder> recipe = trainer -> {
            trainer.shards(shards)
                    .weights(WAYS.get(random.nextInt(WAYS.size())))
                    .dropout("p-q", random.nextBoolean() ? 0 : 0.2);
            return random.nextInt(3) == 0 ? trainer.clipNorm(0.5) : trainer;
        };
        long choices = random.nextLong();
        Task whole = Task.of(seed, kind, steps, batch);
        Task parts = Task.of(seed, kind, steps, batch);
        List<Task> machines = List.of(Task.of(seed, kind, steps, batch), Task.of(seed, kind, steps, batch));
        IntFunction<UnaryOperator<TrainerBuilder>> same = threads -> trainer -> {
            random.setSeed(choices);
            return recipe.apply(trainer.threads(threads));
        };
        try (Trainer ofWhole =
                        same.apply(1).apply(whole.trainer(new Adam(0.003))).build();
                Trainer ofParts =
                        same.apply(2).apply(parts.trainer(new Adam(0.003))).build();
                Trainer first = same.apply(1)
                        .apply(machines.get(0).trainer(new Adam(0.003)))
                        .build();
                Trainer second = same.apply(2)
                        .apply(machines.get(1).trainer(new Adam(0.003)))
                        .build()) {
            for (int i = 0; i < 4; i++) {
                TrainingBatch given = whole.batches.get(i % 3);
                List<TrainingBatch> cut = cut(given, steps, shards);
                double expected = ofWhole.step(given);
                assertEquals(expected, ofParts.step(cut));
                List<ShardGradients> all = new ArrayList<>();
                for (int shard = 0; shard < Math.min(shards, given.labels().length); shard++) {
                    Trainer one = shard % 2 == 0 ? first : second;
                    all.add(sent(
                            i % 2 == 0
                                    ? one.gradients(given, shard)
                                    : one.gradients(cut.get(shard), shard, given.labels())));
                }
                assertEquals(expected, first.update(all));
                assertEquals(expected, second.update(all));
                assertEquals(ofWhole.right(), second.right());
            }
        } catch (IllegalStateException | IllegalArgumentException stop) {
            String message = stop.getMessage(); // these steps take the loss, a weight or a leak out of range
            assertTrue(message.contains("loss is") || message.contains(", expected "), message);
            return;
        }
        long expected = whole.network.weights().hash();
        assertEquals(expected, parts.network.weights().hash(), kind + " in parts");
        for (Task machine : machines) {
            assertEquals(expected, machine.network.weights().hash(), kind + " on machines");
        }
    }

    /** As from another machine: the original is gone. */
    private static ShardGradients sent(ShardGradients of) {
        byte[] bytes = of.toBytes();
        of.gradients().values().forEach(values -> values.fill(Float.NaN));
        return ShardGradients.of(bytes);
    }

    /** Returns the shards of a batch as batches. */
    private static List<TrainingBatch> cut(TrainingBatch of, int steps, int most) {
        Signal all = of.inputs().values().iterator().next();
        int samples = of.labels().length;
        int shards = Math.min(most, samples);
        List<TrainingBatch> parts = new ArrayList<>();
        int first = 0;
        for (int shard = 0; shard < shards; shard++) {
            int size = samples / shards + (shard < samples % shards ? 1 : 0);
            int[] rows = new int[of.constant() ? size : steps * size];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = i / size * samples + first + i % size;
            }
            Signal input = all instanceof SpikeMatrix spikes ? spikes.gather(rows) : ((FloatMatrix) all).gather(rows);
            int[] labels = Arrays.copyOfRange(of.labels(), first, first + size);
            parts.add(of.constant() ? TrainingBatch.ofFrame(input, labels) : TrainingBatch.of(input, labels));
            first += size;
        }
        return parts;
    }
}
