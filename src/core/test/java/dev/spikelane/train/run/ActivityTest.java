package dev.spikelane.train.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Checkout;
import dev.spikelane.EveryWidth;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.fixture.Networks;
import dev.spikelane.io.Idx;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.EpochResult;
import dev.spikelane.train.Loss;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.SmallRun;
import dev.spikelane.train.Surrogate;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainerBuilder;
import dev.spikelane.train.TrainingRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Epochs report firing rates and gradient norms, and warn about networks that do not learn. */
@EveryWidth
final class ActivityTest {

    private static final int SAMPLES = 37;
    private static final int STEPS = 7;
    private static final int BATCH = 2; // 19 batches, two of which are measured

    private static EpochResult epoch(UnaryOperator<TrainerBuilder> wish) throws IOException {
        try (Trainer trainer = wish.apply(Trainer.of(SmallRun.network(), STEPS, BATCH)
                        .loss(CrossEntropyLoss.rate())
                        .learn("lif1.beta")
                        .optimizer(new Sgd(0)))
                .build()) {
            return TrainingRun.of(trainer, SmallRun.data(SAMPLES, 1), new Batching(BATCH))
                    .build()
                    .run()
                    .history()
                    .getFirst();
        }
    }

    @Test
    void spikeRatesAreThoseOfASimulation() throws IOException {
        EpochResult result = epoch(trainer -> trainer);
        Dataset data = SmallRun.data(SAMPLES, 1);
        FloatMatrix frames = FloatMatrix.zeros(SAMPLES, 12);
        for (int sample = 0; sample < SAMPLES; sample++) {
            data.read(sample, frames, sample);
        }
        try (var simulation = SmallRun.network().simulate(SAMPLES)) {
            var hidden = simulation.recordSpikes("lif1", STEPS);
            var outputs = simulation.recordSpikes("lif2", STEPS);
            simulation.runConstant(frames, STEPS);
            assertEquals(hidden.spikes().density(), result.spikeRate("lif1"), 1e-15);
            assertEquals(outputs.spikes().density(), result.spikeRate("lif2"), 1e-15);
        }
        assertEquals(List.of("lif1", "lif2"), List.copyOf(result.spikeRates().keySet()));
        assertTrue(result.spikeRate("lif1") > 0 && result.spikeRate("lif1") < 1);
    }

    /** For stored gradients, and for those fused into the optimizer. */
    @Test
    void theNormIsThatOfAllGradients() throws IOException {
        List<Double> norms = new ArrayList<>();
        EpochResult stored = epoch(trainer -> trainer.onGradients((loss, gradients) -> {
            double squares = 0;
            for (String name : List.of("fc1.weight", "fc1.bias", "lif1.beta", "fc2.weight", "fc2.bias")) {
                for (float each : gradients.apply(name).toArray()) {
                    squares += (double) each * each;
                }
            }
            norms.add(Math.sqrt(squares));
            return true;
        }));
        assertEquals(19, norms.size());
        double expected = (norms.get(0) + norms.get(16)) / 2;
        assertTrue(expected > 0);
        assertEquals(expected, stored.gradientNorm(), 1e-12 * expected);
        for (int threads = 1; threads <= 3; threads++) {
            int count = threads;
            assertEquals(
                    stored.gradientNorm(),
                    epoch(trainer -> trainer.threads(count)).gradientNorm());
        }
        assertEquals(
                stored.gradientNorm(), epoch(trainer -> trainer.clipNorm(1e-3)).gradientNorm());
        EpochResult shards = epoch(trainer -> trainer.shards(2));
        assertEquals(expected, shards.gradientNorm(), 1e-6 * expected);
        assertEquals(stored.spikeRates(), shards.spikeRates());
        assertEquals(
                stored.spikeRates(), epoch(trainer -> trainer.truncateEvery(3)).spikeRates());
    }

    private static List<String> notices(Network network, Loss loss, double rate, int epochs) throws IOException {
        List<String> notices = new ArrayList<>();
        String sample = "src/cli/main/resources/dev/spikelane/cli/fashion-mnist-256-";
        Idx pixels = Idx.read(Checkout.file(sample + "images.idx3-ubyte.gz"));
        Idx labels = Idx.read(Checkout.file(sample + "labels.idx1-ubyte.gz"));
        Dataset images = Dataset.idx("sample", pixels, labels).flattened();
        try (Trainer trainer = Trainer.of(network, 25, 128)
                .loss(loss)
                .surrogate(Surrogate.fastSigmoid(25))
                .optimizer(rate == 0 ? new Sgd(0) : new Adam(rate))
                .build()) {
            TrainingRun.of(trainer, images, new Batching(128).withShuffle(42))
                    .epochs(epochs)
                    .onNotice(notices::add)
                    .build()
                    .run();
        }
        return notices;
    }

    private static Network network(double threshold) {
        return Networks.dense(new TorchRandom(42), new Leaky(0.95).withThreshold(threshold), 784, 60, 10);
    }

    @Test
    void aDeadNetworkSpeaksOnce() throws IOException {
        List<String> notices = notices(network(100), CrossEntropyLoss.rate(), 2e-3, 3);
        assertEquals(3, notices.size(), notices.toString());
        assertTrue(notices.get(0).startsWith("epoch 1: population 'lif1' never fired"), notices.get(0));
        assertTrue(notices.get(1).startsWith("epoch 1: population 'lif2' never fired"), notices.get(1));
        assertTrue(notices.get(2).startsWith("epoch 1: the loss is 2.302585, that of equal scores"), notices.get(2));
    }

    @Test
    void aNetworkThatAlwaysFiresSpeaksOnce() throws IOException {
        List<String> notices = notices(network(-100), CrossEntropyLoss.rate(), 0, 2);
        assertEquals(3, notices.size(), notices.toString());
        assertTrue(
                notices.get(0).startsWith("epoch 1: population 'lif1' fired in every neuron and step"), notices.get(0));
    }

    /** Membranes of integrators are outputs without used spikes. */
    @Test
    void outputsWhoseMembranesAreReadMayBeSilent() throws IOException {
        List<String> notices = notices(network(100), CrossEntropyLoss.membrane(), 0, 1);
        assertEquals(1, notices.size(), notices.toString());
        assertTrue(notices.get(0).contains("'lif1' never fired"), notices.get(0));
    }

    @Test
    void aNetworkThatLearnsIsQuiet() throws IOException {
        assertEquals(List.of(), notices(network(1), CrossEntropyLoss.rate(), 5e-4, 2));
    }
}
