package dev.spikelane.kernel.product.spike;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import java.lang.foreign.Arena;

/**
 * A product so small that a variant which C2 has not compiled may compute it: one block of 200 rows of 784 inputs takes
 * up to half a second then, and this some 10 milliseconds (Zen 5, 2026-11). It has two of
 * everything that loops go over, since C2 leaves out what it has never seen.
 */
final class Rehearsal {

    private static final Rehearsal LEAST = new Rehearsal(4, 16, PackedWeights.BLOCK);
    private static final Rehearsal SMALL = new Rehearsal(20, 160, 2 * PackedWeights.BLOCK);

    /** For {@code permute}, which takes rows in sixteens and four of these at a time. */
    private static final Rehearsal MANY_ROWS = new Rehearsal(80, 32, PackedWeights.BLOCK);

    private static boolean loaded;

    private final SpikeMatrix spikes;
    private final PackedWeights weights;
    private final Tile current;

    private Rehearsal(int rows, int inputs, int outputs) {
        Arena arena = NativeMemory.ofAuto();
        spikes = SpikeMatrix.zeros(arena, rows, inputs);
        for (int i = 0; i < rows * inputs; i += 3) {
            spikes.set(i / inputs, i % inputs, true);
        }
        weights = PackedWeights.zeros(arena, inputs, outputs);
        current = Tile.whole(FloatMatrix.zeros(arena, rows, outputs));
    }

    /**
     * Runs all variants once, before C2 compiles any: the first use of some vectors loads classes, and the JVM throws
     * away what it has compiled for others then.
     */
    static synchronized void load(SpikeWorkspace workspace) {
        if (!loaded) {
            loaded = true;
            for (SpikeMatmul.Variant variant : SpikeMatmul.Variant.values()) {
                if (SpikeMatmul.fits(variant, LEAST.spikes.rows(), LEAST.weights.inputs())) {
                    LEAST.compute(variant, workspace);
                }
            }
        }
    }

    /** Computes it by another variant, and tells the stage; threads wait for each other, as they write to one place. */
    static synchronized void run(TunedStage stage, SpikeWorkspace workspace) {
        SpikeMatmul.Variant variant = SpikeMatmul.variant(stage.look);
        Rehearsal small = variant == SpikeMatmul.Variant.PERMUTE ? MANY_ROWS : SMALL;
        long start = stage.now();
        small.compute(variant, workspace);
        stage.rehearsed(start, small.cost(variant, stage.tuner.costs()));
    }

    private double cost(SpikeMatmul.Variant variant, SpikeCosts costs) {
        return weights.blocks() * costs.of(variant, spikes.rows(), weights.inputs(), weights.outputs(), spikes.count());
    }

    private void compute(SpikeMatmul.Variant variant, SpikeWorkspace workspace) {
        workspace.own.take(variant, spikes.count(), spikes, 0, spikes.rows(), weights);
        SpikeMatmul.compute(workspace.own, spikes, weights, current, workspace);
    }
}
