package dev.spikelane.connection.kind;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Negate;
import dev.spikelane.connection.operator.InputGradient;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.connection.operator.WeightGradients;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.Tile;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Values with the other sign. */
final class NegateKind extends ConnectionKind<Negate> {

    NegateKind() {
        super(Negate.class, "negate");
    }

    @Override
    public Operator bind(Arena arena, Negate declared, Shape rows, Parameter spikeValue) {
        return new Negation(rows.size(), spikeValue.values());
    }

    @Override
    public Connection read(JsonValue declared, StoredValues values) throws IOException {
        requireOptions(declared, Set.of());
        return new Negate();
    }

    /** Both ways: a gradient has the other sign, too, and there is nothing to learn. */
    private static final class Negation implements Operator.OnTile, InputGradient {

        /** An input of a row. */
        private interface Input {
            float of(int row, int column);
        }

        private final float[] spikeValue;

        Negation(int inputs, float... spikeValue) {
            this.spikeValue = new float[inputs];
            setSpikeValue(spikeValue);
        }

        @Override
        public int inputs() {
            return spikeValue.length;
        }

        @Override
        public int outputs() {
            return spikeValue.length;
        }

        private void negate(Input input, int rows, Tile into) {
            for (int row = 0; row < rows; row++) {
                for (int i = into.firstColumn(); i < into.endBlock() * FloatMatrix.ROW_MULTIPLE; i++) {
                    float value = i < outputs() ? -input.of(row, i) : 0; // pads stay zero
                    Elements.set(into.matrix(), row, i - into.origin(), value);
                }
            }
        }

        @Override
        public void multiply(SpikeMatrix spikes, int rows, Tile current, Scratch scratch) {
            negate((row, i) -> spikes.get(row, i) ? spikeValue[i] : 0, rows, current);
        }

        @Override
        public void multiply(FloatMatrix input, int rows, Tile current, Scratch scratch) {
            negate(input::get, rows, current);
        }

        @Override
        public void apply(Tile current, int rows) {
            negate((row, i) -> current.matrix().get(row, i - current.origin()), rows, current);
        }

        @Override
        public void pull(FloatMatrix gradient, int rows, Tile into) {
            negate(gradient::get, rows, into);
        }

        @Override
        public InputGradient inputGradient(Arena arena) {
            return this;
        }

        @Override
        public @Nullable WeightGradients weightGradients(Arena arena, int threads) {
            return null;
        }

        @Override
        public Operator copy(Arena arena) {
            return new Negation(inputs(), spikeValue);
        }

        @Override
        public void setSpikeValue(float[] values) {
            for (int i = 0; i < spikeValue.length; i++) {
                spikeValue[i] = values[values.length == 1 ? 0 : i];
            }
        }

        @Override
        public String toString() {
            return "negate " + outputs();
        }
    }
}
