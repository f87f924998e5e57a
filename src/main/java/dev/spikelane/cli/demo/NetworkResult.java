package dev.spikelane.cli.demo;

import java.util.List;

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

    /** The neuron that fires most, the lowest of equal ones; -1 if none fires. */
    static int winner(List<Integer> spikes) {
        int most = spikes.stream().mapToInt(Integer::intValue).max().orElse(0);
        return most == 0 ? -1 : spikes.indexOf(most);
    }

    /** For each sample the output neuron that fires most. */
    List<Integer> winners() {
        return counts.stream().map(NetworkResult::winner).toList();
    }
}
