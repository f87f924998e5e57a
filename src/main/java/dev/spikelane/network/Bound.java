package dev.spikelane.network;

import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.Parameter;
import java.lang.foreign.Arena;
import java.util.Map;

/**
 * A population laid out, with the parameters that it has now.
 *
 * @param population as it was declared
 * @param neuron the model with its present parameters, in torch's order
 * @param inside the same with parameters in the order of the rows
 * @param neurons the neurons
 */
record Bound(Population population, Neuron neuron, Neuron inside, NeuronGroup neurons) {

    static Bound of(Arena arena, Population population, Neuron neuron) {
        Neuron inside = inside(population.shape(), neuron);
        return new Bound(population, neuron, inside, inside.bind(arena, population.size() * neuron.gates()));
    }

    /** The model with parameters of single neurons in the order of the rows. */
    private static Neuron inside(Shape shape, Neuron neuron) {
        if (!shape.reordered()) {
            return neuron;
        }
        Neuron arranged = neuron;
        for (Map.Entry<String, Parameter> each : neuron.parameters().entrySet()) {
            Parameter values = each.getValue();
            if (values.count() == shape.size()) {
                float[] rows = new float[shape.size()];
                for (int i = 0; i < rows.length; i++) {
                    rows[i] = values.value(shape.torch(i));
                }
                arranged = arranged.withParameter(each.getKey(), Parameter.of(rows));
            }
        }
        return arranged;
    }
}
