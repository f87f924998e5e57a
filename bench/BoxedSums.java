import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * For OpenJDK, without this project: a loop that HotSpot never compiles by C2, so that its vectors are boxed for good.
 * C1 compiles the method at tier 2, as C2's queue is long. Its next version, at tier 3, is "COMPILE SKIPPED: out of
 * virtual registers in linear scan (retry at different tier)", and no other tier follows.
 *
 *   java -XX:Tier3DelayOn=0 -XX:+PrintCompilation --add-modules jdk.incubator.vector bench/BoxedSums.java
 *
 * Tier3DelayOn=0 makes any queue a long one; some starts show the same without it. 28-ea+18 allocates 297,024 bytes a
 * call and takes 20 times the time of 25.0.3 and 27.0.1, which allocate nothing here; with 24 sums 25.0.3 does as 28
 * (512 bits, 2026-11-30). With -XX:-TieredCompilation none allocates.
 */
public class BoxedSums {
    static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    static final int B = F.vectorByteSize();
    static final ByteOrder O = ByteOrder.nativeOrder();

    static void add(MemorySegment s, MemorySegment from) {
        FloatVector v0 = FloatVector.fromMemorySegment(F, s, 0 * B, O);
        FloatVector v1 = FloatVector.fromMemorySegment(F, s, 1 * B, O);
        FloatVector v2 = FloatVector.fromMemorySegment(F, s, 2 * B, O);
        FloatVector v3 = FloatVector.fromMemorySegment(F, s, 3 * B, O);
        FloatVector v4 = FloatVector.fromMemorySegment(F, s, 4 * B, O);
        FloatVector v5 = FloatVector.fromMemorySegment(F, s, 5 * B, O);
        FloatVector v6 = FloatVector.fromMemorySegment(F, s, 6 * B, O);
        FloatVector v7 = FloatVector.fromMemorySegment(F, s, 7 * B, O);
        FloatVector v8 = FloatVector.fromMemorySegment(F, s, 8 * B, O);
        FloatVector v9 = FloatVector.fromMemorySegment(F, s, 9 * B, O);
        FloatVector v10 = FloatVector.fromMemorySegment(F, s, 10 * B, O);
        FloatVector v11 = FloatVector.fromMemorySegment(F, s, 11 * B, O);
        FloatVector v12 = FloatVector.fromMemorySegment(F, s, 12 * B, O);
        FloatVector v13 = FloatVector.fromMemorySegment(F, s, 13 * B, O);
        FloatVector v14 = FloatVector.fromMemorySegment(F, s, 14 * B, O);
        FloatVector v15 = FloatVector.fromMemorySegment(F, s, 15 * B, O);
        FloatVector v16 = FloatVector.fromMemorySegment(F, s, 16 * B, O);
        FloatVector v17 = FloatVector.fromMemorySegment(F, s, 17 * B, O);
        FloatVector v18 = FloatVector.fromMemorySegment(F, s, 18 * B, O);
        FloatVector v19 = FloatVector.fromMemorySegment(F, s, 19 * B, O);
        FloatVector v20 = FloatVector.fromMemorySegment(F, s, 20 * B, O);
        FloatVector v21 = FloatVector.fromMemorySegment(F, s, 21 * B, O);
        for (int k = 0; k < 128; k++) {
            FloatVector x = FloatVector.fromMemorySegment(F, from, k * 64L, O);
            FloatVector y = FloatVector.fromMemorySegment(F, from, k * 128L, O);
            v0 = x.fma(y, v0); v1 = x.fma(y, v1); v2 = x.fma(y, v2); v3 = x.fma(y, v3);
            v4 = x.fma(y, v4); v5 = x.fma(y, v5); v6 = x.fma(y, v6); v7 = x.fma(y, v7);
            v8 = x.fma(y, v8); v9 = x.fma(y, v9); v10 = x.fma(y, v10); v11 = x.fma(y, v11);
            v12 = x.fma(y, v12); v13 = x.fma(y, v13); v14 = x.fma(y, v14); v15 = x.fma(y, v15);
            v16 = x.fma(y, v16); v17 = x.fma(y, v17); v18 = x.fma(y, v18); v19 = x.fma(y, v19);
            v20 = x.fma(y, v20); v21 = x.fma(y, v21);
        }
        v0.intoMemorySegment(s, 0 * B, O); v1.intoMemorySegment(s, 1 * B, O);
        v2.intoMemorySegment(s, 2 * B, O); v3.intoMemorySegment(s, 3 * B, O);
        v4.intoMemorySegment(s, 4 * B, O); v5.intoMemorySegment(s, 5 * B, O);
        v6.intoMemorySegment(s, 6 * B, O); v7.intoMemorySegment(s, 7 * B, O);
        v8.intoMemorySegment(s, 8 * B, O); v9.intoMemorySegment(s, 9 * B, O);
        v10.intoMemorySegment(s, 10 * B, O); v11.intoMemorySegment(s, 11 * B, O);
        v12.intoMemorySegment(s, 12 * B, O); v13.intoMemorySegment(s, 13 * B, O);
        v14.intoMemorySegment(s, 14 * B, O); v15.intoMemorySegment(s, 15 * B, O);
        v16.intoMemorySegment(s, 16 * B, O); v17.intoMemorySegment(s, 17 * B, O);
        v18.intoMemorySegment(s, 18 * B, O); v19.intoMemorySegment(s, 19 * B, O);
        v20.intoMemorySegment(s, 20 * B, O); v21.intoMemorySegment(s, 21 * B, O);
    }

    public static void main(String[] arguments) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        MemorySegment s = Arena.global().allocate(1 << 16, 64);
        MemorySegment from = Arena.global().allocate(1 << 16, 64);
        for (int round = 0; round < 6; round++) {
            long bytes = threads.getCurrentThreadAllocatedBytes();
            long time = System.nanoTime();
            for (int i = 0; i < 20_000; i++) {
                add(s, from);
            }
            System.out.printf("%s: %d bytes and %d ns a call%n", Runtime.version(),
                    (threads.getCurrentThreadAllocatedBytes() - bytes) / 20_000, (System.nanoTime() - time) / 20_000);
        }
    }
}
