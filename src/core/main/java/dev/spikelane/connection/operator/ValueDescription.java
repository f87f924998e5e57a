package dev.spikelane.connection.operator;

import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The description of values: names in torch, and torch's layout.
 *
 * @param name the name within their owner, such as {@code weight}
 * @param shape torch's dimensions, each at least 1; empty for a single number
 */
public record ValueDescription(String name, List<Integer> shape, ElementType type, Role role) {

    /** The name of weights, and the prefix of the name of their scales. */
    public static final String WEIGHT = "weight";

    public static final String BIAS = "bias";

    public static final String SCALE = "_scale";

    public enum Role {
        /** A value of a projection that learns, if the connection has a gradient. */
        WEIGHT,
        PARAMETER,
        /** A value of a projection that never learns. */
        BUFFER
    }

    public ValueDescription {
        shape = List.copyOf(shape);
    }

    public static ValueDescription weight(String name, Integer... shape) {
        return new ValueDescription(name, List.of(shape), ElementType.FLOAT32, Role.WEIGHT);
    }

    public static List<ValueDescription> dense(int inputs, int outputs) {
        return List.of(weight(WEIGHT, outputs, inputs), weight(BIAS, outputs));
    }

    public static List<ValueDescription> dense(int inputs, int outputs, boolean biased) {
        return dense(inputs, outputs).subList(0, biased ? 2 : 1);
    }

    public static ValueDescription buffer(String name, Integer... shape) {
        return new ValueDescription(name, List.of(shape), ElementType.FLOAT32, Role.BUFFER);
    }

    public static ValueDescription count(String name) {
        return new ValueDescription(name, List.of(), ElementType.INT64, Role.BUFFER);
    }

    public static ValueDescription parameter(String name, int count) {
        return new ValueDescription(name, count == 1 ? List.of() : List.of(count), ElementType.FLOAT32, Role.PARAMETER);
    }

    /** Returns the rows as a matrix: the first of several dimensions. */
    public int rows() {
        return isMatrix() ? shape.getFirst() : 1;
    }

    /** Returns the columns as a matrix: the product of all dimensions but the first of several. */
    public int columns() {
        return columnsFrom(isMatrix() ? 1 : 0);
    }

    /** Returns true for several dimensions, as of weights; biases have one. */
    public boolean isMatrix() {
        return shape.size() > 1;
    }

    private int columnsFrom(int dimension) {
        int columns = 1;
        for (int i = dimension; i < shape.size(); i++) {
            columns = Math.multiplyExact(columns, shape.get(i));
        }
        return columns;
    }

    /**
     * Returns the elements of a matrix in the shape {@code [rows x columns]} of these values. Element order is equal in
     * all matrices whose columns are a product of last dimensions, so all of these are allowed; any other matrix is
     * returned itself.
     */
    public FloatMatrix matrix(FloatMatrix from) {
        boolean form = (long) from.rows() * from.columns() == (long) rows() * columns();
        if (!form || from.rows() == rows()) {
            return from;
        }
        for (int dimension = 0; dimension <= shape.size(); dimension++) {
            if (columnsFrom(dimension) == from.columns()) {
                return arranged(from);
            }
        }
        return from;
    }

    private FloatMatrix arranged(FloatMatrix from) {
        FloatMatrix arranged = FloatMatrix.zeros(rows(), columns());
        MemorySegment elements = MemorySegment.ofArray(from.toArray());
        long bytes = (long) columns() * Float.BYTES;
        for (int row = 0; row < rows(); row++) {
            MemorySegment.copy(elements, row * bytes, arranged.segment(), arranged.rowOffset(row), bytes);
        }
        return arranged;
    }
}
