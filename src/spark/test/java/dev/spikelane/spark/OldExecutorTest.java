package dev.spikelane.spark;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.SparkException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Executors of another Java than the driver's say that it is too old; tried where there is one. */
@Tag("cluster")
final class OldExecutorTest {

    @Test
    void oldExecutorsSaySo() throws IOException {
        Optional<Path> old = oldJava();
        assumeTrue(old.isPresent(), "no Java 17 in /usr/lib/jvm");
        Sessions.stop();
        try (SparkSession spark = Sessions.builder("local-cluster[1,1,1024]")
                .config("spark.executorEnv.JAVA_HOME", old.get().toString())
                .getOrCreate()) {
            Dataset<Row> images = spark.createDataFrame(Samples.rows(4), Samples.SCHEMA);
            Dataset<Row> predicted = new SpikelaneModel()
                    .setModel(Samples.bytes(Samples.model(20)))
                    .setInputCol("pixels")
                    .setIdCol("id")
                    .transform(images);
            SparkException thrown = assertThrows(SparkException.class, predicted::collectAsList);
            String first = thrown.getMessage().lines().findFirst().orElse("");
            assertTrue(first.contains("the executor runs on Java 17"), first);
        }
    }

    private static Optional<Path> oldJava() throws IOException {
        Path all = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(all)) {
            return Optional.empty();
        }
        try (Stream<Path> found = Files.list(all)) {
            return found.filter(jdk -> jdk.toString().contains("-17-") && Files.isExecutable(jdk.resolve("bin/java")))
                    .findFirst();
        }
    }
}
