package dev.spikelane.train;

import dev.spikelane.connection.operator.OperatorGradient;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.Projection;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A projection: what it adds to the currents of its target, and what it takes back from their gradients. */
final class GradientTerm {

    private final Projection projection;
    private final GradientPath path;
    private final GradientSource source;
    /** What the operators get: the source, or what a dropout leaves of it. */
    private final GradientSource carried;

    private final @Nullable GradientDropout dropout;
    private final GradientPort port;
    private final GradientSize size;
    private final boolean learns;
    /** Currents of a frame, and the sum of their gradients over the steps. */
    private @Nullable Tile held;

    private @Nullable Tile ofFrame;
    /** Gradients of a step, which are added to that sum. */
    private final Tile ofStep;
    /** The gradients that each thread adds. */
    private final Tile[] adding;

    private final Arena arena;
    private boolean frame;
    private boolean summed;
    private boolean added;
    private boolean listed;
    private boolean turns;
    /** The step of the currents that the first step that is taken back has given. */
    private int opened;

    GradientTerm(
            Projection projection,
            GradientPath path,
            GradientSource source,
            @Nullable GradientDropout dropout,
            GradientPort port,
            GradientSize size,
            boolean learns,
            Arena arena) {
        this.projection = projection;
        this.path = path;
        this.source = source;
        this.carried = dropout == null ? source : dropout;
        this.dropout = dropout;
        this.port = port;
        this.size = size;
        this.learns = learns;
        this.arena = arena;
        FloatMatrix none = FloatMatrix.zeros(1, path.outputs());
        this.ofStep = Tile.whole(none);
        this.adding = new Tile[size.threads()];
        for (int i = 0; i < adding.length; i++) {
            adding[i] = Tile.whole(none);
        }
    }

    Projection projection() {
        return projection;
    }

    GradientSource source() {
        return source;
    }

    boolean learns() {
        return learns;
    }

    List<OperatorGradient> backs() {
        return List.of(path.backs());
    }

    /** Whether currents of any steps may be filled, rather than those that were prepared. */
    boolean fillsAnySteps() {
        return !frame && path.backs().length == 1;
    }

    int outputs() {
        return path.outputs();
    }

    int blocks() {
        return Math.ceilDiv(path.outputs(), Long.SIZE);
    }

    /** What stands before the operators; null if nothing is dropped. */
    @Nullable
    GradientDropout dropout() {
        return dropout;
    }

    /** Computes the currents of a frame, if the source is one, and draws what is dropped in a window that begins at a step. */
    void open(int firstStep) {
        if (dropout != null) {
            requireRows();
            dropout.draw(firstStep);
        }
        frame = carried.isFrame() && projection.delay() == 0;
        summed = false;
        added = false;
        turns = false;
        if (frame) {
            Signal rows = source.steps(0, 1, 0);
            listed =
                    path.backs().length == 1 && rows instanceof FloatMatrix values && path.backs()[0].openFrame(values);
            if (!listed) {
                path.prepare(rows);
            }
        }
    }

    private void requireRows() {
        if (source instanceof GradientInput input && input.isFrame() && input.wantsGradient()) {
            throw new IllegalArgumentException(
                    "gradients of the frame of input '" + input.input().name()
                            + "' are wanted, and projection '" + projection.name()
                            + "' drops other parts of it in each step, expected rows for each step");
        }
    }

    /** Computes the currents of a frame for some blocks. */
    void hold(Tile into, int thread) {
        if (listed) {
            path.backs()[0].multiplyFrame(((GradientInput) source).frame(), into, thread);
        } else {
            path.fill(source.steps(0, 1, 0), into, thread);
        }
    }

    private Tile held() {
        Tile made = held;
        if (made == null) {
            made = Tile.whole(FloatMatrix.zeros(arena, size.batch(), path.outputs()));
            held = made;
        }
        return made;
    }

    /** The gradients of a frame's currents, summed over the steps. */
    private Tile ofFrame() {
        Tile made = ofFrame;
        if (made == null) {
            made = Tile.whole(FloatMatrix.zeros(arena, size.batch(), path.outputs()));
            ofFrame = made;
        }
        return made;
    }

    /** Says that gradients of a frame's currents come summed over the steps, a block after the other. */
    void openSums() {
        summed = true;
        if (takesSums()) {
            added = true;
            if (learns) {
                path.last().prepareFrame(((GradientInput) source).frame());
            }
        } else {
            ofFrame();
        }
    }

    /** Whether blocks of sums go into the weights' gradients at once; else something needs all of them. */
    private boolean takesSums() {
        return path.backs().length == 1 && !((GradientInput) source).wantsGradient();
    }

    /** Takes such a block. */
    void takeSums(Tile sums, int thread) {
        if (!takesSums()) {
            sums.copyTo(0, ofFrame().matrix(), 0, size.batch());
        } else if (learns) {
            OperatorGradient last = path.last();
            for (int share = 0; share < last.shares(); share++) {
                last.add(sums, share, thread);
            }
        }
    }

