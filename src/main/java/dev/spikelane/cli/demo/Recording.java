package dev.spikelane.cli.demo;

import dev.spikelane.io.Npy;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.simd.Rows;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;

/** Spikes and membranes of the first steps of a run of the tutorial's network, or of all, gathered from its batches. */
final class Recording implements Attachment {

    private final int steps;
    private final int samples;
    private final SpikeMatrix input;
    private final List<LayerRecording> layers;

    /** Makes room; rows are time-major over all samples of the run. */
    Recording(Arena arena, int steps, int samples, int inputs) {
        this.steps = steps;
        this.samples = samples;
        this.input = SpikeMatrix.zeros(arena, steps * samples, inputs);
        this.layers = List.of(layer(arena, TutorialRun.HIDDEN), layer(arena, TutorialRun.OUTPUTS));
    }

    int steps() {
        return steps;
    }

    SpikeMatrix input() {
        return input;
    }

    SpikeMatrix spikes(int layer) {
        return layers.get(layer).spikes;
    }

    FloatMatrix membranes(int layer) {
        return layers.get(layer).membranes;
    }

    /** Bytes of the files of such a recording: a byte for a spike, four for a membrane. */
    static long fileBytes(int steps, int samples, int inputs) {
        long perRow = inputs + (long) (1 + Float.BYTES) * (TutorialRun.HIDDEN + TutorialRun.OUTPUTS);
        return (long) steps * samples * perRow;
    }

    @Override
    public void attach(Simulation simulation, SpikeMatrix batchInput, int firstSample) {
        int batch = simulation.batch();
        for (int step = 0; step < steps; step++) {
            Rows.copy(batchInput, step * batch, input, row(step, firstSample), batch);
        }
        for (int layer = 0; layer < layers.size(); layer++) {
            simulation.observe(layer, new BatchRecorder(layers.get(layer), firstSample, batch));
        }
    }

    /** Writes {@code [steps, samples, neurons]} arrays, with names that start with {@code name}. */
    void write(Path folder, String name) throws IOException {
        Npy.write(folder.resolve(name + "_input.npy"), input, steps, samples, input.columns());
        for (int layer = 0; layer < layers.size(); layer++) {
            String end = (layer + 1) + ".npy";
            int neurons = spikes(layer).columns();
            Npy.write(folder.resolve(name + "_spikes" + end), spikes(layer), steps, samples, neurons);
            Npy.write(folder.resolve(name + "_membranes" + end), membranes(layer), steps, samples, neurons);
        }
    }

    private LayerRecording layer(Arena arena, int neurons) {
        return new LayerRecording(
                SpikeMatrix.zeros(arena, steps * samples, neurons), FloatMatrix.zeros(arena, steps * samples, neurons));
    }

    private int row(long step, int sample) {
        return (int) step * samples + sample;
    }

    private record LayerRecording(SpikeMatrix spikes, FloatMatrix membranes) {}

    /** Copies what a layer does with some samples to their place among all samples. */
    private final class BatchRecorder implements Population.Observer {

        private final LayerRecording whole;
        private final int firstSample;
        private final int batch;

        BatchRecorder(LayerRecording whole, int firstSample, int batch) {
            this.whole = whole;
            this.firstSample = firstSample;
            this.batch = batch;
        }

        @Override
        public boolean needsMembranes() {
            return true;
        }

        @Override
        public void observe(long firstStep, int blockSteps, SpikeMatrix spikes, FloatMatrix membranes) {
            for (int step = 0; step < blockSteps && firstStep + step < steps; step++) {
                int to = row(firstStep + step, firstSample);
                Rows.copy(spikes, step * batch, whole.spikes, to, batch);
                Rows.copy(membranes, step * batch, whole.membranes, to, batch);
            }
        }
    }
}
