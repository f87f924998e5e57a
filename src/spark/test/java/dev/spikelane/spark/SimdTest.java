package dev.spikelane.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.kernel.Simd;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Executors use vectors, without a flag of the user. */
@ExtendWith(Sessions.class)
final class SimdTest {

    @Test
    void executorsUseVectors() {
        JavaSparkContext spark =
                JavaSparkContext.fromSparkContext(Sessions.shared().sparkContext());
        List<String> kernels = spark.parallelize(List.of(1, 2, 3, 4), 4)
                .map(_ -> Simd.describe())
                .distinct()
                .collect();
        assertEquals(List.of(Simd.describe()), kernels);
    }
}
