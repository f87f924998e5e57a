package dev.spikelane.plot;

import dev.spikelane.golden.TorchGolden;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.BitSet;

/** The spikes of snnTorch's tutorial 3 for one seed, as torch gave them, and figures of them. */
final class TutorialFigures implements AutoCloseable {

    static final int STEPS = 200;

    private final Arena arena = Arena.ofShared();
    private final TorchGolden golden = TorchGolden.all().getFirst();

    final SpikeMatrix input = spikes("tutorial3_input", 784);
    final SpikeMatrix hidden = spikes("tutorial3_spk1", 1000);
    final SpikeMatrix output = spikes("tutorial3_spk2", 10);
    final FloatMatrix membranes = FloatMatrix.copyOf(arena, STEPS, 10, golden.floats("tutorial3_mem2"));

    Figure raster() {
        return Plot.raster("input", input).add("hidden", hidden).add("output", output);
    }

    TracesPlot traces() {
        return Plot.traces(membranes).spikes(output).threshold(1);
    }

    /** A neuron of the output; its membrane serves as its current too. */
    CurvePlot neuron(int neuron) {
        return Plot.neuron(membranes, membranes, output, neuron).threshold(1);
    }

    /** Bit {@code step * neurons + neuron} is set where torch's neuron fires. */
    static BitSet bits(SpikeMatrix spikes) {
        BitSet bits = new BitSet();
        for (int step = 0; step < spikes.rows(); step++) {
            for (int neuron = 0; neuron < spikes.columns(); neuron++) {
                bits.set(step * spikes.columns() + neuron, spikes.get(step, neuron));
            }
        }
        return bits;
    }

    private SpikeMatrix spikes(String name, int neurons) {
        return SpikeMatrix.copyOf(arena, STEPS, neurons, golden.bits(name, STEPS * neurons));
    }

    @Override
    public void close() {
        arena.close();
    }
}
