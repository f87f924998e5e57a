package dev.spikelane.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same SHA-256 of the weights for one executor, for four, and on one machine; two are those of the other tests. */
@ExtendWith(Sessions.class)
@Tag("cluster")
final class ExecutorsTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void weightsDependOnNoExecutor(int executors) throws IOException {
        Sessions.shared().stop(); // one session at a time
        try (SparkSession spark =
                Sessions.builder("local-cluster[" + executors + ",1,1024]").getOrCreate()) {
            assertEquals(
                    TrainingCase.local(null, _ -> {}),
                    TrainingCase.hash(TrainingCase.estimator().fit(TrainingCase.rows(spark, 3))));
        }
    }
}
