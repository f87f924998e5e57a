package dev.spikelane.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The network between the driver and its executors breaks. */
@ExtendWith(Sessions.class)
@Tag("cluster")
final class NetworkTest {

    @TempDir
    private Path folder;

    private Wire messages;
    private Wire blocks;

    @BeforeEach
    void lay() throws IOException {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "other systems have no " + Wire.OUTSIDE);
        messages = new Wire();
        blocks = new Wire();
    }

    @AfterEach
    void takeUp() throws IOException {
        messages.close();
        blocks.close();
    }

    private SparkSession session() {
        Sessions.stop();
        return Sessions.builder("local-cluster[2,1,1024]")
                .config("spark.driver.host", Wire.OUTSIDE)
                .config("spark.driver.bindAddress", Wire.INSIDE)
                .config("spark.driver.port", messages.port())
                .config("spark.driver.blockManager.port", blocks.port())
                .config("spark.shuffle.io.maxRetries", 1)
                .config("spark.shuffle.io.retryWait", "1s")
                .config("spark.network.timeout", "15s")
                .config("spark.rpc.askTimeout", "600s") // a machine that pauses is no network that is broken
                .config("spark.storage.blockManagerHeartbeatTimeoutMs", "600s")
                .getOrCreate();
    }

    private void cut() {
        try {
            messages.cut();
            blocks.cut();
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    private void mendAfter(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        messages.mend();
        blocks.mend();
    }

    /** Executors whose driver is gone end, and their workers start others, which find it again. */
    @Test
    void aNetworkThatIsMendedChangesNoBit() throws IOException {
        String expected = TrainingCase.local(null, _ -> {});
        try (SparkSession spark = session()) {
            SpikelaneModel trained = TrainingCase.estimator()
                    .onEpoch(epoch -> {
                        if (epoch.epoch() == 1) {
                            cut();
                            Thread.ofPlatform().start(() -> mendAfter(500));
                        }
                    })
                    .fit(TrainingCase.rows(spark, 2));
            assertEquals(expected, TrainingCase.hash(trained));
        }
    }

    /** Executors get no blocks from the driver, such as the model. */
    @Test
    void aNetworkThatStaysBrokenIsOneClearErrorAndHalfOfNothing() throws IOException {
        Path out = folder.resolve("out");
        Path checkpoint = folder.resolve("run.safetensors");
        try (SparkSession spark = session()) {
            Dataset<Row> predicted = new SpikelaneModel()
                    .setModel(Samples.bytes(Samples.model(20)))
                    .setInputCol("pixels")
                    .setIdCol("id")
                    .transform(spark.createDataFrame(Samples.rows(40), Samples.SCHEMA));
            blocks.cut();
            String message = assertThrows(
                            SparkException.class, () -> predicted.write().parquet(out.toString()))
                    .getMessage();
            String first = message.lines().findFirst().orElse("");
            assertTrue(first.contains("Failed to get broadcast"), message);
            try (Stream<Path> left = Files.walk(out)) {
                assertEquals(List.of(out), left.toList());
            }
            blocks.mend();
            SpikelaneEstimator cutOff = TrainingCase.estimator()
                    .setCheckpoint(checkpoint.toString())
                    .onEpoch(_ -> cut());
            Dataset<Row> rows = TrainingCase.rows(spark, 2);
            assertEquals(
                    "there has been no executor for 15 s, the spark.network.timeout, expected one that the driver can"
                            + " be reached from",
                    assertThrows(IllegalStateException.class, () -> cutOff.fit(rows))
                            .getMessage());
            mendAfter(0);
            SpikelaneEstimator again = TrainingCase.estimator().setCheckpoint(checkpoint.toString());
            assertEquals(TrainingCase.local(null, _ -> {}), TrainingCase.hash(again.fit(rows)));
        }
    }
}
