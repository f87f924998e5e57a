package dev.spikelane.neuron;

import dev.spikelane.connection.OneToOne;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.Parameter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a model by name, and the model with other parameters. They are the parameters among the components
 * of its record, in order, with the threshold of {@link ThresholdAndReset} and the weights of a one-to-one recurrence.
 * Weights of other connections are no parameters.
 */
final class Parameters {

    private Parameters() {}

    static Map<String, Parameter> of(Record model) {
        Map<String, Parameter> found = new LinkedHashMap<>();
        replace(model, found, Map.of());
        return Collections.unmodifiableMap(found);
    }

    /** A model with other values of some parameters, which its constructor judges together. */
    @SuppressWarnings("unchecked") // the constructor of its class
    static <R extends Record> R with(R model, Map<String, Parameter> others) {
        requireKnown(others, of(model).keySet());
        return (R) replace(model, new LinkedHashMap<>(), others);
    }

    static Map<String, Parameter> one(String name, Parameter values) {
        return Map.of(Objects.requireNonNull(name, "name"), Objects.requireNonNull(values, "values"));
    }

    static void requireKnown(Map<String, Parameter> values, Collection<String> known) {
        for (String name : Objects.requireNonNull(values, "values").keySet()) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        "no parameter " + JsonValue.quoted(name) + ", expected one of " + known);
            }
        }
    }

    private static Record replace(Record model, Map<String, Parameter> found, Map<String, Parameter> others) {
        RecordComponent[] parts = model.getClass().getRecordComponents();
        @Nullable Object[] values = new Object[parts.length];
        try {
            for (int i = 0; i < parts.length; i++) {
                String name = parts[i].getName();
                values[i] = switch (parts[i].getAccessor().invoke(model)) {
                    case Parameter own -> other(name, own, found, others);
                    case ThresholdAndReset own -> own.withThreshold(other("threshold", own.threshold(), found, others));
                    case Recurrence.By(OneToOne(Parameter own)) ->
                        Recurrence.by(new OneToOne(other(Neuron.RECURRENT_WEIGHTS, own, found, others)));
                    case Object same -> same;
                };
            }
            Class<?>[] types =
                    Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Constructor<?> constructor = model.getClass().getDeclaredConstructor(types);
            return (Record) constructor.newInstance(values);
        } catch (InvocationTargetException refused) {
            throw refused.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(refused);
        } catch (ReflectiveOperationException never) {
            throw new IllegalStateException("records have these components", never);
        }
    }

    private static Parameter other(
            String name, Parameter own, Map<String, Parameter> found, Map<String, Parameter> others) {
        found.put(name, own);
        return others.getOrDefault(name, own);
    }

    /** Returns a neuron's value, or the last value if this parameter has fewer neurons than another. */
    static float valueOrLast(Parameter of, int neuron) {
        return of.value(Math.min(neuron, of.count() - 1));
    }
}
