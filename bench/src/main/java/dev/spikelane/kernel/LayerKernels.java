package dev.spikelane.kernel;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.SegmentAllocator;

/** The two kernels of a layer of leaky neurons, of a contestant other than the library itself. */
public enum LayerKernels {
    /** The specification. */
    SCALAR {
        @Override
        public void multiply(
                SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current, FloatMatrix workspace) {
            SpikeMatmul.scalar(spikes, rows, weights, 0, weights.blocks(), current, 0);
        }

        @Override
        public void fire(
                LeakyParameters parameters, FloatMatrix current, int rows, FloatMatrix membrane, SpikeMatrix spikes) {
            LeakyStep.scalar(parameters, current, 0, rows, membrane, spikes, membrane, false, 0, spikes.stride());
        }
    },
    /** C, with the variant that the library chooses. */
    YARDSTICK {
        @Override
        public void multiply(
                SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current, FloatMatrix workspace) {
            switch (SpikeMatmul.choose(rows, weights.pre(), spikes.count(0, rows))) {
                case SCALAR, ACTIVE -> Yardstick.active(spikes, rows, weights, current);
                case TABLES -> Yardstick.tables(spikes, rows, weights, current, workspace);
                case PERMUTE -> {
                    SegmentAllocator scratch = SegmentAllocator.slicingAllocator(workspace.segment());
                    new Yardstick.Permute(scratch, spikes, rows, weights, current).run();
                }
            }
        }

        @Override
        public void fire(
                LeakyParameters parameters, FloatMatrix current, int rows, FloatMatrix membrane, SpikeMatrix spikes) {
            Yardstick.leakyStep(parameters, current, rows, membrane, spikes);
        }
    };

    /** Turns the spikes of the first rows into currents. */
    public abstract void multiply(
            SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current, FloatMatrix workspace);

    /** Turns the currents of the first rows into spikes. */
    public abstract void fire(
            LeakyParameters parameters, FloatMatrix current, int rows, FloatMatrix membrane, SpikeMatrix spikes);
}
