package dev.spikelane.train;

import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.OperatorGradient;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.List;

/** The operators of a projection, forward and back, over some rows at a time. */
final class GradientPath {

    private final Operator[] operators;
    private final OperatorGradient[] backs;
    /** What each operator but the last makes, and the gradients of that. */
    private final GradientViews<FloatMatrix>[] made;

    private final GradientViews<FloatMatrix>[] ofMade;
    /** Whether threads hold what the first operator needs for spikes; only one that multiplies them asks for it. */
    private boolean reserved;

    private final Scratch[] scratch;
    private final int batch;
    /** Whole rows between two operators; of use to one thread at a time, as they are. */
    private final Tile whole;

    @SuppressWarnings("unchecked") // arrays of generics
    GradientPath(Arena arena, List<Operator> path, int steps, int batch, boolean pulls, Scratch[] scratch) {
        int threads = scratch.length;
        this.scratch = scratch;
        this.batch = batch;
        this.whole = Tile.whole(FloatMatrix.zeros(arena, 1, 1));
        this.operators = path.toArray(Operator[]::new);
        this.backs = new OperatorGradient[operators.length];
        this.made = (GradientViews<FloatMatrix>[]) new GradientViews<?>[operators.length - 1];
        this.ofMade = (GradientViews<FloatMatrix>[]) new GradientViews<?>[operators.length - 1];
        for (int i = 0; i < operators.length; i++) {
            backs[i] = operators[i].gradient(arena, i > 0 || pulls, threads);
            if (i < made.length) {
                int columns = operators[i].outputs();
                made[i] = new GradientViews<>(FloatMatrix.zeros(arena, steps * batch, columns), batch);
                ofMade[i] = new GradientViews<>(FloatMatrix.zeros(arena, steps * batch, columns), batch);
            }
        }
    }

    OperatorGradient[] backs() {
        return backs;
    }

    int outputs() {
        return operators[operators.length - 1].outputs();
    }

    /** Runs all operators but the last on whole rows, and makes room for the last. */
    void prepare(Signal source) {
        if (!reserved && source instanceof SpikeMatrix && !backs[0].multipliesSpikes()) { // others get values
            for (Scratch ofThread : scratch) {
                operators[0].reserve(ofThread);
            }
            reserved = true;
        }
        Signal at = source;
        int steps = source.rows() / batch;
        for (int i = 0; i < made.length; i++) {
            FloatMatrix into = made[i].steps(0, steps);
            multiply(i, at, whole.on(into), 0);
            at = into;
        }
    }

    /** Fills the currents of the blocks in use, behind {@link #prepare}. */
    void fill(Signal source, Tile current, int thread) {
        int last = operators.length - 1;
        Signal from = last == 0 ? source : made[last - 1].steps(0, source.rows() / batch);
        multiply(last, from, current, thread);
    }

    private void multiply(int i, Signal source, Tile into, int thread) {
        int rows = source.rows();
        if (source instanceof SpikeMatrix spikes && backs[i].multipliesSpikes()) {
            backs[i].multiply(spikes, rows, into, thread);
            return;
        }
        if (source instanceof SpikeMatrix spikes) {
            operators[i].multiply(spikes, rows, into, scratch[thread]);
        } else {
            operators[i].multiply((FloatMatrix) source, rows, into, scratch[thread]);
        }
    }

    /** Takes gradients of currents back to what the first operator makes. */
    FloatMatrix toFirst(FloatMatrix gradient) {
        FloatMatrix at = gradient;
        for (int i = operators.length - 1; i > 0; i--) {
            FloatMatrix into = ofMade[i - 1].steps(0, gradient.rows() / batch);
            backs[i].pull(at, at.rows(), whole.on(into));
            at = into;
        }
        return at;
    }

    /** What {@link #toFirst} has made of some steps, where there are several operators. */
    FloatMatrix ofFirst(int first, int steps) {
        return ofMade[0].steps(first, steps);
    }

    /** Takes gradients of what the first operator makes, all rows of them, back to the blocks in use of the source. */
    void pull(FloatMatrix ofFirst, Tile into) {
        backs[0].pull(ofFirst, ofFirst.rows(), into);
    }

    /** Adds gradients of all weights of a path of several operators but those of the last. */
    void prepareWeights(Signal source, FloatMatrix gradient) {
        int steps = source.rows() / batch;
        prepare(source);
        toFirst(gradient);
        for (int i = 0; i < made.length; i++) {
            backs[i].prepare(i == 0 ? source : made[i - 1].steps(0, steps), batch);
            addWhole(backs[i], whole.on(ofMade[i].steps(0, steps)));
        }
        int last = made.length;
        backs[last].prepare(last == 0 ? source : made[last - 1].steps(0, steps), batch);
    }

    /** The same for a frame, whose gradients are summed over the steps. */
    void prepareWeightsOfFrame(FloatMatrix frame, FloatMatrix gradient) {
        if (made.length > 0) {
            prepare(frame);
            toFirst(gradient);
        }
        for (int i = 0; i < made.length; i++) {
            backs[i].prepareFrame(i == 0 ? frame : made[i - 1].steps(0, 1));
            addWhole(backs[i], whole.on(ofMade[i].steps(0, 1)));
        }
        int last = made.length;
        backs[last].prepareFrame(last == 0 ? frame : made[last - 1].steps(0, 1));
    }

    /** Adds gradients of an operator before the last. */
    private static void addWhole(OperatorGradient back, Tile gradient) {
        for (; back.parts() > 0; back.nextRound()) {
            for (int part = 0; part < back.parts(); part++) {
                back.preparePart(part, 0);
            }
        }
        for (int share = 0; share < back.shares(); share++) {
            back.add(gradient, share, 0);
        }
    }

    /** What makes the gradients of the last operator's weights. */
    OperatorGradient last() {
        return backs[backs.length - 1];
    }

    void clear() {
        for (OperatorGradient back : backs) {
            back.clear();
        }
    }

    void finish() {
        for (OperatorGradient back : backs) {
            back.finish();
        }
    }

    void update() {
        for (OperatorGradient back : backs) {
            back.update();
        }
    }
}
