package dev.spikelane.simd;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Family and model of an x86 CPU from Linux's {@code /proc/cpuinfo}; zeros without such a file. */
public final class Cpu {

    private static final int[] NUMBERS = read(Path.of("/proc/cpuinfo"));

    private Cpu() {}

    public static int family() {
        return NUMBERS[0];
    }

    public static int model() {
        return NUMBERS[1];
    }

    static int[] read(Path file) {
        int[] numbers = new int[2];
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null && !line.isBlank(); line = lines.readLine()) {
                String name = line.substring(0, Math.max(0, line.indexOf(':'))).strip();
                if (name.equals("cpu family")) {
                    numbers[0] = number(line);
                } else if (name.equals("model")) {
                    numbers[1] = number(line);
                }
            }
        } catch (IOException | SecurityException notLinux) {
            return new int[2];
        }
        return numbers;
    }

    private static int number(String line) {
        try {
            return Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
        } catch (NumberFormatException notX86) {
            return 0;
        }
    }
}
