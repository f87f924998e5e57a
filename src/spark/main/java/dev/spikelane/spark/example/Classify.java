package dev.spikelane.spark.example;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;

import dev.spikelane.spark.SpikelaneModel;
import java.io.IOException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Classifies rows and writes them with their predictions: {@code Classify MODEL INPUT OUTPUT}. */
public final class Classify {

    private Classify() {}

    /**
     * Runs the program.
     *
     * @param arguments a model file, Parquet or an IDX file of images, and the folder of Parquet to write
     * @throws IOException if an IDX file cannot be read
     */
    public static void main(String[] arguments) throws IOException {
        SpikelaneModel model = new SpikelaneModel().setInputCol("pixels").setIdCol("id"); // throws if Java is too old
        try (SparkSession spark = SparkSession.builder().appName("classify").getOrCreate()) {
            Dataset<Row> rows = Images.read(spark, arguments[1]);
            model.setModel(arguments[0]).transform(rows).write().parquet(arguments[2]);
            Dataset<Row> written = spark.read().parquet(arguments[2]);
            written.agg(
                            count(lit(1)).as("rows"),
                            avg(col("prediction.label").equalTo(col("label")).cast("double"))
                                    .as("accuracy"),
                            avg(col("prediction.synapticOperations")).as("operations"))
                    .show();
        }
    }
}
