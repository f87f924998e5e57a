package dev.spikelane.train.gradient;

import dev.spikelane.engine.RunSize;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.product.dense.BlockMatmul;
import dev.spikelane.kernel.product.gradient.NarrowMatmul;
import dev.spikelane.kernel.step.SurrogateStep;
import dev.spikelane.kernel.step.leaky.LeakyFrame;
import dev.spikelane.kernel.step.leaky.LeakyParameters;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.random.SampleDraws;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A population between one frame and one target: neurons whose currents are the same at all steps, so that neither
 * currents nor membranes nor gradients of single steps are kept. A thread takes 64 neurons of all samples forward, or
 * back.
 */
final class GradientFrame {

    private final LeakyParameters parameters;
    private final GradientProjection from;
    private final GradientProjection to;
    private final FiringGradient surrogate;
    /** The surrogate, if it and the weights of few outputs can be taken in one pass. */
    private final @Nullable SurrogateStep atan;

    private final LeakyFrame.Target target;
    private final NeuronState state;
    /** Receives the membranes after the window; null if nobody wants them. */
    private final @Nullable FloatMatrix end;

    private final LeakyFrame.Window window;
    private final SpikeMatrix spikes;
    private final RunSize size;
    private final int outputs;
    /** For each block of 64 neurons those of all samples, one below the other. */
    private final FloatMatrix[] currents;

    private final Scratch[] scratch;

    /** What a thread needs for a sample: all steps of 64 neurons. */
    private record Scratch(LeakyFrame.Steps steps, Tile summed, Tile currents, BlockMatmul product) {}

    /**
     * Gradients of the target's currents: a row for each sample, in which those of a step stand behind those of the
     * step before. Of a target of many outputs each thread has the row of its sample.
     */
    private final FloatMatrix[] upstream;

    /**
     * Makes the short way of a population, if it can go it.
     *
     * @param before of the same population, with other parameters, whose memory serves this one; null if there is none
     */
    static @Nullable GradientFrame of(
            GradientPopulation population, GradientBlueprint plan, @Nullable GradientFrame before) {
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
        this.window = new LeakyFrame.Window(parts.start().membrane(), parts.carried());
        this.spikes = parts.spikes();
        this.size = size;
        this.outputs = parts.outputs();
        boolean narrow = NarrowMatmul.fits(outputs);
        this.currents = before == null ? currents(arena) : before.currents;
        this.upstream = before == null ? upstream(arena, narrow) : before.upstream;
        int rows = parts.weights().rows() / blocks();
        this.target = new LeakyFrame.Target(upstream[0], outputs, parts.weights(), rows);
        this.atan = narrow
                        && surrogate instanceof FiringGradient.Formula formula
                        && formula.step().isArcTangent()
                ? formula.step()
                : null;
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

    private FloatMatrix[] upstream(Arena arena, boolean narrow) {
        FloatMatrix[] made = new FloatMatrix[narrow ? 1 : size.threads()];
        for (int i = 0; i < made.length; i++) {
            made[i] = FloatMatrix.zeros(arena, narrow ? size.batch() : 1, size.steps() * outputs);
        }
        return made;
    }

    private Scratch[] scratch(Arena arena) {
        Scratch[] made = new Scratch[size.threads()];
        for (int i = 0; i < made.length; i++) {
            FloatMatrix sums = FloatMatrix.zeros(arena, size.batch(), LeakyFrame.BLOCK);
            made[i] = new Scratch(
                    new LeakyFrame.Steps(
                            FloatMatrix.zeros(arena, size.steps(), LeakyFrame.BLOCK),
                            FloatMatrix.zeros(arena, size.steps(), LeakyFrame.BLOCK),
                            sums),
                    Tile.of(sums, from.outputs()),
                    Tile.of(currents[0], from.outputs()),
                    new BlockMatmul());
        }
        return made;
    }

    /** Whether the source is a frame in this window. */
    boolean isOpen() {
        return from.isFrame();
    }

    /** Computes the currents of a block, and takes it through all steps. */
    void forward(int block, int thread) {
        Tile current = scratch[thread].currents.on(currents[block]).at(block, block + 1);
        from.forward().fillFrame(current, thread);
        LeakyFrame.fire(parameters, current, state.membrane(), end, spikes, block);
    }

    /** Takes a block back through all steps. */
    void backward(int block, int thread) {
        Scratch own = scratch[thread];
        LeakyFrame.Steps steps = own.steps;
        own.product.take(target.weights(), target.firstWeights(block), outputs);
        for (int sample = 0; sample < size.batch(); sample++) {
            LeakyFrame.distances(parameters, currents[block], window.start(), steps.distance(), sample, block);
            if (atan != null && own.product.isFinite()) {
                LeakyFrame.back(parameters, atan, target, steps, window, sample, block);
            } else {
                boolean shared = upstream[0].rows() == size.batch();
                FloatMatrix rows = upstream[shared ? 0 : thread];
                if (!shared) {
                    gather(sample, rows, 0);
                }
                own.product.multiply(rows, shared ? sample : 0, steps.gradient());
                surrogate.backward(steps.distance(), steps.gradient(), steps.gradient(), SampleDraws.NONE, 0, 0);
                LeakyFrame.back(parameters, steps, window, sample, block);
            }
        }
        from.frameSum().takeSums(own.summed.at(block, block + 1), thread);
    }

    int blocks() {
        return Math.ceilDiv(state.membrane().columns(), LeakyFrame.BLOCK);
    }

    /** Begins the way back. */
    void open() {
        from.frameSum().openSums();
        if (upstream[0].rows() == size.batch()) {
            for (int sample = 0; sample < size.batch(); sample++) {
                gather(sample, upstream[0], sample);
            }
        }
    }

    /** Copies the rows of a sample, which are a batch apart. */
    private void gather(int sample, FloatMatrix into, int row) {
        FloatMatrix gradients = to.ofCurrents();
        long bytes = (long) outputs * Float.BYTES;
        for (int step = 0; step < size.steps(); step++) {
            MemorySegment.copy(
                    gradients.segment(),
                    gradients.rowOffset(step * size.batch() + sample),
                    into.segment(),
                    into.rowOffset(row) + step * bytes,
                    bytes);
        }
    }
}
