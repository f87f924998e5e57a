package dev.spikelane.network.memory;

import com.sun.management.OperatingSystemMXBean;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/** Allocates native memory up to the limit, and prints measurements for {@link LimitedMemoryTest}. */
final class LimitedMemoryMain {

    private static final int SIMULATIONS = 300;
    private static final int TRAINERS = 9;
    private static final int STEPS = 100;

    /** CPU time advances while this process works, collectors included, on a busy machine too. */
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private LimitedMemoryMain() {}

    public static void main(String[] arguments) throws IOException {
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.99f), 784, 1000);
        switch (arguments[0]) {
            case "forget simulations" -> forgetSimulations(network);
            case "forget more simulations" -> forgetMore(network);
            case "forget trainers" -> forgetTrainers(network);
            case "hold simulations" -> holdSimulations(network);
            case "hold matrices" -> holdMatrices();
            default -> largeTrainer(network);
        }
    }

    private static void forgetSimulations(Network network) throws IOException {
        SpikeMatrix input = SpikeMatrix.zeros(200, 784);
        network.simulate(1).run(input);
        long before = residentKilobytes();
        long most = before;
        for (int i = 0; i < SIMULATIONS; i++) {
            network.simulate(1).run(input);
            most = Math.max(most, residentKilobytes());
        }
        System.out.println(most - before);
    }

    private static void forgetMore(Network network) {
        SpikeMatrix input = SpikeMatrix.zeros(200, 784);
        long most = 0;
        for (int i = 0; i < SIMULATIONS; i++) {
            network.simulate(1).run(input);
            most = Math.max(most, NativeMemory.held());
        }
        System.out.println(most);
        Deque<FloatMatrix> held = new ArrayDeque<>();
        long start = PROCESS.getProcessCpuTime();
        while (held.size() < SIMULATIONS) {
            held.add(FloatMatrix.zeros(256, 512));
        }
        System.out.println(PROCESS.getProcessCpuTime() - start);
    }

    private static void forgetTrainers(Network network) {
        SpikeMatrix input = SpikeMatrix.zeros(STEPS * 4, 784);
        long before = NativeMemory.held();
        long most = 0;
        for (int i = 0; i < TRAINERS; i++) {
            Trainer trainer = Trainer.of(network, STEPS, 4)
                    .loss(CrossEntropyLoss.membrane())
                    .threads(1 + i % 2)
                    .build();
            trainer.step(TrainingBatch.of(input, new int[] {1, 2, 3, 4}));
            most = Math.max(most, NativeMemory.held());
            if (i == 0) {
                System.out.println(TRAINERS * (most - before));
            }
        }
        System.out.println(most);
    }

    private static void holdSimulations(Network network) {
        SpikeMatrix input = SpikeMatrix.zeros(200, 784);
        Deque<Simulation> held = new ArrayDeque<>();
        try {
            while (held.size() < SIMULATIONS) {
                held.add(network.simulate(1));
                held.getLast().run(input);
            }
        } catch (OutOfMemoryError refused) {
            System.out.println(held.size());
            System.out.println(refused.getMessage());
            held.removeFirst().close();
            network.simulate(1).close();
            System.out.println("one more after closing one");
        }
    }

    private static void holdMatrices() {
        List<FloatMatrix> held = new ArrayList<>();
        try {
            while (held.size() < SIMULATIONS) {
                FloatMatrix.zeros(256, 1024); // dropped
                held.add(FloatMatrix.zeros(256, 1024));
            }
        } catch (OutOfMemoryError refused) {
            System.out.println(held.size());
            System.out.println(refused.getMessage());
        }
    }

    private static void largeTrainer(Network network) {
        try {
            Trainer.of(network, STEPS, 1000).loss(CrossEntropyLoss.membrane()).build();
        } catch (IllegalStateException refused) {
            System.out.println(refused.getMessage());
        }
    }

    private static long residentKilobytes() throws IOException {
        try (Stream<String> lines = Files.lines(ForgottenSimulationsMain.STATUS)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        }
    }
}
