package dev.spikelane.simd;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The facts of an x86 CPU in Linux's {@code /proc/cpuinfo}; zeros where there is no such file. */
public final class Cpu {

    private static final int[] NUMBERS = read(Path.of("/proc/cpuinfo"));

    private Cpu() {}

    /** The CPU's family as x86 numbers it, such as 25 for Zen 3 and Zen 4, or 0. */
    public static int family() {
        return NUMBERS[0];
    }

    /** The model within the family, or 0. */
    public static int model() {
        return NUMBERS[1];
    }

    /** Family and model of the first CPU in such a file. */
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
