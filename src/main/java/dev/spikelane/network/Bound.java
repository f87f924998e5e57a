package dev.spikelane.network;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.Parameter;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.RSynaptic;
import dev.spikelane.neuron.Recurrence;
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

    /** The model with parameters of single neurons, and weights between them, in the order of the rows. */
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
        return switch (arranged) {
            case RLeaky model -> new RLeaky(model.beta(), inside(shape, model.recurrence()), model.firing());
            case RSynaptic model ->
                new RSynaptic(model.alpha(), model.beta(), inside(shape, model.recurrence()), model.firing());
            case LeakyParallel model ->
                new LeakyParallel(
                        inside(shape, model.recurrence()),
                        model.bias(),
                        model.threshold(),
                        model.gradedSpikesFactor(),
                        model.dropout(),
                        model.seed());
            default -> arranged;
        };
    }

    private static Recurrence inside(Shape shape, Recurrence recurrence) {
        int size = shape.size();
        if (!(recurrence instanceof Recurrence.AllToAll all)
                || all.weights().columns() != size
                || all.weights().rows() != size) {
            return recurrence; // binding refuses another number of neurons
        }
        FloatMatrix arranged = FloatMatrix.zeros(size, size);
        FloatMatrix bias = FloatMatrix.zeros(1, size);
        for (int output = 0; output < size; output++) {
            bias.set(0, output, all.bias().get(0, shape.torch(output)));
            for (int input = 0; input < size; input++) {
                arranged.set(output, input, all.weights().get(shape.torch(output), shape.torch(input)));
            }
        }
        return Recurrence.allToAll(arranged, bias);
    }
}
