package dev.spikelane.connection.operator;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/** An operator with packed weights for each group of channels; one group without channels. */
public interface PackedOperator extends PlasticOperator<PackedWeights[]> {

    /** Returns the windows of each group, in the order of the packed weights; one place without maps. */
    Window[] reach();

    @Override
    default @Nullable String refusesRules() {
        return reach()[0].y().isUpright() ? null : ", which is transposed";
    }

    @Override
    default PackedWeights[] zeros(Arena arena) {
        PackedWeights[] like = synapses();
        PackedWeights[] made = new PackedWeights[like.length];
        for (int group = 0; group < made.length; group++) {
            made[group] = PackedWeights.zeros(arena, like[group].inputs(), like[group].outputs());
        }
        return made;
    }

    @Override
    default void fill(PackedWeights[] numbers, float value) {
        for (PackedWeights group : numbers) {
            for (int k = 0; k < group.inputs(); k++) {
                for (int output = 0; output < group.outputs(); output++) {
                    int row = output / PackedWeights.BLOCK * group.paddedInputs() + k;
                    group.packed().set(row, output % PackedWeights.BLOCK, value);
                }
            }
        }
    }
}
