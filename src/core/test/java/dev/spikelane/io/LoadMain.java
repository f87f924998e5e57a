package dev.spikelane.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Times loading 100 MB of safetensors against reading the file into one native segment, with a warm page cache;
 * {@code bench/load} starts it.
 */
final class LoadMain {

    private static final int ROUNDS = 21;

    private LoadMain() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path file = Files.createTempFile("load", ".safetensors");
        try {
            write(file);
            double[] plain = new double[ROUNDS];
            double[] load = new double[ROUNDS];
            double[] pack = new double[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                System.gc(); // frees the memory of the last round
                Thread.sleep(20);
                long start = System.nanoTime();
                plain(file);
                plain[i] = (System.nanoTime() - start) / 1e6;
                start = System.nanoTime();
                Tensors content = Tensors.read(file, Tensors.Format.SAFETENSORS);
                load[i] = (System.nanoTime() - start) / 1e6;
                start = System.nanoTime();
                content.tensors().forEach(Tensor::matrix);
                pack[i] = (System.nanoTime() - start) / 1e6;
            }
            System.out.printf(
                    Locale.ROOT,
                    "%d bytes: read into one segment %.1f ms, load %.1f ms (%.2f times), packing %.1f ms; medians of"
                            + " %d%n",
                    Files.size(file),
                    median(plain),
                    median(load),
                    median(load) / median(plain),
                    median(pack),
                    ROUNDS);
        } finally {
            Files.delete(file);
        }
    }

    private static void write(Path file) throws IOException {
        List<Tensor> tensors = new ArrayList<>();
        for (int layer = 0; layer < 25; layer++) {
            MemorySegment values = Arena.ofAuto().allocate(4_000_000);
            for (long i = 0; i < 1_000_000; i++) {
                values.setAtIndex(ValueLayout.JAVA_FLOAT, i, i % 1_000 * 0.001f);
            }
            tensors.add(Tensor.of("fc" + layer + ".weight", Tensor.Type.F32, List.of(1_000, 1_000), values));
        }
        Tensors.of(Map.of(), tensors).write(file);
    }

    private static void plain(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file);
                Arena arena = Arena.ofConfined()) {
            ByteBuffer all = arena.allocate(channel.size()).asByteBuffer();
            while (all.hasRemaining() && channel.read(all) >= 0) {
                // the next bytes
            }
        }
    }

    private static double median(double[] times) {
        double[] sorted = times.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
