package dev.spikelane.train.gradient;

import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.kernel.product.dense.BlockMatmul;
import dev.spikelane.kernel.product.gradient.NarrowMatmul;
import dev.spikelane.kernel.step.SurrogateStep;
import dev.spikelane.kernel.step.leaky.LeakyFrame;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A fast path for a population with one frame as its input and one target. Its currents are equal at all steps, so that
 * currents, membranes and gradients of single steps are not stored. A thread runs 64 neurons of all samples forward, or
 * back.
 */
final class GradientFrame {

    private static final int MOST_GRADIENTS = 1 << 28;

    private final LeakyNeurons parameters;
    private final GradientProjection from;
    private final GradientProjection to;
    private final FiringGradient surrogate;
    /** The surrogate, if one pass computes it and the weights of few outputs; null otherwise. */
    private final @Nullable SurrogateStep atan;

    private final LeakyFrame.Target target;
    private final NeuronState state;
    /** Gets the membranes after the window; null if they are not needed. */
    private final @Nullable FloatMatrix end;

    private final LeakyFrame.Source[] sources;
    private final SpikeMatrix spikes;
    private final RunSize size;
    private final int outputs;
    /** Currents of all samples, one below the other, for each block of 64 neurons. */
    private final FloatMatrix[] currents;

    private final Scratch[] scratch;

    /**
     * The memory of a thread.
     *
     * @param upstream gradients of the target's currents for one sample, step after step
     */
    private record Scratch(
            LeakyFrame.Room room, Tile summed, Tile currents, BlockMatmul product, FloatMatrix upstream) {}

    /**
     * Creates the fast path of a population; returns null if it does not apply.
     *
     * @param before the path of the same population with other parameters, whose memory is used again; null if there is
     *     none
     */
    static @Nullable GradientFrame of(
            GradientPopulation population, GradientRequest plan, @Nullable GradientFrame before) {
        GradientFrameParts parts = GradientFrameParts.of(population, plan);
        return parts == null ? null : new GradientFrame(parts, plan.size(), plan.arena(), before);
    }

    private GradientFrame(GradientFrameParts parts, RunSize size, Arena arena, @Nullable GradientFrame before) {
        this.parameters = parts.parameters();
        this.from = parts.from();
        this.to = parts.to();
        this.surrogate = parts.surrogate();
        this.state = parts.state();
        this.end = parts.start() == parts.state() ? null : state.membrane();
        this.spikes = parts.spikes();
        this.size = size;
        this.outputs = parts.outputs();
        this.currents = before == null ? currents(arena) : before.currents;
        this.sources = new LeakyFrame.Source[currents.length];
        for (int block = 0; block < sources.length; block++) {
            sources[block] = new LeakyFrame.Source(
                    currents[block], size.steps(), parts.start().membrane(), parts.carried());
        }
        int stride = LeakyFrame.stride(size.steps(), outputs);
        boolean fits = NarrowMatmul.fits(outputs)
                && (long) size.batch() * stride <= MOST_GRADIENTS
                && surrogate instanceof FiringGradient.Formula formula
                && LeakyFrame.isOnePass(parameters, formula.step());
        this.atan = fits ? ((FiringGradient.Formula) surrogate).step() : null;
        float[] gradients = before == null ? new float[fits ? size.batch() * stride : 0] : before.target.gradients();
        int rows = parts.weights().rows() / blocks();
        this.target = new LeakyFrame.Target(gradients, stride, outputs, parts.weights(), rows);
        this.scratch = before == null ? scratch(arena) : before.scratch;
    }

    private FloatMatrix[] currents(Arena arena) {
        FloatMatrix all = FloatMatrix.zeros(arena, blocks() * size.batch(), LeakyFrame.BLOCK);
        FloatMatrix[] made = new FloatMatrix[blocks()];
        for (int block = 0; block < made.length; block++) {
            made[block] = all.rows(block * size.batch(), size.batch());
        }
        return made;
    }

    private Scratch[] scratch(Arena arena) {
        Scratch[] made = new Scratch[size.threads()];
        for (int i = 0; i < made.length; i++) {
            FloatMatrix sums = FloatMatrix.zeros(arena, size.batch(), LeakyFrame.BLOCK);
            FloatMatrix distances = FloatMatrix.zeros(arena, LeakyFrame.SAMPLES * size.steps(), LeakyFrame.BLOCK);
            made[i] = new Scratch(
                    new LeakyFrame.Room(
                            distances,
                            distances.rows(0, size.steps()),
                            FloatMatrix.zeros(arena, size.steps(), LeakyFrame.BLOCK),
                            sums),
                    Tile.of(sums, from.outputs()),
                    Tile.of(currents[0], from.outputs()),
                    new BlockMatmul(),
                    FloatMatrix.zeros(arena, 1, size.steps() * outputs));
        }
        return made;
    }

    boolean isOpen() {
        return from.isFrame();
    }

    void forward(int block, int thread) {
        Tile current = scratch[thread].currents.on(currents[block]).at(block, block + 1);
        from.forward().fillFrame(current, thread);
        LeakyFrame.fire(parameters, current, state.membrane(), end, spikes, block);
    }

    void backward(int block, int thread) {
        Scratch own = scratch[thread];
        LeakyFrame.Source source = sources[block];
        own.product.take(target.weights(), target.firstWeights(block), outputs);
        if (atan != null && own.product.isFinite()) {
            LeakyFrame.back(parameters, atan, target, source, own.room, block);
        } else {
            for (int sample = 0; sample < size.batch(); sample++) {
                gather(sample, own.upstream);
                LeakyFrame.distances(parameters, source, own.room, sample, block);
                FloatMatrix gradient = own.room.gradient();
                own.product.multiply(own.upstream, 0, gradient);
                surrogate.backward(own.room.distance(), gradient, gradient, CounterRandom.Draws.NONE, 0, 0);
                LeakyFrame.back(parameters, source, own.room, sample, block);
            }
        }
        from.frameSum().takeSums(own.summed.at(block, block + 1), thread);
    }

    int blocks() {
        return Math.ceilDiv(state.membrane().columns(), LeakyFrame.BLOCK);
    }

    void open() {
        from.frameSum().openSums();
        if (atan == null) {
            return;
        }
        FloatMatrix gradients = to.ofCurrents();
        float[] into = target.gradients();
        for (int step = 0; step < size.steps(); step++) {
            for (int sample = 0; sample < size.batch(); sample++) {
                int at = sample * target.stride() + step * outputs;
                int row = step * size.batch() + sample;
                for (int output = 0; output < outputs; output++) {
                    into[at + output] = Elements.get(gradients, row, output);
                }
            }
        }
    }

    /** Copies the rows of a sample, which are a batch apart. */
    private void gather(int sample, FloatMatrix into) {
        FloatMatrix gradients = to.ofCurrents();
        long bytes = (long) outputs * Float.BYTES;
        for (int step = 0; step < size.steps(); step++) {
            MemorySegment.copy(
                    gradients.segment(),
                    gradients.rowOffset(step * size.batch() + sample),
                    into.segment(),
                    step * bytes,
                    bytes);
        }
    }
}
