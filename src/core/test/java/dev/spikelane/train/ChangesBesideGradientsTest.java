package dev.spikelane.train;

import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.Alone;
import dev.spikelane.connection.Dense;
import dev.spikelane.fixture.Networks;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.train.run.Checkpoint;
import dev.spikelane.train.run.EpochOrders;
import dev.spikelane.train.run.RunState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gradients and checkpoints have one version of values, whenever another thread changes them. */
@Alone
final class ChangesBesideGradientsTest {

    private static final int SIZE = 150;
    private static final int ROUNDS = 150;
    private static final float[] VALUES = {0.25f, 0.75f};

    private static Network network() {
        return Networks.of(
                SIZE,
                by(Dense.of(FloatMatrix.zeros(SIZE, SIZE)), new Leaky(0.5f)),
                by(Dense.of(FloatMatrix.zeros(SIZE, SIZE)), new Leaky(0.5f)));
    }

    private static Gradients gradients(Network network) {
        return Gradients.of(network, 1, 1)
                .learn("fc1.weight")
                .startAt("lif2", "membrane")
                .observeSpikes("lif1")
                .build();
    }

    @Test
    void aWindowSeesChangesWhileItBegins() throws InterruptedException {
        Network network = network();
        FloatMatrix input = FloatMatrix.zeros(1, SIZE);
        try (Gradients gradients = gradients(network)) {
            for (int round = 0; round < ROUNDS; round++) {
                beside(network, round, () -> {
                    gradients.reset();
                    gradients.forward(input);
                    return gradients;
                });
                assertGradients(gradients, VALUES[round % 2]);
            }
        }
    }

    @Test
    void newGradientsSeeChangesWhileTheyAreMade() throws InterruptedException {
        Network network = network();
        for (int round = 0; round < ROUNDS; round++) {
            try (Gradients gradients = beside(network, round, () -> gradients(network))) {
                assertGradients(gradients, VALUES[round % 2]);
            }
        }
    }

    @Test
    void checkpointsHoldOneVersion(@TempDir Path folder) throws IOException, InterruptedException {
        Network network = SmallRun.network();
        List<String> names = List.of("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias");
        AtomicBoolean ended = new AtomicBoolean();
        Thread writer = Thread.ofPlatform().daemon().start(() -> {
            for (int i = 0; !ended.get(); i++) {
                Map<String, FloatMatrix> all = new LinkedHashMap<>();
                for (String name : names) {
                    FloatMatrix values = network.weights().get(name);
                    values.fill(VALUES[i % 2]);
                    all.put(name, values);
                }
                network.weights().replaceAll(all);
            }
        });
        Path file = folder.resolve("run.safetensors");
        try (Trainer trainer = SmallRun.trainer(network).build()) {
            TrainingRunBuilder declared = SmallRun.run(trainer);
            Checkpoint checkpoint = new Checkpoint(
                    network,
                    trainer.parameters(),
                    trainer::reload,
                    declared.identity(),
                    declared.numbers(),
                    new EpochOrders(declared.batching, declared.data.size()));
            for (int round = 0; round < ROUNDS; round++) {
                checkpoint.write(file, new RunState(2));
                Set<Float> found = new TreeSet<>();
                for (Tensor tensor :
                        Tensors.read(file, Tensors.Format.SAFETENSORS).tensors()) {
                    if (names.contains(tensor.name())) {
                        found.add(tensor.matrix().get(0, 0));
                    }
                }
                assertEquals(1, found.size(), "values " + found);
            }
        } finally {
            ended.set(true);
            writer.join();
        }
    }

    /** Uses gradients while another thread changes weights between two values. */
    private static Gradients beside(Network network, int round, Supplier<Gradients> use) throws InterruptedException {
        FloatMatrix weights = FloatMatrix.zeros(SIZE, SIZE);
        weights.fill(VALUES[(round + 1) % 2]);
        network.weights().replace("fc2.weight", weights);
        FloatMatrix next = FloatMatrix.zeros(SIZE, SIZE);
        next.fill(VALUES[round % 2]);
        Thread writer = Thread.ofPlatform().start(() -> network.weights().replace("fc2.weight", next));
        long start = System.nanoTime();
        while (System.nanoTime() - start < round * 3_000L) {
            Thread.onSpinWait();
        }
        Gradients gradients = use.get();
        writer.join();
        return gradients;
    }

    /** A gradient of 1 at each output is multiplied by the weight and summed. */
    private static void assertGradients(Gradients gradients, float weight) {
        gradients.reset();
        gradients.forward(FloatMatrix.zeros(1, SIZE));
        gradients.given("lif2", "membrane").fill(1);
        gradients.backward();
        FloatMatrix found = gradients.observed("lif1");
        for (int i = 0; i < SIZE; i++) {
            assertEquals(SIZE * weight, found.get(0, i), "neuron " + i);
        }
    }
}
