package dev.spikelane.train;

import static dev.spikelane.fixture.Layer.dense;
import static dev.spikelane.fixture.Layer.flat;
import static dev.spikelane.fixture.Layer.pooled;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.Matrices;
import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.Psn;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.fixture.Networks;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.CountedArenas;
import dev.spikelane.memory.limit.Owner;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.neuron.ThresholdAndReset;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.gradient.InputForm;
import java.lang.foreign.Arena;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Estimated memory of gradients of random map networks is never exceeded, and nearly reached. */
@EveryWidth
final class ForetoldBytesProperties {

    private static final double MOST = 1.02;

    @FewerTries(fullWidth = 3)
    @Property(tries = 25)
    void foretoldBytesAreTaken(@ForAll long seed) {
        Random random = new Random(seed);
        Network network = network(random);
        int steps = 1 + random.nextInt(5);
        int batch = 1 + random.nextInt(20);
        int threads = 1 + random.nextInt(3);
        int every = random.nextBoolean() ? steps : 1 + random.nextInt(steps);
        InputForm form = InputForm.values()[random.nextInt(InputForm.values().length)];
        check(network, form, steps, batch, threads, every, random);
    }

    /** Paths take two of many samples at a time, and one of few. */
    @Example
    void foretoldBytesOfManySamplesAreTaken() {
        Network network = Networks.of(Shape.of(1, 16, 16), pooled(20, 1, new Leaky(0.9)), flat(3, new Leaky(0.9)));
        check(network, InputForm.VALUES, 1, 100, 2, 1, new Random(1));
    }

    /** Blocks of eight rows span steps. */
    @Example
    void foretoldBytesOfNormsOverTimeAreTaken() {
        Network network = Networks.of(30, dense(70, new Leaky(0.9), BatchNorm.td(70, 1, 1)));
        for (int steps = 1; steps < 6; steps++) {
            check(network, InputForm.VALUES, steps, 19 + steps, 1 + steps % 2, steps, new Random(1));
        }
        Network parallel = Networks.of(30, dense(70, new Leaky(0), Psn.of(3, new TorchRandom(1))));
        check(parallel, InputForm.VALUES, 3, 19, 2, 3, new Random(1));
    }

    /** Columns of frames have a word for each 64 samples. */
    @Example
    void foretoldBytesOfWideFramesAreTaken() {
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.9), 400, 3);
        check(network, InputForm.FRAME, 2, 70, 1, 2, new Random(1));
    }

    /** Threads share the samples of neurons whose variables are read, unless there is only one. */
    @Example
    void foretoldBytesOfSharedSamplesAreTaken() {
        TorchRandom weights = new TorchRandom(1);
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(61));
        ThresholdAndReset inhibited =
                ThresholdAndReset.DEFAULT.withReset(Reset.NONE).withInhibition(true);
        Population p = builder.population("p", Shape.of(27), new Synaptic(0.8, 0.4).withFiring(inhibited));
        Population q = builder.population("q", Shape.of(17), new Leaky(0.9));
        builder.project("x-p", x, p, Dense.linear(61, 27, weights));
        builder.project("p-q", p, q, Dense.linear(27, 17, weights));
        builder.project("p-q values", p.variable("membrane"), q, Dense.linear(27, 17, weights));
        check(builder.build(), InputForm.SPIKES, 4, 46, 2, 4, new Random(1));
    }

    private static void check(
            Network network, InputForm form, int steps, int batch, int threads, int every, Random random) {
        InputForm given = form == InputForm.ANY ? InputForm.values()[random.nextInt(3)] : form;
        CountedArenas.Counted arena = new CountedArenas(Owner.TRAINER).newArena();
        try (Gradients gradients =
                builder(network, form, steps, batch, threads, every).build(arena, batch, new WorkerPool(threads))) {
            int columns = network.inputs().getFirst().shape().size();
            switch (given) {
                case FRAME ->
                    gradients.forwardConstant(
                            form == InputForm.ANY ? spikes(batch, columns, random) : values(batch, columns, random));
                case VALUES -> gradients.forward(values(steps * batch, columns, random));
                case SPIKES, ANY -> gradients.forward(spikes(steps * batch, columns, random));
            }
            gradients.backward();
            long foretold = builder(network, form, steps, batch, threads, every).arenaBytes();
            long taken = arena.bytes();
            String what = foretold + " foretold, " + taken + " taken: " + form + " " + given + ", batch " + batch
                    + ", threads " + threads + ", steps " + steps + ", every " + every + "\n" + network;
            assertTrue(foretold >= taken, what);
            assertTrue(form == InputForm.ANY || foretold <= MOST * taken, what);
        }
    }

    private static FloatMatrix values(int rows, int columns, Random random) {
        return Matrices.uniform(Arena.ofAuto(), rows, columns, random);
    }

    private static SpikeMatrix spikes(int rows, int columns, Random random) {
        return Matrices.spikes(Arena.ofAuto(), rows, columns, 0.5, random);
    }

    private static GradientsBuilder builder(
            Network network, InputForm form, int steps, int batch, int threads, int every) {
        return Gradients.of(network, steps, batch)
                .startAtSpikes(network.populations().getLast().name())
                .inputs(form)
                .threads(threads)
                .recomputeEvery(every);
    }

    private static Network network(Random random) {
        TorchRandom weights = new TorchRandom(random.nextInt());
        NetworkBuilder builder =
                Network.builder(Shape.of(1 + random.nextInt(5), 10 + random.nextInt(4), 10 + random.nextInt(4)));
        int layers = 1 + random.nextInt(2);
        for (int i = 0; i < layers; i++) {
            builder.convolution(1 + random.nextInt(70), Kernel.of(1 + random.nextInt(3)), weights);
            if (random.nextBoolean()) {
                builder.batchNorm();
            }
            switch (random.nextInt(3)) {
                case 0 -> builder.maxPool2d(2);
                case 1 -> builder.avgPool2d(2);
                default -> {}
            }
            builder.neuron(neuron(random));
        }
        return builder.flatten()
                .dense(1 + random.nextInt(70), weights)
                .neuron(neuron(random))
                .build();
    }

    private static Neuron neuron(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> new Leaky(0.9);
            case 1 -> new Synaptic(0.9, 0.8);
            default -> new Alpha(0.9, 0.8);
        };
    }
}
