package dev.spikelane.train.gradient;

import dev.spikelane.connection.operator.OperatorGradient;
import dev.spikelane.engine.KeptCurrents;
import dev.spikelane.engine.ProjectionRun;
import dev.spikelane.engine.RunSize;
import dev.spikelane.engine.SampleViews;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A projection: forward, and what it takes back from the gradients of its currents. */
public final class GradientTerm {

    private final ProjectionRun forward;
    private final GradientPath path;
    /** The input where it starts; null if that is a population. */
    private final @Nullable GradientInput input;

    /** What stands before the operators; null if nothing is dropped. */
    private final @Nullable GradientDropout dropout;

    private final KeptCurrents port;
    private final RunSize size;
    private final boolean learns;
    /** The sum over the steps of the gradients of a frame's currents. */
    private @Nullable Tile ofFrame;

    /** Gradients of a step, which are added to that sum. */
    private final Tile ofStep;
    /** The gradients that each thread adds. */
    private final Tile[] adding;

    private final Arena arena;
    private boolean summed;
    private boolean added;
    private boolean turns;
    /** The step of the currents that the first step that is taken back has given. */
    private int opened;

    GradientTerm(
            ProjectionRun forward,
            GradientPath path,
            @Nullable GradientInput input,
            @Nullable GradientDropout dropout,
            KeptCurrents port,
            RunSize size,
            boolean learns,
            Arena arena) {
        this.forward = forward;
        this.path = path;
        this.input = input;
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

    /** The way forward. */
    ProjectionRun forward() {
        return forward;
    }

    /** The input where it starts; null if that is a population. */
    @Nullable
    GradientInput input() {
        return input;
    }

    private int delay() {
        return forward.projection().delay();
    }

    boolean learns() {
        return learns;
    }

    List<OperatorGradient> backs() {
        return List.of(path.backs());
    }

    int outputs() {
        return path.outputs();
    }

    int blocks() {
        return Math.ceilDiv(path.outputs(), Long.SIZE);
    }

    /** What stands before the operators; null if nothing is dropped. */
    @Nullable
    public GradientDropout dropout() {
        return dropout;
    }

    /**
     * Computes the currents of a frame, if the source is one, and draws what is dropped in a window that begins at a
     * step.
     */
    void open(int firstStep) {
        if (dropout != null) {
            requireRows();
            dropout.draw(firstStep);
        }
        forward.open();
        summed = false;
        added = false;
        turns = false;
    }

    private void requireRows() {
        if (input != null && input.isFrame() && input.wantsGradient()) {
            throw new IllegalArgumentException("gradients of the frame of input '"
                    + input.input().name()
                    + "' are wanted, and projection '" + forward.projection().name()
                    + "' drops other parts of it in each step, expected rows for each step");
        }
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
                path.prepareFrame(0, frame());
            }
        } else {
            ofFrame();
        }
    }

    /** Whether blocks of sums go into the weights' gradients at once; else something needs all of them. */
    private boolean takesSums() {
        return path.backs().length == 1 && !Objects.requireNonNull(input).wantsGradient();
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

    private FloatMatrix frame() {
        return Objects.requireNonNull(input).frame();
    }

    /** The gradients of the currents of all steps of a window that is one segment. */
    FloatMatrix ofCurrents() {
        return port.from(0);
    }

    /** Whether some samples of a step can go back by themselves. */
    boolean samplesApart() {
        return path.backs().length == 1 && dropout == null;
    }

    /** Whether what a step of the source has given enters in this window. */
    boolean reaches(int step) {
        return step + delay() < size.steps();
    }

    /** Writes the gradients of some samples in a step of the source, if it reaches that far. */
    void pull(int step, SampleViews samples, Tile into) {
        path.pull(port.samples(step + delay(), samples), samples.count(), into);
    }

    /**
     * Takes gradients of the currents that some steps of the source have given back to what the first operator makes;
     * returns how many of the steps have such currents.
     */
    int open(int first, int count) {
        int reached = Math.min(count, size.steps() - delay() - first);
        if (first + delay() < 0) {
            reached = 0;
        }
        opened = first + delay();
        if (reached > 0) {
            path.toFirst(port.from(opened), reached * size.batch());
        }
        return Math.max(0, reached);
    }

    /**
     * Writes the gradients of some steps of the source, counted from the first that was opened; not of more than were
     * reached.
     */
    void pull(int from, int count, Tile into) {
        FloatMatrix ofFirst = path.backs().length == 1 ? port.from(opened + from) : path.ofFirst(from);
        path.pull(ofFirst, count * size.batch(), into);
        if (dropout != null) {
            dropout.back(into, opened + from, count);
        }
    }

    /** Writes the gradients of a frame, when all steps were taken back. */
    void pullFrame(Tile into) {
        path.pull(path.toFirst(ofFrame().matrix(), size.batch()), size.batch(), into);
    }

    /** Whether all steps of the window have the same rows. */
    boolean isFrame() {
        return forward.frame() != null;
    }

    /** Makes all sums zero. */
    void clear() {
        if (learns) {
            path.clear();
        }
    }

    /** Takes the rows of some steps, whose weights' gradients come next; tells whether there are any to add now. */
    boolean prepareWeights(int first, int count) {
        if (isFrame()) {
            if (!summed && first + count == size.steps()) {
                ofFrame().matrix().fill(0); // the last steps come first
            }
            for (int step = first + count - 1; step >= first && !summed; step--) {
                RowSum.add(ofFrame(), ofStep.on(port.from(step)), size.batch());
            }
            boolean adds = learns && first == 0 && !added;
            if (adds) {
                path.prepareWeightsOfFrame(frame(), ofFrame().matrix());
            }
            return adds;
        }
        if (learns) {
            path.prepareWeights(forward.source().steps(first, count, delay()), port.steps(first, count));
        }
        return learns;
    }

    /** What makes the gradients of the last operator's weights: its rounds come behind {@link #prepareWeights}. */
    OperatorGradient last() {
        return path.last();
    }

    /**
     * Whether gradients of currents serve the weights alone, so that nobody keeps them: their source is outside, and
     * wants none.
     */
    boolean endsBack() {
        return learns && path.backs().length == 1 && delay() == 0 && input != null && !input.wantsGradient();
    }

    /** Takes the rows of all steps, if gradients of their weights can be added in turns; tells whether they can. */
    boolean prepareTurns(int blocks) {
        turns = !isFrame() && size.segments() == 1 && endsBack();
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
        FloatMatrix gradients = isFrame() ? ofFrame().matrix() : port.steps(first, count);
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
