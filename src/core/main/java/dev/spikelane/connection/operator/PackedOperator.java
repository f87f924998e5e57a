package dev.spikelane.connection.operator;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/** One whose weights are packed: those of each group of channels, one group where there are no channels. */
public interface PackedOperator extends PlasticOperator<PackedWeights[]> {

    /**
     * Returns which inputs the weights of each group meet: those of the windows' places and channels are inputs of the
     * packed weights, in this order.
     *
     * @return windows of each group; one of one place where there are no maps
     */
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
