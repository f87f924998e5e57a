package dev.spikelane.kernel;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.SpikeWorkspace;
import dev.spikelane.kernel.product.ProductInside;
import dev.spikelane.kernel.step.LeakyParameters;
import dev.spikelane.kernel.step.StepInside;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;

/** The two kernels of a layer of leaky neurons, of a contestant other than the library itself. */
public enum LayerKernels {
    /** The specification. */
    SCALAR {
        @Override
        public void multiply(
                SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current, SpikeWorkspace workspace) {
            ProductInside.scalar(spikes, rows, weights, current);
        }

        @Override
        public void fire(
                LeakyParameters parameters, FloatMatrix current, int rows, FloatMatrix membrane, SpikeMatrix spikes) {
            StepInside.scalar(parameters, current, rows, membrane, spikes);
        }
    },
    /** C, with the variant that the library chooses. */
    YARDSTICK {
        @Override
        public void multiply(
                SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current, SpikeWorkspace workspace) {
            ProductInside.yardstick(spikes, rows, weights, current, workspace);
        }

        @Override
        public void fire(
                LeakyParameters parameters, FloatMatrix current, int rows, FloatMatrix membrane, SpikeMatrix spikes) {
            Yardstick.leakyStep(parameters, current, rows, membrane, spikes);
        }
    };

    /** Turns the spikes of the first rows into currents. */
    public abstract void multiply(
            SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current, SpikeWorkspace workspace);

    /** Turns the currents of the first rows into spikes. */
    public abstract void fire(
            LeakyParameters parameters, FloatMatrix current, int rows, FloatMatrix membrane, SpikeMatrix spikes);
}
