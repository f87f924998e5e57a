package dev.spikelane.kernel.product;

import com.sun.management.ThreadMXBean;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.incubator.vector.FloatVector;

/**
 * Every product in a JVM of its own, and in one that has used vectors on heap, confined, automatic and shared segments before, by turns. None may
 * be more than 15 % slower there, or allocate anywhere.
 */
public final class SpikePollution {

    private static final double MOST = 1.15;
    private static final int TRIALS = 3;
    private static final int PRE = 784;
    private static final int POST = 1_000;
    private static final int ROWS = 200;
    private static final int POLLUTING = 3_000_000;
    private static final int COUNTED = 200;
    private static final int PASSES = 1_000;

    private SpikePollution() {}

    /** Without an argument starts the JVMs and compares; with {@code alone} or {@code polluted} measures in this one. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        if (arguments.length > 0) {
            if (arguments[0].equals("polluted")) {
                pollute();
            }
            measure();
            return;
        }
        Map<String, double[]> best = new LinkedHashMap<>();
        for (int trial = 0; trial < TRIALS; trial++) {
            run("alone", 0, best);
            run("polluted", 1, best);
        }
        boolean failed = false;
        for (Map.Entry<String, double[]> entry : best.entrySet()) {
            double[] found = entry.getValue();
            boolean slow = found[1] > MOST * found[0] || found[2] > 0;
            failed |= slow;
            System.out.printf(
                    Locale.ROOT,
                    "%-16s alone %8.1f us, polluted %8.1f us, %.0f bytes a pass%s%n",
                    entry.getKey(),
                    found[0],
                    found[1],
                    found[2],
                    slow ? "   TOO SLOW, or allocates" : "");
        }
        System.exit(failed ? 1 : 0);
    }

    /** Starts a JVM like this one, and keeps its fastest times. */
    private static void run(String how, int column, Map<String, double[]> best)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), SpikePollution.class.getName(), how));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        for (String line : new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList()) {
            String[] parts = line.split(" ", -1);
            double[] found = best.computeIfAbsent(
                    parts[0], name -> new double[] {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 0});
            found[column] = Math.min(found[column], Double.parseDouble(parts[1]));
            found[2] = Math.max(found[2], Double.parseDouble(parts[2]));
        }
        if (process.waitFor() != 0) {
            throw new IllegalStateException(how + " ended with " + process.exitValue());
        }
    }

    private static void pollute() {
        try (Arena confined = Arena.ofConfined();
                Arena shared = Arena.ofShared()) {
            MemorySegment[] segments = {
                MemorySegment.ofArray(new float[1024]),
                MemorySegment.ofArray(new byte[4096]),
                MemorySegment.ofArray(new long[512]),
                confined.allocate(4096, 64),
                Arena.ofAuto().allocate(4096, 64),
                shared.allocate(4096, 64)
            };
            float sum = 0;
            for (int i = 0; i < POLLUTING; i++) {
                MemorySegment some = segments[i % segments.length].asSlice(i & 1023, 1024);
                FloatVector vector = FloatVector.fromMemorySegment(
                        FloatVector.SPECIES_PREFERRED, some, i & 511, ByteOrder.nativeOrder());
                vector.intoMemorySegment(some, i & 511, ByteOrder.nativeOrder());
                sum += vector.lane(1);
            }
            if (Float.isNaN(sum)) {
                throw new AssertionError("zeros add up to zero");
            }
        }
    }

    private static void measure() {
        Arena arena = Arena.ofShared();
        FloatMatrix unpacked =
                RandomData.linear(arena, PRE, POST, new TorchRandom(1)).weights();
        PackedWeights weights = PackedWeights.pack(arena, unpacked);
        SpikeMatrix spikes = RandomData.spikes(arena, ROWS, PRE, 0.12);
        FloatMatrix floats = RandomData.floats(arena, spikes);
        FloatMatrix current = FloatMatrix.zeros(arena, ROWS, POST);
        Tile tile = Tile.whole(current);
        SpikeWorkspace workspace = new SpikeWorkspace(arena);
        FloatMatrix denseScratch = DenseMatmul.workspace(arena);
        for (SpikeMatmulWork.Variant other : SpikeMatmulWork.Variant.available()) {
            SpikeMatmul.Variant variant = SpikeMatmul.Variant.valueOf(other.name());
            time(
                    other.name().toLowerCase(Locale.ROOT),
                    () -> SpikeMatmul.run(variant, spikes, ROWS, weights, tile, workspace));
        }
        time("dense_packed", () -> DenseMatmul.multiply(floats, ROWS, weights, tile));
        time("dense_transposed", () -> DenseMatmul.multiply(floats, false, unpacked, true, current, denseScratch));
    }

    /** Prints the fastest pass in microseconds, and the bytes of one of the last. */
    private static void time(String name, Runnable pass) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double fastest = Double.POSITIVE_INFINITY;
        long before = 0;
        for (int i = 0; i < PASSES; i++) {
            if (i == PASSES - COUNTED) {
                before = threads.getCurrentThreadAllocatedBytes();
            }
            long start = System.nanoTime();
            pass.run();
            fastest = Math.min(fastest, (System.nanoTime() - start) / 1e3);
        }
        long bytes = (threads.getCurrentThreadAllocatedBytes() - before) / COUNTED;
        System.out.println(name + " " + fastest + " " + bytes);
    }
}
