package dev.spikelane.network.plastic;

import static dev.spikelane.Filled.fill;
import static dev.spikelane.Filled.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Alone;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Rate;
import dev.spikelane.fixture.Repetition;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.Model;
import dev.spikelane.network.Input;
import dev.spikelane.network.Learning;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.train.Classifier;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.Evaluator;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Readers of learned weights see whole versions, and their reads change nothing. */
@Alone
final class ServingTest {

    private static final int INPUTS = 40;
    private static final int PUBLISHED = 200;
    private static final int LEAST = 20;
    private static final Duration WAIT = Duration.ofSeconds(60);

    /**
     * In each version, weights of projections add up to 1 if two of them learn, and to another number in a partial
     * version.
     */
    private static Network network(int rules) {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(INPUTS));
        Population p = builder.population("p", Shape.of(70), new Leaky(0.5f).withThreshold(100));
        for (int i = 0; i < 3; i++) {
            FloatMatrix weights = FloatMatrix.zeros(70, INPUTS);
            weights.fill(i == 2 ? 1 : 0);
            builder.project("x-p" + i, x, p, Dense.of(weights));
            if (i < rules) {
                builder.plastic(Plasticity.of("each step\nw = w + " + (i == 0 ? 1 : -1)));
            }
        }
        return builder.build();
    }

    private static SpikeMatrix spikes(int rows) {
        return fill(SpikeMatrix.zeros(rows, INPUTS), i -> i % 7 < 3);
    }

    private static float[] scores(Classifier.Result result) {
        return floats(result.classes(), i -> (float) result.probability(i));
    }

    /**
     * While one thread learns and another publishes and rolls back, a classifier and a simulation read whole versions.
     */
    @Test
    void readersSeeWholePublications() throws InterruptedException {
        Network network = network(2);
        SpikeMatrix sample = spikes(5);
        float[] membrane;
        try (Simulation serving = network.serve(1, 1)) {
            serving.run(sample);
            membrane = serving.state("p").membrane().toArray();
        }
        assertTrue(membrane[0] > 0);
        Repetition repetition = new Repetition();
        try (Simulation learned = network.simulate(1);
                Simulation serving = network.serve(1, 2);
                Classifier classifier =
                        Classifier.of(Model.of(network)).steps(5).decoding(Decoding.MAX_MEMBRANE)) {
            float[] scores = scores(classifier.classify(sample));
            Learning learning = learned.learning(1, 100, Double.POSITIVE_INFINITY);
            AtomicInteger[] done = {
                repetition.start(() -> {
                    serving.reset();
                    serving.run(sample);
                    assertArrayEquals(membrane, serving.state("p").membrane().toArray());
                }),
                repetition.start(() -> assertArrayEquals(scores, scores(classifier.classify(sample)))),
                repetition.start(() -> learned.step(sample.rows(0, 1)))
            };
            int published = 0;
            int learnedBefore = 0;
            while (!repetition.hasFailed() && (published < PUBLISHED || isBelow(done))) {
                learning.publish(WAIT);
                published++;
                // Each step leaves a snapshot; without a new one, the oldest may be reached, which is refused.
                if (published % 7 == 0 && done[2].get() > learnedBefore) {
                    learnedBefore = done[2].get();
                    learning.rollback(WAIT);
                }
            }
            repetition.end();
            learning.publish(WAIT);
            assertTrue(network.weights().get("x-p0.weight").get(0, 0) > LEAST);
        }
    }

    private static boolean isBelow(AtomicInteger[] done) {
        return Arrays.stream(done).anyMatch(each -> each.get() < 5 * LEAST);
    }

    /** Classification and evaluation teach nothing: answers are equal until the next publication. */
    @Test
    void answersTeachNothing() {
        Network network = network(1);
        FloatMatrix values = FloatMatrix.zeros(4, INPUTS);
        values.fill(1);
        Dataset data = Dataset.of(Shape.of(INPUTS), values, new int[] {0, 1, 2, 3}, 70);
        Batching batching = new Batching(2).withCode(InputEncoding.rate(new Rate(), 5));
        try (Classifier classifier = Classifier.of(Model.of(network)).steps(5).decoding(Decoding.MAX_MEMBRANE);
                Evaluator evaluator = new Evaluator(network, 5, batching, 1).loss(CrossEntropyLoss.membrane())) {
            float[] first = scores(classifier.classify(spikes(5)));
            assertArrayEquals(first, scores(classifier.classify(spikes(5))));
            assertEquals(evaluator.evaluate(data), evaluator.evaluate(data));
            FloatMatrix other = FloatMatrix.zeros(70, INPUTS);
            other.set(0, 0, 1);
            network.weights().replace("x-p0.weight", other);
            assertTrue(scores(classifier.classify(spikes(5)))[0] > first[0]);
        }
    }
}
