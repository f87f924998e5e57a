package dev.spikelane.example;

import dev.spikelane.encode.Rate;
import dev.spikelane.kernel.Matmul;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;

public class OwnModel {
    private static final int STEPS = 200;
    private static final int INPUTS = 64;
    private static final int NEURONS = 100;

    public static void main(String[] arguments) {
        var random = new TorchRandom(3);
        var fromInput = Matmul.Weights.of(random.rand(NEURONS, INPUTS)); // [outputs x inputs], as torch has them
        var fromNeurons = Matmul.Weights.of(random.rand(NEURONS, NEURONS));
        var input = SpikeMatrix.zeros(STEPS, INPUTS);
        new Rate().encode(random.rand(1, INPUTS), input, random);

        var matmul = new Matmul();
        var currents = FloatMatrix.zeros(STEPS, NEURONS);
        matmul.multiply(input, fromInput, currents); // what the input brings, all steps in one product

        var feedback = FloatMatrix.zeros(1, NEURONS);
        var fired = SpikeMatrix.zeros(1, NEURONS);
        float[] membrane = new float[NEURONS];
        float[] tired = new float[NEURONS]; // rises with each spike, and raises the threshold
        long spikes = 0;
        for (int step = 0; step < STEPS; step++) {
            matmul.multiply(fired, fromNeurons, feedback); // of the spikes of the step before
            fired.clear();
            for (int n = 0; n < NEURONS; n++) {
                float charged = 0.9f * membrane[n] + 0.1f * currents.get(step, n) - 0.05f * feedback.get(0, n);
                float threshold = 1 + 0.5f * tired[n];
                boolean fires = charged > threshold;
                membrane[n] = fires ? charged - threshold : charged;
                tired[n] = 0.95f * tired[n] + (fires ? 1 : 0);
                fired.set(0, n, fires);
            }
            spikes += fired.count();
        }
        System.out.println(spikes + " spikes");
    }
}
