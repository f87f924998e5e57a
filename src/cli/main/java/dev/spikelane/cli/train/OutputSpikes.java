package dev.spikelane.cli.train;

import dev.spikelane.data.BatchLoader;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import java.util.ArrayList;
import java.util.List;

/**
 * Output spikes for some images.
 *
 * @param spikes {@code [steps * images x outputs]}
 */
public record OutputSpikes(SpikeMatrix spikes, int images) {

    /** Runs some images with the encoding of an evaluation of the whole data set. */
    static OutputSpikes of(Network network, int steps, Dataset data, InputEncoding code, long seed, int... numbers) {
        BatchLoader.Batch batch =
                new Batching(numbers.length).withSeed(seed).withCode(code).batch(data.subset(numbers));
        batch.read(0, numbers);
        try (Simulation simulation = network.simulate(numbers.length, 1)) {
            int output = network.populations().size() - 1;
            Population.SpikeRecorder recorder = simulation.recordSpikes(output, steps);
            if (code.steps() == 0) {
                simulation.runConstant(batch.input(), steps);
            } else {
                simulation.run(batch.input());
            }
            return new OutputSpikes(recorder.spikes(), numbers.length);
        }
    }

    boolean get(int image, int step, int output) {
        return spikes.get(step * images + image, output);
    }

    public List<Integer> counts(int image) {
        List<Integer> counts = new ArrayList<>();
        for (int output = 0; output < spikes.columns(); output++) {
            int count = 0;
            for (int step = 0; step < spikes.rows() / images; step++) {
                count += get(image, step, output) ? 1 : 0;
            }
            counts.add(count);
        }
        return counts;
    }
}
