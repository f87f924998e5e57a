package dev.spikelane.train.gradient;

import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.OperatorGradient;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.engine.ChainRun;
import dev.spikelane.engine.RunSize;
import dev.spikelane.engine.StepViews;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.List;

/** The way back through the operators of a projection, over some rows at a time. */
final class GradientPath {

    private final ChainRun forward;
    private final Operator[] operators;
    private final OperatorGradient[] backs;
    /** What each operator but the last makes, and the gradients of that. */
    private final StepViews<FloatMatrix>[] made;

    private final StepViews<FloatMatrix>[] ofMade;
    private final Scratch scratch;
    private final int batch;
    /** Whole rows between two operators; of use to one thread at a time, as they are. */
    private final Tile whole;

    /**
     * Makes the way back.
     *
     * @param forward the way forward, whose rows between operators are made again here
     * @param pulls whether gradients of the source are wanted
     * @param scratch of all threads
     */
    @SuppressWarnings("unchecked") // arrays of generics
    GradientPath(Arena arena, List<Operator> path, ChainRun forward, RunSize size, boolean pulls, Scratch[] scratch) {
        this.forward = forward;
        this.scratch = scratch[0];
        this.batch = size.batch();
        this.whole = Tile.whole(FloatMatrix.zeros(arena, 1, 1));
        this.operators = path.toArray(Operator[]::new);
        this.backs = new OperatorGradient[operators.length];
        this.made = (StepViews<FloatMatrix>[]) new StepViews<?>[operators.length - 1];
        this.ofMade = (StepViews<FloatMatrix>[]) new StepViews<?>[operators.length - 1];
        List<FloatMatrix> shared = forward.made();
        for (int i = 0; i < operators.length; i++) {
            backs[i] = operators[i].gradient(arena, i > 0 || pulls, scratch.length);
            if (i < made.length) {
                int rows = size.segment() * batch;
                int columns = operators[i].outputs();
                FloatMatrix own = i < shared.size() ? shared.get(i) : FloatMatrix.zeros(arena, rows, columns);
                made[i] = new StepViews<>(own, batch);
                ofMade[i] = new StepViews<>(FloatMatrix.zeros(arena, rows, columns), batch);
            }
        }
    }

    OperatorGradient[] backs() {
        return backs;
    }

    int outputs() {
        return operators[operators.length - 1].outputs();
    }

    /** Makes what all operators but the last make of some rows again. */
    private void again(Signal source) {
        Signal at = source;
        for (int i = 0; i < made.length; i++) {
            Tile into = whole.on(made[i].all());
            if (at instanceof SpikeMatrix spikes) {
                operators[i].multiply(spikes, source.rows(), into, scratch);
            } else {
                operators[i].multiply((FloatMatrix) at, source.rows(), into, scratch);
            }
            at = into.matrix();
        }
    }

    /** Takes the first rows of gradients of currents back to what the first operator makes. */
    FloatMatrix toFirst(FloatMatrix gradient, int rows) {
        FloatMatrix at = gradient;
        for (int i = operators.length - 1; i > 0; i--) {
            FloatMatrix into = ofMade[i - 1].all();
            backs[i].pull(at, rows, whole.on(into));
            at = into;
        }
        return at;
    }

    /** What {@link #toFirst} has made from a step on, where there are several operators. */
    FloatMatrix ofFirst(int first) {
        return ofMade[0].from(first);
    }

    /**
     * Takes the first rows of gradients of what the first operator makes, all columns of them, back to the blocks in
     * use of the source.
     */
    void pull(FloatMatrix ofFirst, int rows, Tile into) {
        backs[0].pull(ofFirst, rows, into);
    }

    /** Adds gradients of all weights of a path of several operators but those of the last. */
    void prepareWeights(Signal source, FloatMatrix gradient) {
        int steps = source.rows() / batch;
        again(source);
        toFirst(gradient, gradient.rows());
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
            again(frame);
            toFirst(gradient, gradient.rows());
        }
        for (int i = 0; i < made.length; i++) {
            prepareFrame(i, frame);
            addWhole(backs[i], whole.on(ofMade[i].steps(0, 1)));
        }
        prepareFrame(made.length, frame);
    }

    /** Takes the frame, or what was made of it, as the source of an operator. */
    void prepareFrame(int operator, FloatMatrix frame) {
        if (operator == 0) {
            backs[0].prepareFrame(frame, forward.lists());
        } else {
            backs[operator].prepareFrame(made[operator - 1].steps(0, 1), null);
        }
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
