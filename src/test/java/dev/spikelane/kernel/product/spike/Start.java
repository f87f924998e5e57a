package dev.spikelane.kernel.product.spike;

import dev.spikelane.kernel.product.integer.IntegerMatmul;
import dev.spikelane.memory.ElementType;

/** What constants choose before anything is learned. */
public final class Start {

    private static TunedStage last = new TunedStage(new Tuner(() -> 0, () -> 0, SpikeCosts.inUse()), 1);

    private Start() {}

    public static SpikeMatmul.Variant choose(SpikeCosts costs, int rows, int inputs, int outputs, long active) {
        TunedStage stage = stage(costs);
        SpikeMatmul.describe(stage, rows, inputs, outputs, active, 1);
        return SpikeMatmul.variant(stage.tuner.peek(stage));
    }

    public static IntegerMatmul.Variant choose(SpikeCosts costs, ElementType type, int rows, int inputs, long active) {
        TunedStage stage = stage(costs);
        IntegerMatmul.describe(stage, type, rows, inputs, 1_000, active, 1);
        return IntegerMatmul.Variant.values()[stage.tuner.peek(stage)];
    }

    /** Each test asks for one set of constants at a time, and often. */
    private static TunedStage stage(SpikeCosts costs) {
        if (last.tuner.costs() != costs) {
            last = new TunedStage(new Tuner(() -> 0, () -> 0, costs), 1);
        }
        return last;
    }
}
