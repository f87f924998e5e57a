package dev.spikelane.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.kernel.Reset;
import dev.spikelane.neuron.ThresholdAndReset;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.SquaredErrorLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import dev.spikelane.Users;
import dev.spikelane.connection.Dense;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.model.Model;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The examples that train reach the results that they state. */
@Users
final class ExamplesTest {

    private static final int STEPS = 50;

    @Test
    void tutorial5LearnsItsImages() throws IOException {
        var data = Tutorial5.sample();
        double[] right = Tutorial5.accuracies(data, 10);
        assertTrue(right[0] > 0.65 && right[1] > 0.8, right[0] + " by spikes, " + right[1] + " by membranes");
    }

    @Test
    void membranesFollowTheirTargets() {
        double[] errors = regression(600);
        assertTrue(errors[1] < 0.003 && errors[1] < errors[0] / 100, errors[0] + " before, " + errors[1] + " after");
    }

    @Test
    void membranesDrawWhatSpikesCode() {
        double[] errors = Autoencoder.errors(150);
        assertTrue(errors[1] < errors[0] / 2 && errors[1] < 0.1, errors[0] + " before, " + errors[1] + " after");
    }

    /** Requests arrive while the model is swapped: one of both models answers each, and later only the new one. */
    @Test
    void aServiceSwapsItsModel() throws InterruptedException {
        List<Integer> answers = Collections.synchronizedList(new ArrayList<>());
        AtomicBoolean ended = new AtomicBoolean();
        try (var service = new Service(alwaysSays(0), 1)) {
            Thread requests = Thread.ofPlatform().start(() -> {
                try {
                    while (!ended.get()) {
                        answers.add(service.classify(new float[] {1}).label());
                        Thread.sleep(1);
                    }
                } catch (InterruptedException | RuntimeException failure) {
                    answers.add(-1);
                }
            });
            while (requests.isAlive() && answers.isEmpty()) {
                Thread.sleep(1);
            }
            service.swap(alwaysSays(1));
            assertEquals(1, service.classify(new float[] {1}).label());
            while (requests.isAlive() && !answers.contains(1)) {
                Thread.sleep(1);
            }
            ended.set(true);
            requests.join();
            assertEquals(List.of(0, 1), answers.stream().distinct().toList());
            assertEquals(answers.lastIndexOf(0) + 1, answers.indexOf(1));
        }
    }

    private static Model alwaysSays(int label) {
        float[][] weights = new float[2][1];
        weights[label][0] = 1;
        var network = Network.builder(1)
                .connect(Dense.of(FloatMatrix.of(weights)))
                .neuron(new Leaky(0.5f).withThreshold(0.1f))
                .build();
        return Model.of(network)
                .with(Model.STEPS, "20")
                .with(Model.CODE, "frame")
                .with(Model.DECODING, "count");
    }

    /** A membrane learns the square root of a rising current, and a sine of it. Returns the errors before and after. */
    private static double[] regression(int iterations) {
        var random = new TorchRandom(0);
        var network = Network.builder(1) // one number comes in
                .dense(128, random).neuron(new Leaky(0.9))
                .dense(2, random) // membranes that only integrate are the outputs
                .neuron(new Leaky(0.8).withFiring(ThresholdAndReset.DEFAULT.withReset(Reset.NONE)))
                .build();
        var inputs = FloatMatrix.zeros(STEPS, 1); // one sample: a row is a step
        var targets = FloatMatrix.zeros(STEPS, 2);
        for (int step = 0; step < STEPS; step++) {
            double time = step / (double) STEPS;
            inputs.set(step, 0, (float) (4 * time));
            targets.set(step, 0, (float) Math.sqrt(time));
            targets.set(step, 1, (float) Math.sin(2 * Math.PI * time) / 2);
        }
        var batch = TrainingBatch.withTargets(inputs, targets);
        try (var trainer = Trainer.of(network, STEPS, 1)
                .loss(SquaredErrorLoss.membraneTargets())
                .optimizer(new Adam(1e-3))
                .learn("lif1.beta", "lif2.beta")
                .build()) {
            double first = trainer.step(batch);
            double last = first;
            for (int i = 1; i < iterations; i++) {
                last = trainer.step(batch);
            }
            return new double[] {first, last};
        }
    }
}
