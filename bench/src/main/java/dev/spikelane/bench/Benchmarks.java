package dev.spikelane.bench;

import dev.spikelane.kernel.Simd;
import dev.spikelane.kernel.Yardstick;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Starts JMH with the benchmarks that can run here: no C kernels without their library, no vector variants in scalar mode. */
public final class Benchmarks {

    private Benchmarks() {}

    public static void main(String[] arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments));
        System.err.println("Spikelane: " + Simd.describe() + "; " + Yardstick.describe());
        if (!Yardstick.AVAILABLE) {
            all.addAll(List.of("-e", "\\.yardstick"));
        }
        if (Simd.bits() == 0) {
            all.addAll(List.of("-e", "\\.(active|tables|vector)$"));
        }
        org.openjdk.jmh.Main.main(all.toArray(String[]::new));
    }
}
