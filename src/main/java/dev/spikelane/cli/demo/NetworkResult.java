package dev.spikelane.cli.demo;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What a network did.
 *
 * @param counts for each sample the spikes of each output neuron
 * @param inputDensity share of inputs and steps with a spike
 * @param hiddenDensity share of hidden neurons and steps with a spike
 * @param outputDensity share of output neurons and steps with a spike
 * @param kernels which variant of the spike matmul served each layer
 */
record NetworkResult(
        List<List<Integer>> counts,
        double inputDensity,
        double hiddenDensity,
        double outputDensity,
        List<String> kernels) {

    /** The output neuron that fires most for a sample, the lowest of equal ones; -1 if none fires. */
    int winner(int sample) {
        List<Integer> spikes = counts.get(sample);
        int most = spikes.stream().mapToInt(Integer::intValue).max().orElse(0);
        return most == 0 ? -1 : spikes.indexOf(most);
    }

    /** For each sample the output neuron that fires most. */
    List<Integer> winners() {
        return IntStream.range(0, counts.size()).map(this::winner).boxed().toList();
    }
}
