package dev.spikelane.train.gradient;

import dev.spikelane.connection.operator.WeightGradients;
import dev.spikelane.connection.operator.WeightRows;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.StepViews;
import dev.spikelane.engine.signal.StoredCurrents;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.simd.Lazy;
import dev.spikelane.simd.Tile;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The way back of a projection where all steps of a window have the same rows: gradients of its currents are summed
 * over the steps, and go through its operators once.
 */
final class GradientFrameSum {

    private final GradientProjection projection;
    private final GradientChain chain;
    private final StoredCurrents port;
    private final @Nullable GradientNorm norm;
    private final RunSize size;
    /** The sum over the steps of the gradients of the currents. */
    private final Lazy<Tile> sum;

    /** Gradients of a step, which are added to that sum. */
    private final Tile ofStep;
    /** Whole rows of the source. */
    private final Tile whole;

    /** Whether the gradients come summed over the steps. */
    private boolean summed;

    /** Whether those of the weights take each block of these sums at once. */
    private boolean added;

    GradientFrameSum(GradientProjection projection, GradientChain chain, GradientRequest plan) {
        this.projection = projection;
        this.chain = chain;
        this.port = projection.port();
        this.norm = projection.norm();
        this.size = plan.size();
        this.sum = new Lazy<>(() -> Tile.whole(FloatMatrix.zeros(plan.arena(), size.batch(), chain.outputs())));
        this.ofStep = Tile.whole(FloatMatrix.zeros(1, chain.outputs()));
        this.whole = ofStep.another();
    }

    /** Begins a window. */
    void open() {
        summed = false;
        added = false;
    }

    private FloatMatrix frame() {
        GradientInput input = projection.input();
        return input == null
                ? (FloatMatrix) Objects.requireNonNull(projection.forward().frame())
                : input.frame();
    }

    private FloatMatrix sums() {
        return sum.get().matrix();
    }

    /** Says that gradients of the currents come a few steps of some blocks at a time. */
    void openTiles() {
        summed = true;
        sums().fill(0);
    }

    /** Adds those of some steps, behind {@link #openTiles}; of the last steps first. */
    void add(StepViews<FloatMatrix> gradients, int steps, GradientTiles tiles) {
        for (int step = steps - 1; step >= 0; step--) {
            RowSum.add(tiles.inWhole(sums()), tiles.in(gradients.from(step)), size.batch());
        }
    }

    /** Says that gradients of the currents come summed over the steps, a block after the other. */
    void openSums() {
        summed = true;
        if (!takesSums()) {
            sum.get();
            return;
        }
        added = true;
        WeightGradients weights = chain.only();
        if (projection.learns() && weights != null) {
            weights.open(take(null).steps(true, true));
            chain.workers().run(weights);
        }
    }

    private WeightRows take(@Nullable FloatMatrix gradient) {
        return chain.takeFrame(frame(), projection.forward().source().frameVersion(), gradient);
    }

    /** Whether blocks of sums go into the weights' gradients at once; else something needs all of them. */
    private boolean takesSums() {
        return chain.takesBlocks()
                && !Objects.requireNonNull(projection.input()).wantsGradient();
    }

    /** Takes such a block. */
    void takeSums(Tile sums, int thread) {
        WeightGradients weights = chain.only();
        if (!takesSums()) {
            sums.copyTo(0, sums(), 0, size.batch());
        } else if (projection.learns() && weights != null) {
            weights.add(sums, 0, 1, thread);
        }
    }

    /** Takes gradients of some steps; when those of all are there, adds the gradients of the weights. */
    void addWeights(int first, int steps) {
        if (norm != null && norm.isFrame()) {
            if (first == 0) {
                norm.frameBack(sums());
            }
        } else if (!summed) {
            projection.backTo(first);
            sumUp(first, steps);
        }
        if (projection.learns() && first == 0 && !added) {
            if (chain.makesAgain()) {
                chain.again(frame(), 0, size.batch(), 0);
            }
            chain.toFirst(sums(), 0, size.batch(), 0, 0, false);
            take(sums());
            chain.addWeights(true, true);
        }
    }

    private void sumUp(int first, int count) {
        if (first + count == size.steps()) {
            sums().fill(0); // the last steps come first
        }
        for (int step = first + count - 1; step >= first; step--) {
            RowSum.add(sum.get(), ofStep.on(port.from(step)), size.batch());
        }
    }

    /** Takes the gradients back to the output of the first operator, when all steps were taken back. */
    void toFirst() {
        if (chain.readsMade()) {
            chain.again(frame(), 0, size.batch(), 0);
        }
        chain.toFirst(sums(), 0, size.batch(), 0, 0, true);
    }

    /** Writes the gradients of the frame, behind {@link #toFirst}. */
    void pull(Tile into) {
        if (chain.makesRows()) {
            chain.copyRows(0, size.batch(), into);
        } else {
            Signal source = chain.readsSource() ? frame() : null;
            chain.pull(0, source, chain.isOneOperator() ? sums() : chain.ofFirst(0), size.batch(), into, 0);
        }
    }

    /** Writes the gradients of the whole frame, when all steps were taken back. */
    void pullWhole(FloatMatrix into) {
        toFirst();
        pull(whole.on(into));
    }
}
