package dev.spikelane.network.memory;

import static dev.spikelane.Filled.fill;

import com.sun.management.ThreadMXBean;
import dev.spikelane.Compilers;
import dev.spikelane.choose.CostConstants;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.Sparse;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.Model;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Classifier;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.BooleanSupplier;

/** Prints the bytes that the first call after a warm-up allocates, and the classes that it loads. */
final class FirstCallAllocationMain {

    private static final int CALLS = 400;
    private static final int WARM_UPS = 10;

    private FirstCallAllocationMain() {}

    public static void main(String[] arguments) {
        if (arguments[0].equals("learning")) {
            System.setProperty(CostConstants.PROPERTY, "learn");
        }
        if (arguments[0].equals("rule")) {
            rule();
            return;
        }
        TorchRandom random = new TorchRandom(0);
        Network network = Networks.dense(random, new Leaky(0.99), 784, 1000, 10);
        SpikeMatrix spikes = spikes(200, 784);
        if (!arguments[0].equals("classifier")) {
            settle(() -> network.warmUp(1).isPresent());
            Simulation simulation = network.simulate(1);
            int calls = arguments[0].equals("learning") ? CALLS : 1;
            measure(() -> {
                for (int call = 0; call < calls; call++) {
                    simulation.run(spikes);
                }
            });
        } else {
            Model model = Model.of(network)
                    .with(Model.STEPS, "200")
                    .with(Model.CODE, "rate")
                    .with(Model.DECODING, "count");
            Classifier classifier = Classifier.of(model);
            float[] sample = random.rand(1, 784).toArray();
            settle(() -> classifier.warmUp().settled());
            measure(() -> classifier.classify(sample));
        }
    }

    private static void rule() {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(70));
        Population e = builder.population("e", Shape.of(50), new Leaky(0.9f));
        Sparse synapses = Sparse.of(Connectivity.probability(0.1))
                .weights(Distribution.uniform(0, 0.6))
                .delays(Distribution.uniform(1, 4));
        builder.project("xe", x, e, synapses.to(50)).plastic(Plasticity.pairStdp());
        Network network = builder.build();
        SpikeMatrix spikes = spikes(CALLS, 70);
        settle(() -> network.warmUp(1).isPresent());
        System.gc();
        Simulation simulation = network.simulate(1);
        measure(() -> simulation.run(spikes));
    }

    private static SpikeMatrix spikes(int steps, int inputs) {
        return fill(SpikeMatrix.zeros(steps, inputs), (step, input) -> CounterRandom.uniform(0, step, 0, input) < 0.1f);
    }

    /** On a busy machine a warm-up ends before C2 does. */
    private static void settle(BooleanSupplier warmUp) {
        for (int i = 0; i < WARM_UPS && !warmUp.getAsBoolean(); i++) {
            System.out.println("not settled");
        }
        Compilers.await();
    }

    private static void measure(Runnable first) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        ClassLoadingMXBean classes = ManagementFactory.getClassLoadingMXBean();
        long bytes = threads.getCurrentThreadAllocatedBytes();
        long loaded = classes.getTotalLoadedClassCount();
        first.run();
        loaded = classes.getTotalLoadedClassCount() - loaded;
        bytes = threads.getCurrentThreadAllocatedBytes() - bytes;
        System.out.println(loaded);
        System.out.println(bytes);
    }
}