    /** The gradients of the currents of all steps of a window that is one segment. */
    FloatMatrix ofCurrents() {
        return port.gradients(0, size.steps());
    }

    /** Runs all operators but the last on some steps. */
    void prepare(int first, int count) {
        if (frame) {
            if (first == 0) {
                hold(held(), 0);
            }
        } else {
            if (dropout != null) {
                dropout.prepare(first, count);
            }
            path.prepare(carried.steps(first, count, projection.delay()));
        }
    }

    /** Fills the currents of some steps, behind {@link #prepare}. */
    void fill(int first, int count, Tile into, int thread) {
        if (!frame) {
            path.fill(carried.steps(first, count, projection.delay()), into, thread);
            return;
        }
        for (int step = 0; step < count; step++) {
            into.copyFrom(held().matrix(), 0, step * size.batch(), size.batch());
        }
    }

    /** Whether some samples of a step can go forward and back by themselves. */
    boolean samplesApart() {
        return path.backs().length == 1 && dropout == null;
    }

    /** Fills the currents of some samples in a step, behind {@link #prepare}. */
    void fill(int step, GradientSamples samples, Tile into, int thread) {
        if (frame) {
            into.copyFrom(held().matrix(), samples.first(), 0, samples.count());
        } else {
            path.fill(source.samples(step, projection.delay(), samples), into, thread);
        }
    }

    /** Whether what a step of the source has given enters in this window. */
    boolean reaches(int step) {
        return step + projection.delay() < size.steps();
    }

    /** Writes the gradients of some samples in a step of the source, if it reaches that far. */
    void pull(int step, GradientSamples samples, Tile into) {
        path.pull(port.samples(step + projection.delay(), samples), into);
    }

    /**
     * Takes gradients of the currents that some steps of the source have given back to what the first operator makes; returns how many of the
     * steps have such currents.
     */
    int open(int first, int count) {
        int reached = Math.min(count, size.steps() - projection.delay() - first);
        if (first + projection.delay() < 0) {
            reached = 0;
        }
        opened = first + projection.delay();
        if (reached > 0) {
            path.toFirst(port.gradients(opened, reached));
        }
        return Math.max(0, reached);
    }

    /** Writes the gradients of some steps of the source, counted from the first that was opened; not of more than were reached. */
    void pull(int from, int count, Tile into) {
        FloatMatrix ofFirst =
                path.backs().length == 1 ? port.gradients(opened + from, count) : path.ofFirst(from, count);
        path.pull(ofFirst, into);
        if (dropout != null) {
            dropout.back(into, opened + from, count);
        }
    }

    /** Writes the gradients of a frame, when all steps were taken back. */
    void pullFrame(Tile into) {
        path.pull(path.toFirst(ofFrame().matrix()), into);
    }

    boolean isFrame() {
        return frame;
    }

    /** Makes all sums zero. */
    void clear() {
        if (learns) {
            path.clear();
        }
    }

    /** Takes the rows of some steps, whose weights' gradients come next; tells whether there are any to add now. */
    boolean prepareWeights(int first, int count) {
        if (frame) {
            if (!summed && first + count == size.steps()) {
                ofFrame().matrix().fill(0); // the last steps come first
            }
            for (int step = first + count - 1; step >= first && !summed; step--) {
                RowSum.add(ofFrame(), ofStep.on(port.gradients(step, 1)), size.batch());
            }
            boolean adds = learns && first == 0 && !added;
            if (adds) {
                path.prepareWeightsOfFrame(
                        ((GradientInput) source).frame(), ofFrame().matrix());
            }
            return adds;
        }
        if (learns) {
            path.prepareWeights(carried.steps(first, count, projection.delay()), port.gradients(first, count));
        }
        return learns;
    }

    /** What makes the gradients of the last operator's weights: its rounds come behind {@link #prepareWeights}. */
    OperatorGradient last() {
        return path.last();
    }

    /** Whether gradients of currents serve the weights alone, so that nobody keeps them: their source is outside, and wants none. */
    boolean endsBack() {
        return learns
                && path.backs().length == 1
                && projection.delay() == 0
                && source instanceof GradientInput input
                && !input.wantsGradient();
    }

    /** Takes the rows of all steps, if gradients of their weights can be added in turns; tells whether they can. */
    boolean prepareTurns(int blocks) {
        turns = !frame && size.segments() == 1 && endsBack();
        if (turns) {
            prepareWeights(0, size.steps());
            turns = path.last().takesTurns(size.turn(), blocks);
        }
        return turns;
    }

    /** Whether gradients of weights come in turns, before those of all currents are there. */
    boolean takesTurns() {
        return turns;
    }

    /** Adds gradients of the last operator's weights, behind these rounds. */
    void add(int first, int count, int block, int share, int thread) {
        FloatMatrix gradients = frame ? ofFrame().matrix() : port.gradients(first, count);
        path.last().add(adding[thread].on(gradients).at(block, block + 1), share, thread);
    }

    void finish() {
        if (learns) {
            path.finish();
        }
    }

    /** Takes notice that weights have changed. */
    void update() {
        path.update();
    }
}
