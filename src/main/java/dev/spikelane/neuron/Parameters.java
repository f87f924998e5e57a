package dev.spikelane.neuron;

import dev.spikelane.connection.OneToOne;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.Parameter;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The parameters of a model by name, in order, and how other values make another model.
 *
 * @param <N> the model
 */
final class Parameters<N extends Neuron> {

    private final Map<String, Parameter> values = new LinkedHashMap<>();
    private final Map<String, Function<Parameter, N>> changes = new HashMap<>();

    /** Adds a parameter. */
    Parameters<N> and(String name, Parameter value, Function<Parameter, N> change) {
        values.put(name, value);
        changes.put(name, change);
        return this;
    }

    /** Adds the threshold of models that share {@link Firing}. */
    Parameters<N> and(Firing firing, Function<Firing, N> change) {
        return and("threshold", firing.threshold(), other -> change.apply(firing.withThreshold(other)));
    }

    /** Adds the weights of a recurrence from one to one; those of other connections are no parameters. */
    Parameters<N> and(Recurrence recurrence, Function<Recurrence, N> change) {
        return recurrence instanceof Recurrence.By(OneToOne(Parameter weights))
                ? and(Neuron.RECURRENT_WEIGHTS, weights, other -> change.apply(Recurrence.by(new OneToOne(other))))
                : this;
    }

    /** Those of a model. */
    static Parameters<?> of(Neuron neuron) {
        return switch (neuron) {
            case Alpha model -> model.named();
            case DeltaLeaky model -> model.named();
            case EquationNeuron model -> model.named();
            case HandLif model -> model.named();
            case Lapicque model -> model.named();
            case Leaky model -> model.named();
            case LeakyParallel model -> model.named();
            case Lif model -> model.named();
            case RLeaky model -> model.named();
            case RSynaptic model -> model.named();
            case SLstm model -> model.named();
            case SpikeList model -> model.named();
            case StateLeaky model -> model.named();
            case Synaptic model -> model.named();
        };
    }

    /** A neuron's value, where the neurons of another parameter may be more than those of this one. */
    static float valueOrLast(Parameter of, int neuron) {
        return of.value(Math.min(neuron, of.count() - 1));
    }

    Map<String, Parameter> values() {
        return Collections.unmodifiableMap(values);
    }

    /** The model with other values. */
    N with(String name, Parameter other) {
        Function<Parameter, N> change = changes.get(name);
        if (change == null) {
            throw new IllegalArgumentException(
                    "no parameter " + JsonValue.quoted(name) + ", expected one of " + values.keySet());
        }
        return change.apply(other);
    }
}
