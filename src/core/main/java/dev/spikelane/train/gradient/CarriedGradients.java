package dev.spikelane.train.gradient;

import dev.spikelane.engine.signal.StepViews;
import dev.spikelane.engine.signal.TorchRows;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.simd.Lazy;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gradients that a population carries from step to step and to the state before the window: of its variables, and of
 * spikes that neurons feed back to themselves.
 */
final class CarriedGradients {

    private final Arena arena;
    private final int batch;
    private final Shape shape;
    private @Nullable FloatMatrix all;
    private final FloatMatrix[] ofVariables;
    private final List<TorchRows<FloatMatrix>> inTorch = new ArrayList<>();
    private final boolean feedsSpikes;
    private final FloatMatrix ofSpikes;
    private final TorchRows<FloatMatrix> ofSpikesInTorch;
    private final Lazy<StepViews<FloatMatrix>> ofPrevious = new Lazy<>(this::step);

    private final Lazy<StepViews<FloatMatrix>> addedOfPrevious = new Lazy<>(this::step);
    private final Lazy<GradientTiles> wholeOfPrevious =
            new Lazy<>(() -> new GradientTiles(Tile.whole(ofPrevious.get().all())));

    CarriedGradients(Arena arena, int batch, Shape shape, int variables, boolean feedsSpikes) {
        this.arena = arena;
        this.batch = batch;
        this.shape = shape;
        this.ofVariables = new FloatMatrix[variables];
        for (int i = 0; i < variables; i++) {
            inTorch.add(new TorchRows<>(shape, arena));
        }
        this.feedsSpikes = feedsSpikes;
        this.ofSpikes = feedsSpikes ? rows(batch) : FloatMatrix.zeros(arena, 1, 1);
        this.ofSpikesInTorch = new TorchRows<>(shape, arena);
    }

    private FloatMatrix rows(int count) {
        return FloatMatrix.zeros(arena, count, shape.size());
    }

    private StepViews<FloatMatrix> step() {
        return new StepViews<>(rows(batch), batch);
    }

    FloatMatrix all() {
        FloatMatrix made = all;
        if (made == null) {
            made = rows(ofVariables.length * batch);
            for (int i = 0; i < ofVariables.length; i++) {
                ofVariables[i] = made.rows(i * batch, batch);
            }
            all = made;
        }
        return made;
    }

    FloatMatrix of(int variable) {
        all();
        return ofVariables[variable];
    }

    /** Returns the gradients before the window in torch's order, valid after the backward pass. */
    FloatMatrix inTorch(int variable) {
        return inTorch.get(variable).show(of(variable), batch);
    }

    /** Returns the gradients of the spike values that the next step feeds back. */
    FloatMatrix ofSpikes() {
        return ofSpikes;
    }

    /** Returns the gradients before the window in torch's order, valid after the backward pass. */
    FloatMatrix ofPreviousSpikes(OutputGradients ofWindow) {
        FloatMatrix sum = ofSpikes;
        if (!feedsSpikes) {
            ofWindow.open(-1, 1);
            ofWindow.gather(0, 1, ofPrevious.get(), addedOfPrevious.get(), wholeOfPrevious.get());
            sum = ofPrevious.get().all();
        }
        return ofSpikesInTorch.show(sum, batch);
    }
}
