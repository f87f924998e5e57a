package dev.spikelane.spark;

import java.util.List;
import java.util.Optional;
import org.apache.spark.ml.param.FloatParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Checks parameters and columns on the driver before a job. */
final class DriverChecks {

    private DriverChecks() {}

    static StructField column(StructType rows, String name, String setter) {
        if (!List.of(rows.fieldNames()).contains(name)) {
            throw new IllegalArgumentException("there is no column '" + name + "', found " + List.of(rows.fieldNames())
                    + "; " + setter + " chooses one");
        }
        return rows.apply(name);
    }

    static StructField integers(StructType rows, String name, String setter, String advice) {
        StructField column = column(rows, name, setter);
        if (!column.dataType().equals(DataTypes.IntegerType)
                && !column.dataType().equals(DataTypes.LongType)) {
            throw wrongType(column, "int or long" + advice);
        }
        return column;
    }

    static IllegalArgumentException wrongType(StructField column, String expected) {
        return new IllegalArgumentException(
                "column '" + column.name() + "' is " + column.dataType().simpleString() + ", expected " + expected);
    }

    static int number(Params of, IntParam param, int least, int most) {
        int value = (Integer) of.getOrDefault(param);
        if (value < least || value > most) {
            throw new IllegalArgumentException(param.name() + " is " + value + ", expected "
                    + (most == Integer.MAX_VALUE ? "at least " + least : least + " to " + most));
        }
        return value;
    }

    static String word(Params of, Param<String> param, List<String> words) {
        String value = of.getOrDefault(param);
        if (!words.contains(value)) {
            throw new IllegalArgumentException(param.name() + " is '" + value + "', expected one of " + words);
        }
        return value;
    }

    static float positive(Params of, FloatParam param) {
        float value = (Float) of.getOrDefault(param);
        if (!(value > 0 && value < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(param.name() + " is " + value + ", expected a positive number");
        }
        return value;
    }

    /** Returns the value or the default; empty without both. */
    @SuppressWarnings("unchecked") // Spark's numeric parameters are parameters of Object in Java
    static <T> Optional<T> declared(Params of, Param<?> param) {
        return of.isDefined(param) ? Optional.of((T) of.getOrDefault(param)) : Optional.empty();
    }
}
