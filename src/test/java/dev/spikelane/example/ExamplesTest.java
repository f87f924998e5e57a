package dev.spikelane.example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The examples that train come to the results that they state, and to the same ones each time. */
final class ExamplesTest {

    @Test
    void tutorial5LearnsItsImages() throws IOException {
        var data = Tutorial5.sample();
        double[] right = Tutorial5.accuracies(data, 10);
        assertTrue(right[0] > 0.65 && right[1] > 0.8, right[0] + " by spikes, " + right[1] + " by membranes");
        assertArrayEquals(Tutorial5.accuracies(data, 1), Tutorial5.accuracies(data, 1));
    }

    @Test
    void membranesFollowTheirTargets() {
        double[] errors = Regression.errors(600);
        assertTrue(errors[1] < 0.003 && errors[1] < errors[0] / 100, errors[0] + " before, " + errors[1] + " after");
    }

    @Test
    void aRecurrentNetworkRepeatsBits() {
        double accuracy = DelayedCopy.accuracy(200);
        assertTrue(accuracy > 0.99, "accuracy " + accuracy);
    }
}
