package dev.spikelane.connection.operator;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Integer weights; read as floats, they are integers times their scales.
 *
 * @param in sets the integers, or throws and changes nothing
 * @param out returns the integers in torch's layout
 */
public record IntegerValues(ValueDescription description, Supplier<IntegerMatrix> out, Consumer<IntegerMatrix> in)
        implements Values {

    @Override
    public IntegerMatrix integers() {
        return out.get();
    }

    @Override
    public void read(FloatMatrix into) {
        into.requireShape("into", rows(), columns());
        into.copyFrom(out.get().widened());
    }

    @Override
    public void write(IntegerMatrix from) {
        in.accept(from);
    }

    @Override
    public void write(FloatMatrix from) {
        from.requireShape("values", rows(), columns());
        from.requireFinite("values");
        IntegerMatrix present = out.get();
        short[] items = new short[rows() * columns()];
        for (int row = 0; row < rows(); row++) {
            for (int column = 0; column < columns(); column++) {
                items[row * columns() + column] = (short) item(from, row, column, present);
            }
        }
        in.accept(IntegerMatrix.of(type(), rows(), columns(), items, present.scales()));
    }

    /** Returns the integer of a value; for a scale of 0, keeps the present one. */
    private int item(FloatMatrix from, int row, int column, IntegerMatrix present) {
        float value = from.get(row, column);
        float scale = present.scale(row);
        int item = scale == 0 ? present.item(row, column) : (int) Math.rint((double) value / scale);
        if (item > type().greatest() || item < type().least() || item * scale != value) {
            throw new IllegalArgumentException("values have " + value + " at row " + row + ", column " + column
                    + ", expected the scale " + scale + " times an integer of " + type()
                    + "; IntegerMatrix.nearest rounds, and brings scales that fit");
        }
        return item;
    }
}
