package dev.spikelane.train;

import dev.spikelane.kernel.step.LeakyFrame;
import dev.spikelane.kernel.step.LeakyParameters;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronState;

/**
 * A population between one frame and one target: neurons whose currents are the same at all steps, so that neither currents nor membranes nor
 * gradients of single steps are kept. A thread takes 64 neurons of all samples forward, or back.
 */
final class GradientFrame {

    private final LeakyParameters parameters;
    private final GradientTerm from;
    private final GradientTerm to;
    private final FloatMatrix weights;
    private final Surrogate surrogate;
    private final NeuronState state;
    private final NeuronState start;
    private final SpikeMatrix spikes;
    private final FloatMatrix carried;
    private final GradientSize size;
    private final Scratch[] scratch;

    /** What a thread needs for a sample: all steps of 64 neurons. */
    private record Scratch(FloatMatrix distance, FloatMatrix gradient) {}

    GradientFrame(GradientFrameParts parts, GradientSize size) {
        this.parameters = parts.parameters();
        this.from = parts.from();
        this.to = parts.to();
        this.weights = parts.weights();
        this.surrogate = parts.surrogate();
        this.state = parts.state();
        this.start = parts.start();
        this.spikes = parts.spikes();
        this.carried = parts.carried();
        this.size = size;
        this.scratch = new Scratch[size.threads()];
        for (int i = 0; i < scratch.length; i++) {
            scratch[i] = new Scratch(
                    FloatMatrix.zeros(size.steps(), LeakyFrame.BLOCK),
                    FloatMatrix.zeros(size.steps(), LeakyFrame.BLOCK));
        }
    }

    /** Whether the source is a frame in this window. */
    boolean isOpen() {
        return from.isFrame();
    }

    /** Computes the currents of a block, and takes it through all steps. */
    void forward(int block, int thread) {
        from.hold(block, block + 1, thread);
        LeakyFrame.fire(parameters, from.held(), state.membrane(), spikes, block);
    }

    /** Takes a block back through all steps. */
    void backward(int block, int thread) {
        Scratch own = scratch[thread];
        FloatMatrix gradients = to.ofCurrents();
        int firstWeights = weights.rows() / blocks() * block;
        for (int sample = 0; sample < size.batch(); sample++) {
            LeakyFrame.distances(parameters, from.held(), start.membrane(), own.distance, sample, block);
            LeakyFrame.pull(gradients, size.batch(), weights, firstWeights, own.gradient, sample);
            surrogate.backward(own.distance, own.gradient, own.gradient);
            LeakyFrame.back(
                    parameters, own.distance, own.gradient, start.membrane(), from.ofFrame(), carried, sample, block);
        }
    }

    int blocks() {
        return Math.ceilDiv(state.membrane().columns(), LeakyFrame.BLOCK);
    }

    /** Says that the sums over the steps are made. */
    void close() {
        from.setSummed();
    }
}
