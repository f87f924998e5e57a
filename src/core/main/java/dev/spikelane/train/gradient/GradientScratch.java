package dev.spikelane.train.gradient;

import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.StepViews;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Lazy;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;

/** The memory of a thread for a tile's backward pass through a segment. */
final class GradientScratch {

    final NeuronBackward.Step step = new NeuronBackward.Step();
    final StepViews<FloatMatrix> ofSpikes;

    /** Gradients of each variable from outside the population. */
    final StepViews<FloatMatrix>[] ofVariables;

    /** Rows to be added to these gradients. */
    final StepViews<FloatMatrix> added;

    final FloatMatrix distance;
    final GradientTiles tiles;
    /** The caller's gradients of all neurons. */
    final Tile given;
    /** Current gradients of a few steps, if they are not needed later. */
    private final Lazy<StepViews<FloatMatrix>> ofCurrents;

    /** Variables before each step of the segment and after the last, one below the other. */
    final FloatMatrix[] past;

    @SuppressWarnings("unchecked") // an array of generics
    GradientScratch(Arena arena, RunSize size, Tile tile, boolean spikes, boolean[] variables, boolean adds, int kept) {
        int columns = tile.matrix().columns();
        int batch = size.batch();
        int rows = size.turn() * batch;
        this.ofVariables = (StepViews<FloatMatrix>[]) new StepViews<?>[variables.length];
        for (int i = 0; i < variables.length; i++) {
            ofVariables[i] = new StepViews<>(
                    FloatMatrix.zeros(arena, variables[i] ? rows : batch, variables[i] ? columns : 1), batch);
        }
        this.ofSpikes = new StepViews<>(FloatMatrix.zeros(arena, spikes ? rows : batch, spikes ? columns : 1), batch);
        this.added = new StepViews<>(FloatMatrix.zeros(arena, adds ? rows : batch, adds ? columns : 1), batch);
        this.distance = tile.matrix();
        this.ofCurrents = new Lazy<>(() -> new StepViews<>(FloatMatrix.zeros(arena, rows, columns), batch));
        this.tiles = new GradientTiles(tile);
        this.given = Tile.whole(FloatMatrix.zeros(arena, 1, 1));
        this.past = new FloatMatrix[kept];
        for (int i = 0; i < kept; i++) {
            past[i] = FloatMatrix.zeros(arena, (size.segment() + 1) * batch, columns);
        }
    }

    /** Returns current gradients of a few steps. The first call allocates, before threads share the work. */
    StepViews<FloatMatrix> ofCurrents() {
        return ofCurrents.get();
    }
}
