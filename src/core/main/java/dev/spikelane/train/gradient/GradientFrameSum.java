package dev.spikelane.train.gradient;

import dev.spikelane.connection.operator.WeightGradients;
import dev.spikelane.connection.operator.WeightRows;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.StepViews;
import dev.spikelane.engine.signal.StoredCurrents;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Lazy;
import dev.spikelane.simd.Tile;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The backward pass of a projection whose rows are equal at all steps of a window. Current gradients are summed over
 * the steps, and pass through the operators once.
 */
final class GradientFrameSum {

    private final GradientProjection projection;
    private final GradientChain chain;
    private final StoredCurrents port;
    private final @Nullable GradientNorm norm;
    private final RunSize size;
    private final Lazy<Tile> sum;

    private final Tile ofStep;

    private final Tile whole;

    /** True if gradients arrive as sums over the steps. */
    private boolean summed;

    /** True if weight gradients use each block of these sums at once. */
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

    void openTiles() {
        summed = true;
        sums().fill(0);
    }

    /** Adds gradients of some steps, the last steps first. Called after {@link #openTiles}. */
    void add(StepViews<FloatMatrix> gradients, int steps, GradientTiles tiles) {
        for (int step = steps - 1; step >= 0; step--) {
            RowSum.add(tiles.inWhole(sums()), tiles.in(gradients.from(step)), size.batch());
        }
    }

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

    /** Returns true if weight gradients use blocks of sums at once; otherwise an operator needs all blocks. */
    private boolean takesSums() {
        return chain.takesBlocks()
                && !Objects.requireNonNull(projection.input()).wantsGradient();
    }

    void takeSums(Tile sums, int thread) {
        WeightGradients weights = chain.only();
        if (!takesSums()) {
            sums.copyTo(0, sums(), 0, size.batch());
        } else if (projection.learns() && weights != null) {
            weights.add(sums, 0, 1, thread);
        }
    }

    /** Adds gradients of some steps; after the first step, adds the gradients of the weights. */
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
            if (chain.keepsActivations()) {
                chain.again(frame(), 0, size.batch(), 0);
            }
            chain.toFirst(sums(), 0, size.batch(), 0, 0, null);
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

    void toFirst() {
        if (chain.readsActivations()) {
            chain.again(frame(), 0, size.batch(), 0);
        }
        chain.toFirst(sums(), 0, size.batch(), 0, 0, frame());
    }

    void pull(Tile into) {
        if (chain.makesRows()) {
            chain.copyRows(0, size.batch(), into);
        } else {
            chain.pull(0, chain.isOneOperator() ? sums() : chain.ofFirst(0), size.batch(), into, 0);
        }
    }

    void pullWhole(FloatMatrix into) {
        toFirst();
        pull(whole.on(into));
    }
}
