package dev.spikelane.spark;

import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/** The type of a column of samples. */
enum InputKind {
    /** A vector of Spark ML, dense or sparse. */
    VECTOR,
    /** An array of floats or doubles. */
    ARRAY,
    /** Binary, an unsigned byte for each value. */
    BYTES,
    /** Binary, a bit for each step and neuron. Each step begins with the lowest bit of a new byte. */
    SPIKES;

    /** The code of input that is encoded already. */
    static final String SPIKES_CODE = "spikes";

    /**
     * Returns the type of a column.
     *
     * @throws IllegalArgumentException if the column has an unsupported type, or is not binary for the code
     *     {@code spikes}
     */
    static InputKind of(StructField column, String code) {
        DataType type = column.dataType();
        boolean isBinary = type.equals(DataTypes.BinaryType);
        if (code.equals(SPIKES_CODE) && !isBinary) {
            throw new IllegalArgumentException("column '" + column.name() + "' is " + type.simpleString()
                    + ", expected binary, which holds packed spikes");
        }
        if (isBinary) {
            return code.equals(SPIKES_CODE) ? SPIKES : BYTES;
        }
        if (type.equals(SQLDataTypes.VectorType())) {
            return VECTOR;
        }
        if (type instanceof ArrayType array
                && (array.elementType().equals(DataTypes.FloatType)
                        || array.elementType().equals(DataTypes.DoubleType))) {
            return ARRAY;
        }
        throw new IllegalArgumentException("column '" + column.name() + "' is " + type.simpleString()
                + ", expected a vector, array<float>, array<double> or binary");
    }
}
