package dev.spikelane.spark.cli;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;

import dev.spikelane.spark.SpikelaneModel;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;

/** Classifies the rows of a file and writes them with their predictions. */
record RunCommand(CommandOptions options) implements SparkCommand {

    static final String HELP = """
            Usage: ./spikelane spark run --model FILE --input PATH --output FOLDER [OPTION...]
            Classify the rows of Parquet files, or the images of an IDX file, on Spark.

              --model FILE        model file
              --input PATH        Parquet, local or in any file system that Hadoop knows; or *idx3-ubyte, or that with .gz
              --output FOLDER     Parquet: the rows, and their predictions; must not be there
              --master URL        local[2], spark://HOST:7077, yarn or k8s://...; default: local[*], or spark-submit's
              --input-col NAME    vectors, arrays, bytes or packed spikes; default: pixels
              --output-col NAME   the column of the predictions, none of the rows'; default: prediction
              --id-col NAME       int or long, by which rows get their random numbers; default: id, where there is one
              --label-col NAME    the right class, for the accuracy; default: label, where there is one
              --code CODE         frame, rate, latency, pieces or spikes; default: as the model was trained
              --steps N           time steps; default: as the model was trained
              --decoding NAME     count, first-spike, max-membrane, membrane or none; default: as the model was trained
              --seed N            seed of random numbers; default: 0
              --batch N           samples side by side in a task; default: 256
              --weights TYPE      float, stored, int8 or int16; default: float
              --early N           decide labels at a lead of N spikes; default: run all steps
              --invalid WORD      error, skip or keep rows that are no sample; default: error

            spark-submit takes the same options behind --class dev.spikelane.spark.cli.Main and the jar.
            """;

    @Override
    public void call(PrintStream out) throws IOException {
        String output = options.required("--output");
        SpikelaneModel model = model();
        try (SparkSession spark = SparkCommand.session(options)) {
            model.setModel(options.required("--model"));
            Dataset<Row> rows = CommandRows.read(spark, options.required("--input"));
            List<String> columns = List.of(rows.columns());
            options.text("--id-col").or(() -> present(columns, "id")).ifPresent(model::setIdCol);
            Dataset<Row> predicted = model.transform(rows);
            model.notices().forEach(notice -> out.println("Note     " + SparkCommand.inOptions(notice)));
            long start = System.nanoTime();
            predicted.write().parquet(output);
            double seconds = (System.nanoTime() - start) / 1e9;
            say(spark.read().parquet(output), columns, seconds, out);
            out.println("Wrote    " + output);
        }
    }

    private static Optional<String> present(List<String> columns, String name) {
        return Optional.of(name).filter(columns::contains);
    }

    private String outputCol() {
        return options.text("--output-col").orElse("prediction");
    }

    private SpikelaneModel model() {
        SpikelaneModel model = new SpikelaneModel()
                .setInputCol(options.text("--input-col").orElse("pixels"))
                .setOutputCol(outputCol());
        options.text("--code").ifPresent(model::setCode);
        options.integer("--steps").ifPresent(model::setSteps);
        options.text("--decoding").ifPresent(model::setDecoding);
        options.number("--seed", Long::valueOf).ifPresent(model::setSeed);
        options.integer("--batch").ifPresent(model::setBatchSize);
        options.text("--weights").ifPresent(model::setWeights);
        options.integer("--early").ifPresent(model::setEarlyMargin);
        options.text("--invalid").ifPresent(model::setHandleInvalid);
        return model;
    }

    private Column prediction(String field) {
        return col(outputCol()).getField(field);
    }

    private void say(Dataset<Row> written, List<String> columns, double seconds, PrintStream out) {
        Row totals = written.agg(
                        count(lit(1)),
                        count(col(outputCol())),
                        avg(prediction("synapticOperations")),
                        avg(prediction("steps")))
                .first();
        out.printf(
                Locale.ROOT,
                "Rows     %,d in %.1f s, %,.0f a second, Spark's tasks included%n",
                totals.getLong(0),
                seconds,
                totals.getLong(0) / seconds);
        if (totals.getLong(1) < totals.getLong(0)) {
            out.printf(Locale.ROOT, "Invalid  %,d rows have no prediction%n", totals.getLong(0) - totals.getLong(1));
        }
        if (totals.getLong(1) > 0) {
            out.printf(
                    Locale.ROOT,
                    "Work     %,.0f synaptic operations and %.1f steps a row%n",
                    totals.getDouble(2),
                    totals.getDouble(3));
        }
        options.text("--label-col").or(() -> present(columns, "label")).ifPresent(label -> {
            if (written.schema().apply(label).dataType() instanceof NumericType) {
                Row right = written.agg(
                                avg(prediction("label").equalTo(col(label)).cast(DataTypes.DoubleType)))
                        .first();
                if (!right.isNullAt(0)) {
                    out.printf(Locale.ROOT, "Accuracy %.2f %%%n", 100 * right.getDouble(0));
                }
            }
        });
    }
}
