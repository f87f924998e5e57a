package dev.spikelane.engine;

import dev.spikelane.connection.operator.Values;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/** Several values that change together, or not at all; parameters of one population are checked together. */
public final class ValuesChange {

    /** The actions that undo the changes, the last change first. */
    private final Deque<Runnable> back = new ArrayDeque<>();

    private final Map<Integer, Map<String, Parameter>> parameters = new LinkedHashMap<>();

    private ValuesChange() {}

    /**
     * Copies values into a network.
     *
     * <p>After an exception of any kind nothing has changed.
     *
     * @throws IllegalArgumentException if a value does not fit or is not allowed
     * @throws IllegalStateException if an arena is closed
     */
    public static void apply(Map<Values, FloatMatrix> all) {
        ValuesChange change = new ValuesChange();
        try {
            all.forEach(change::write);
            for (Values each : all.keySet()) {
                if (each instanceof PopulationValues own) {
                    change.rebind(own);
                }
            }
        } catch (RuntimeException | Error failure) { // an arena may be closed, or memory may be short
            change.back.forEach(Runnable::run);
            throw failure;
        }
    }

    private void write(Values values, FloatMatrix from) {
        if (values instanceof PopulationValues own) {
            parameters
                    .computeIfAbsent(own.population(), _ -> new LinkedHashMap<>())
                    .put(own.name(), own.checked(from));
            return;
        }
        Runnable undo = values.undo();
        values.write(from);
        back.push(undo);
    }

    private void rebind(PopulationValues own) {
        Map<String, Parameter> together = parameters.remove(own.population());
        if (together != null) {
            back.push(own.rebind(together));
        }
    }
}
