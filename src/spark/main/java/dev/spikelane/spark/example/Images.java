package dev.spikelane.spark.example;

import dev.spikelane.io.Idx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Reads Parquet, or an IDX file of images: id, pixels and, if a file of labels is beside it, label. */
final class Images {

    private static final StructType IMAGES =
            new StructType().add("id", DataTypes.LongType).add("pixels", DataTypes.BinaryType);

    private Images() {}

    static Dataset<Row> read(SparkSession spark, String input) throws IOException {
        return input.contains("idx3-ubyte")
                ? images(spark, Path.of(input))
                : spark.read().parquet(input);
    }

    private static Dataset<Row> images(SparkSession spark, Path file) throws IOException {
        Idx images = Idx.read(file);
        Path beside = file.resolveSibling(
                file.getFileName().toString().replace("images", "labels").replace("idx3", "idx1"));
        boolean labeled = !beside.equals(file) && Files.isRegularFile(beside);
        int[] labels = labeled ? Idx.read(beside).labels() : new int[images.count()];
        if (labels.length != images.count()) {
            throw new IOException(beside + ": has " + labels.length + " labels, expected " + images.count()
                    + ", one for each image of " + file);
        }
        byte[] pixels = images.toArray();
        int size = pixels.length / images.count();
        List<Row> rows = IntStream.range(0, images.count())
                .mapToObj(id -> {
                    byte[] image = Arrays.copyOfRange(pixels, id * size, (id + 1) * size);
                    return labeled
                            ? RowFactory.create((long) id, image, labels[id])
                            : RowFactory.create((long) id, image);
                })
                .toList();
        Dataset<Row> all = spark.createDataFrame(rows, labeled ? IMAGES.add("label", DataTypes.IntegerType) : IMAGES);
        return all.repartition(2 * spark.sparkContext().defaultParallelism());
    }
}
