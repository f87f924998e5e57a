package dev.spikelane.network;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.spike.ProductInside;
import dev.spikelane.kernel.product.spike.ProductYardstick;
import dev.spikelane.kernel.product.spike.ProductScratch;
import dev.spikelane.kernel.step.StepInside;
import dev.spikelane.kernel.step.StepYardstick;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;

/** The two kernels of a layer of leaky neurons, of a contestant other than the library itself. */
enum LayerKernels {
    /** The specification. */
    SCALAR {
        @Override
        void multiply(
                SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current, ProductScratch workspace) {
            ProductInside.scalar(spikes, rows, weights, current);
        }

        @Override
        void fire(LeakyNeurons parameters, FloatMatrix current, int rows, FloatMatrix membrane, SpikeMatrix spikes) {
            StepInside.run(parameters, current, rows, membrane, spikes);
        }
    },
    /** C, with the variant that the library chooses. */
    YARDSTICK {
        @Override
        void multiply(
                SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current, ProductScratch workspace) {
            ProductYardstick.multiply(spikes, rows, weights, current, workspace);
        }

        @Override
        void fire(LeakyNeurons parameters, FloatMatrix current, int rows, FloatMatrix membrane, SpikeMatrix spikes) {
            StepYardstick.leakyStep(parameters, current, rows, membrane, spikes);
        }
    };

    /** UseLocks the spikes of the first rows into currents. */
    abstract void multiply(
            SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current, ProductScratch workspace);

    /** UseLocks the currents of the first rows into spikes. */
    abstract void fire(
            LeakyNeurons parameters, FloatMatrix current, int rows, FloatMatrix membrane, SpikeMatrix spikes);
}
