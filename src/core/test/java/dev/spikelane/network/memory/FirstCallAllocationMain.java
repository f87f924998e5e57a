package dev.spikelane.network.memory;

import static dev.spikelane.Filled.fill;

import com.sun.management.ThreadMXBean;
import dev.spikelane.Compilers;
import dev.spikelane.fixture.Networks;
import dev.spikelane.kernel.product.spike.CostModel;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.Model;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Classifier;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.BooleanSupplier;

/** Prints the bytes that the first call behind a warm-up allocates, and the classes that it loads. */
final class FirstCallAllocationMain {

    private static final int CALLS = 400;
    private static final int WARM_UPS = 10;

    private FirstCallAllocationMain() {}

    public static void main(String[] arguments) {
        if (arguments[0].equals("learning")) {
            System.setProperty(CostModel.PROPERTY, "learn");
        }
        TorchRandom random = new TorchRandom(0);
        Network network = Networks.dense(random, new Leaky(0.99), 784, 1000, 10);
        SpikeMatrix spikes =
                fill(SpikeMatrix.zeros(200, 784), (step, input) -> CounterRandom.uniform(0, step, 0, input) < 0.1f);
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
