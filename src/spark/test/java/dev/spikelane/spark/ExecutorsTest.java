package dev.spikelane.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same SHA-256 of the weights for one executor, for four, and on one machine; two are those of the other tests. */
@ExtendWith(Sessions.class)
@Tag("cluster")
final class ExecutorsTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void weightsDependOnNoExecutor(int executors) throws IOException {
        Sessions.stop();
        try (SparkSession spark =
                Sessions.builder("local-cluster[" + executors + ",1,1024]").getOrCreate()) {
            assertEquals(
                    TrainingCase.local(null, _ -> {}),
                    TrainingCase.hash(TrainingCase.estimator().fit(TrainingCase.rows(spark, 3))));
        }
    }

    /** As spark-submit has them: jars come with the job, and Spark's own classes do not see what is in them. */
    @Test
    void classesMayComeWithTheJob(@TempDir Path folder) throws IOException {
        Path jar = folder.resolve("job.jar");
        List<String> jars = new ArrayList<>(List.of(jar.toString()));
        List<String> others = new ArrayList<>();
        try (JarOutputStream to = new JarOutputStream(Files.newOutputStream(jar))) {
            for (String entry : Sessions.classPath().split(File.pathSeparator)) {
                if (Files.isDirectory(Path.of(entry))) {
                    add(Path.of(entry), to);
                } else {
                    boolean ours = Path.of(entry).getFileName().toString().startsWith("spikelane-");
                    (ours ? jars : others).add(entry);
                }
            }
        }
        Sessions.stop();
        try (SparkSession spark = Sessions.builder("local-cluster[2,1,1024]")
                .config("spark.jars", String.join(",", jars))
                .config("spark.executor.extraClassPath", String.join(File.pathSeparator, others))
                .getOrCreate()) {
            Set<String> lost = ConcurrentHashMap.newKeySet();
            spark.sparkContext().addSparkListener(new SparkListener() {
                @Override
                public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
                    lost.add(removed.executorId());
                }
            });
            SpikelaneModel trained = TrainingCase.estimator().fit(TrainingCase.rows(spark, 3));
            assertEquals(TrainingCase.local(null, _ -> {}), TrainingCase.hash(trained));
            assertEquals(Set.of(), lost);
        }
    }

    private static void add(Path folder, JarOutputStream to) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                try {
                    to.putNextEntry(new JarEntry(folder.relativize(file).toString()));
                } catch (ZipException twice) { // such as META-INF/LICENSE
                    continue;
                }
                Files.copy(file, to);
            }
        }
    }
}
