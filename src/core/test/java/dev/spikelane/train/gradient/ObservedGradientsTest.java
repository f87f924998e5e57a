package dev.spikelane.train.gradient;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Gradients;
import dev.spikelane.train.Loss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainerBuilder;
import dev.spikelane.train.TrainingBatch;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Observers see the gradients of a population at each step. */
@EveryWidth
class ObservedGradientsTest {

    private static final int STEPS = 6;
    private static final int BATCH = 7;
    private static final int INPUTS = 20;
    private static final int HIDDEN = 70;
    private static final int CLASSES = 4;

    private static Network network() {
        return Networks.of(
                new TorchRandom(3),
                INPUTS,
                dense(HIDDEN, new Leaky(0.9).withThreshold(0.3)),
                dense(CLASSES, new Leaky(0.8).withThreshold(0.4)));
    }

    private static SpikeMatrix input() {
        return Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, INPUTS, 0.3, new Random(1));
    }

    private static final int[] LABELS = {0, 1, 2, 3, 0, 1, 2};

    /** Returns the observed gradients of a step, or of each window. */
    private static List<FloatMatrix> seen(String name, UnaryOperator<TrainerBuilder> wish) {
        List<FloatMatrix> seen = new ArrayList<>();
        Network network = network();
        long before = network.weights().hash();
        try (Trainer trainer = wish.apply(Trainer.of(network, STEPS, BATCH)
                        .loss(CrossEntropyLoss.membrane())
                        .observeSpikes("lif1")
                        .observe("lif2", "membrane")
                        .onGradients((loss, gradients) -> {
                            seen.add(copy(gradients.apply(name)));
                            return false;
                        }))
                .build()) {
            trainer.step(TrainingBatch.of(input(), LABELS));
        }
        assertEquals(before, network.weights().hash());
        return seen;
    }

    private static FloatMatrix copy(FloatMatrix from) {
        FloatMatrix copy = FloatMatrix.zeros(from.rows(), from.columns());
        copy.copyFrom(from);
        return copy;
    }

    /** Equal to gradients without a trainer, for all variants. */
    @Test
    void gradientsOfPopulationsAreShown() {
        FloatMatrix[] expected = expected();
        assertTrue(expected[0].get(0, 0) != 0);
        String[] names = {"lif1", "lif2.membrane"};
        for (int i = 0; i < names.length; i++) {
            String name = names[i];
            Matrices.assertSameBits(expected[i], seen(name, trainer -> trainer).getFirst(), name);
            Matrices.assertSameBits(
                    expected[i],
                    seen(name, trainer -> trainer.threads(2).recomputeEvery(4)).getFirst(),
                    name);
            Matrices.assertSameBits(
                    expected[i],
                    seen(name, trainer -> trainer.shards(3).threads(2)).getFirst(),
                    name);
        }
    }

    private static FloatMatrix[] expected() {
        try (Gradients gradients = Gradients.of(network(), STEPS, BATCH)
                .startAt("lif2", "membrane")
                .observeSpikes("lif1")
                .observe("lif2", "membrane")
                .build()) {
            gradients.forward(input());
            Loss.Input read = new Loss.Input(STEPS, BATCH, CLASSES)
                    .setMembranes(gradients.values("lif2", "membrane"))
                    .setLabels(LABELS)
                    .setDivisor(BATCH);
            CrossEntropyLoss.membrane()
                    .bind(STEPS, BATCH, CLASSES)
                    .evaluate(read, Loss.Gradient.ofMembranes(gradients.given("lif2", "membrane")), new double[BATCH]);
            gradients.backward();
            return new FloatMatrix[] {copy(gradients.observed("lif1")), copy(gradients.observed("lif2", "membrane"))};
        }
    }

    @Test
    void eachWindowIsShown() {
        List<FloatMatrix> windows =
                seen("lif1", trainer -> trainer.truncateEvery(4).shards(2));
        assertEquals(
                List.of(4 * BATCH, 2 * BATCH),
                windows.stream().map(FloatMatrix::rows).toList());
        List<FloatMatrix> whole = seen("lif1", trainer -> trainer.truncateEvery(4));
        Matrices.assertSameBits(whole.get(1), windows.get(1), "the second window");
    }

    @Test
    void mapsAreShownInTorchsOrder() {
        Shape maps = Shape.of(2, 3, 2);
        Matrices.assertSameBits(ofShape(Shape.of(12)), ofShape(maps), "maps");
    }

    private static FloatMatrix ofShape(Shape shape) {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", shape);
        Population p = builder.population("p", shape, new Leaky(0.8).withThreshold(0.3));
        builder.project("x-p", x, p, new OneToOne(new TorchRandom(7).rand(1, 12).toArray()));
        Signal input = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, 12, 0.6, new Random(5));
        FloatMatrix[] seen = new FloatMatrix[1];
        try (Trainer trainer = Trainer.of(builder.build(), STEPS, BATCH)
                .loss(CrossEntropyLoss.rate())
                .observeSpikes("p")
                .shards(2)
                .onGradients((loss, gradients) -> {
                    seen[0] = copy(gradients.apply("p"));
                    return true;
                })
                .build()) {
            trainer.step(new TrainingBatch(Map.of("x", input), false, LABELS, null, null));
        }
        return seen[0];
    }

    /** The memory is estimated and reported. */
    @Test
    void theCostIsSaid() {
        TrainerBuilder plain = Trainer.of(network(), STEPS, BATCH)
                .loss(CrossEntropyLoss.membrane())
                .spikesOnly()
                .onGradients((loss, gradients) -> true);
        long bytes = plain.bytes();
        long stored;
        try (Trainer trainer = plain.build()) {
            stored = trainer.storedBytes();
        }
        long more = FloatMatrix.zeros(STEPS * BATCH, HIDDEN).segment().byteSize();
        plain.observeSpikes("lif1");
        assertEquals(bytes + 2 * more, plain.bytes(), "the part's and the batch's");
        try (Trainer trainer = plain.build()) {
            assertEquals(stored + more, trainer.storedBytes());
        }
    }

    @Test
    void whatNobodySeesIsRefused() {
        TrainerBuilder builder = Trainer.of(network(), STEPS, BATCH).loss(CrossEntropyLoss.membrane());
        assertThrows(IllegalArgumentException.class, () -> builder.observeSpikes("lif3"));
        assertThrows(IllegalArgumentException.class, () -> builder.observe("lif1", "membran"));
        builder.observeSpikes("lif1");
        assertIllegalState("gradients of [lif1] have no observer, expected a call of onGradients", builder::build);
        assertInvalid(
                "'lif2' is neither learned nor observed, expected one of [fc1.weight, fc1.bias, fc2.weight, fc2.bias] or"
                        + " [lif1, lif2.membrane]",
                () -> seen("lif2", trainer -> trainer));
    }
}
