package dev.spikelane.train;

import dev.spikelane.kernel.step.SurrogateStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.random.SampleDraws;
import java.util.Map;

/** A surrogate of the user, called element by element. */
record CustomSurrogate(String name, Function function) implements Surrogate {

    @Override
    public Map<String, Double> parameters() {
        return Map.of();
    }

    @Override
    public boolean isRandom() {
        return false;
    }

    @Override
    public void backward(
            FloatMatrix distance,
            FloatMatrix gradientOfSpikes,
            FloatMatrix gradientOfDistance,
            SampleDraws draws,
            int step,
            int firstNeuron) {
        SurrogateStep.requireShapes(distance, gradientOfSpikes, gradientOfDistance);
        for (int row = 0; row < distance.rows(); row++) {
            for (int neuron = 0; neuron < distance.columns(); neuron++) {
                float gradient = function.gradient(distance.get(row, neuron), gradientOfSpikes.get(row, neuron));
                gradientOfDistance.set(row, neuron, gradient);
            }
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
