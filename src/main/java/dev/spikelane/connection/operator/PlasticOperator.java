package dev.spikelane.connection.operator;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.simd.Window;

/** An operator whose weights a rule may change where they stand; {@link #update} takes notice of it. */
public interface PlasticOperator extends Operator {

    /**
     * Returns the weights.
     *
     * @return those of each group of channels; one group where there are no channels
     */
    PackedWeights[] synapses();

    /**
     * Returns which inputs the weights of each group meet: those of the windows' places and channels are inputs of the
     * packed weights, in this order.
     *
     * @return windows of each group; one of one place where there are no maps
     */
    Window[] reach();

    /**
     * Shows other numbers of the same synapses as values, which may be infinite: a rule may make them so.
     *
     * @param name their name
     * @param groups packed as {@link #synapses}
     * @return the values, in torch's layout of the weights
     */
    Values like(String name, PackedWeights[] groups);
}
