package dev.spikelane.network;

import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.Parameter;
import java.lang.foreign.Arena;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * A population laid out, with the parameters that it has now.
 *
 * @param population as it was declared
 * @param neuron the model with its present parameters, in torch's order
 * @param inside the same with parameters in the order of the rows
 * @param neurons the neurons, which take feedback where projections enter that port
 */
record Bound(Population population, Neuron neuron, Neuron inside, NeuronGroup neurons) {

    static Bound of(Arena arena, Population population, Neuron neuron, boolean fed) {
        Neuron inside = inside(population.shape(), neuron);
        return new Bound(population, neuron, inside, bind(arena, inside, population, fed));
    }

    private static NeuronGroup bind(Arena arena, Neuron inside, Population population, boolean fed) {
        int currents = population.size() * inside.gates();
        return fed ? inside.bindPorts(arena, currents) : inside.bind(arena, currents);
    }

    /** Neurons that go through the same step without its reset. */
    NeuronGroup beforeReset(Arena arena) {
        return bind(arena, inside.beforeReset(), population, neurons.takesFeedback());
    }

    /** The names of the parameters; the weights of a recurrence that is a projection are that projection's. */
    Set<String> parameters() {
        Set<String> names = new LinkedHashSet<>(neuron.parameters().keySet());
        if (neurons.takesFeedback()) {
            names.remove(Neuron.RECURRENT_WEIGHTS);
        }
        return names;
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
