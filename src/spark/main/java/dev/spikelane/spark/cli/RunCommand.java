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
