package dev.spikelane.network;

import dev.spikelane.kernel.step.LeakySums;
import dev.spikelane.kernel.step.Reversible;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.Parameter;
import dev.spikelane.neuron.gradient.NeuronGradient;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A population laid out, with the parameters that it has now. */
final class Bound {

    private final Population population;
    private final NeuronGroup neurons;
    private Neuron neuron;
    private Neuron inside;
    /** Parameters that were changed in place. */
    private final Map<String, Changed> changed = new LinkedHashMap<>();

    /** Whether the models have other values than the neurons. */
    private boolean stale;

    /**
     * A parameter that the neurons have as a row.
     *
     * @param values in the order of the rows
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Changed(LeakySums row, float[] values) {}

    private Bound(Population population, Neuron neuron, Neuron inside, NeuronGroup neurons) {
        this.population = population;
        this.neuron = neuron;
        this.inside = inside;
        this.neurons = neurons;
    }

    static Bound of(Arena arena, Population population, Neuron neuron, boolean fed) {
        Neuron inside = inside(population.shape(), neuron);
        return new Bound(population, neuron, inside, bind(arena, inside, population, fed));
    }

    private static NeuronGroup bind(Arena arena, Neuron inside, Population population, boolean fed) {
        int currents = population.size() * inside.gates();
        return fed ? inside.bindPorts(arena, currents) : inside.bind(arena, currents);
    }

    /** The neurons, which take feedback where projections enter that port. */
    NeuronGroup neurons() {
        return neurons;
    }

    /** The model with its present parameters, in torch's order. */
    synchronized Neuron neuron() {
        renew();
        return neuron;
    }

    /** The same with parameters in the order of the rows. */
    synchronized Neuron inside() {
        renew();
        return inside;
    }

    /** Neurons that go through the same step without its reset. */
    NeuronGroup beforeReset(Arena arena) {
        return bind(arena, inside().beforeReset(), population, neurons.takesFeedback());
    }

    /** The names of the parameters; the weights of a recurrence that is a projection are that projection's. */
    Set<String> parameters() {
        Set<String> names = new LinkedHashSet<>(neuron().parameters().keySet());
        if (neurons.takesFeedback()) {
            names.remove(Neuron.RECURRENT_WEIGHTS);
        }
        return names;
    }

    /**
     * Gives the neurons other values of a parameter, in place. The models follow when somebody asks for them.
     *
     * @param values finite, in torch's order, as many as there are now
     * @return whether it was done; the neurons may have the parameter in another form
     */
    synchronized boolean set(String name, FloatMatrix values) {
        Changed known = changed.get(name);
        if (known == null) {
            known = changeable(name);
        }
        if (known == null || known.values.length != values.columns()) {
            return false;
        }
        boolean finite = true;
        for (int i = 0; i < values.columns(); i++) {
            finite &= Float.isFinite(values.get(0, i));
        }
        if (!finite) {
            return false;
        }
        for (int i = 0; i < values.columns(); i++) {
            known.values[i] = values.get(0, torch(i, values.columns()));
        }
        ((Reversible) neurons).gradientParameters().set(known.row, known.values);
        changed.putIfAbsent(name, known);
        stale = true;
        return true;
    }

    private @Nullable Changed changeable(String name) {
        LeakySums row = neurons instanceof Reversible ? NeuronGradient.row(neuron, name) : null;
        return row == null
                ? null
                : new Changed(
                        row,
                        Objects.requireNonNull(inside.parameters().get(name)).values());
    }

    /** Copies the values that a parameter has now, in the order of the rows. */
    synchronized void read(String name, float[] into) {
        Changed known = changed.get(name);
        float[] values = known == null
                ? Objects.requireNonNull(inside.parameters().get(name)).values()
                : known.values;
        System.arraycopy(values, 0, into, 0, into.length);
    }

    private int torch(int row, int count) {
        return count == population.size() && population.shape().reordered()
                ? population.shape().torch(row)
                : row;
    }

    /** Gives the models the values that the neurons have. */
    private void renew() {
        if (!stale) {
            return;
        }
        changed.forEach((name, now) -> {
            float[] values = new float[now.values.length];
            for (int i = 0; i < values.length; i++) {
                values[torch(i, values.length)] = now.values[i];
            }
            neuron = neuron.withParameter(name, Parameter.of(values));
        });
        inside = inside(population.shape(), neuron);
        stale = false;
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
