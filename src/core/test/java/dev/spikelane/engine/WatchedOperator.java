package dev.spikelane.engine;

import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.fixture.ForwardingOperator;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.util.List;

/** Reports to a test when values are written to copies of an operator, and when copies receive spike values. */
record WatchedOperator(Operator operator, Hooks hooks, boolean isCopy) implements ForwardingOperator {

    /** Called before the operator's method. */
    interface Hooks {
        default void written() {}

        default void setSpikeValue() {}
    }

    @Override
    public List<Values> values() {
        return operator.values().stream().<Values>map(WatchedValues::new).toList();
    }

    @Override
    public Operator copy(Arena arena) {
        return new WatchedOperator(operator.copy(arena), hooks, true);
    }

    @Override
    public void setSpikeValue(float[] values) {
        if (isCopy) {
            hooks.setSpikeValue();
        }
        operator.setSpikeValue(values);
    }

    private final class WatchedValues implements Values {

        private final Values values;

        WatchedValues(Values values) {
            this.values = values;
        }

        @Override
        public ValueDescription description() {
            return values.description();
        }

        @Override
        public void read(FloatMatrix into) {
            values.read(into);
        }

        @Override
        public void write(FloatMatrix from) {
            if (isCopy) {
                hooks.written();
            }
            values.write(from);
        }
    }
}
