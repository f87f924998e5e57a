package dev.spikelane.network;

import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.connection.Dense;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.kernel.product.spike.ProductScratch;
import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * A network put together from other kernels: layer by layer over blocks of steps, as {@link Simulation} does, on one
 * thread.
 */
final class LayerByLayer {

    private final List<SpikeMatrix> blocks = new ArrayList<>();
    private final List<LayerState> layers = new ArrayList<>();

    LayerByLayer(LayerKernels kernels, Arena arena, Network network, SpikeMatrix input, int batch) {
        int some = Math.min(input.rows(), Simulation.ROWS_IN_BLOCK);
        int best = SpikeMatmul.rowsAtATime(some, input.columns(), NetworkWork.HIDDEN, input.count(0, some));
        int rows = Math.max(1, best / batch) * batch;
        for (int row = 0; row < input.rows(); row += rows) {
            blocks.add(input.rows(row, Math.min(rows, input.rows() - row)));
        }
        for (Projection projection : network.projections()) {
            Dense dense = (Dense) projection.path().getFirst();
            PackedWeights weights = PackedWeights.pack(arena, dense.weights(), dense.bias());
            layers.add(new LayerState(kernels, arena, weights, rows, batch));
        }
    }

    Entry entry(Contestant contestant) {
        return new Entry(
                contestant,
                this::reset,
                this::run,
                () -> layers.stream().map(layer -> layer.membrane.segment()).toList());
    }

    /** Runs all steps once and counts the loads of 16 weights for which its spikes ask. */
    long loads() {
        reset();
        long loads = 0;
        for (SpikeMatrix block : blocks) {
            SpikeMatrix spikes = block;
            for (LayerState layer : layers) {
                int vectors = (layer.weights.outputs() + Roofline.FLOATS - 1) / Roofline.FLOATS;
                loads += spikes.count(0, block.rows()) * vectors;
                spikes = layer.run(spikes, block.rows());
            }
        }
        reset();
        return loads;
    }

    private void run() {
        for (SpikeMatrix block : blocks) {
            SpikeMatrix spikes = block;
            for (LayerState layer : layers) {
                spikes = layer.run(spikes, block.rows());
            }
        }
    }

    private void reset() {
        layers.forEach(layer -> layer.membrane.fill(0));
    }

    private static final class LayerState {
        private final LayerKernels kernels;
        private final PackedWeights weights;
        private final LeakyNeurons parameters;
        private final ProductScratch workspace;
        private final FloatMatrix current;
        private final FloatMatrix membrane;
        private final SpikeMatrix spikes;

        LayerState(LayerKernels kernels, Arena arena, PackedWeights weights, int rows, int batch) {
            this.kernels = kernels;
            this.weights = weights;
            this.parameters =
                    new LeakyModel(weights.outputs()).beta(NetworkCase.BETA).build(arena);
            this.workspace = new ProductScratch(arena);
            this.current = FloatMatrix.zeros(arena, rows, weights.outputs());
            this.membrane = FloatMatrix.zeros(arena, batch, weights.outputs());
            this.spikes = SpikeMatrix.zeros(arena, rows, weights.outputs());
        }

        SpikeMatrix run(SpikeMatrix from, int rows) {
            kernels.multiply(from, rows, weights, current, workspace);
            kernels.fire(parameters, current, rows, membrane, spikes);
            return spikes;
        }
    }
}
