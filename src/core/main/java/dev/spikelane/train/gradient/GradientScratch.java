package dev.spikelane.train.gradient;

import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.StepViews;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Lazy;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;

/** The memory in which a thread takes a tile of a population back through a segment. */
final class GradientScratch {

    final NeuronBackward.Step step = new NeuronBackward.Step();
    /** Gradients of the spikes. */
    final StepViews<FloatMatrix> ofSpikes;

    /** Gradients of a variable from elsewhere. */
    final StepViews<FloatMatrix>[] ofVariables;

    /** Rows that are added to these. */
    final StepViews<FloatMatrix> added;

    final FloatMatrix distance;
    final GradientTiles tiles;
    /** Gradients that were given, of all neurons. */
    final Tile given;
    /** Gradients of the currents of a turn, where nobody needs them later. */
    private final Lazy<StepViews<FloatMatrix>> ofCurrents;

    /** The variables before each step of the segment and after the last, one below the other. */
    final FloatMatrix[] past;

    /**
     * Makes room.
     *
     * @param tile room for a batch of the neurons that a thread takes back at a time
     * @param variables variables of which something comes from elsewhere and must be summed up
     * @param adds whether gradients come from several places
     * @param kept variables that are computed again
     */
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

    /** Gradients of the currents of a turn; made at the first call, which must come before threads share the work. */
    StepViews<FloatMatrix> ofCurrents() {
        return ofCurrents.get();
    }
}
