package dev.spikelane.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Times the library in a JVM without native access, in which all memory accesses are checked. */
final class WithoutFlags {

    private WithoutFlags() {}

    /** Times the works whose time without flags {@link Targets} reports; returns nanoseconds by name. */
    static Map<String, Double> measure(Map<String, Measurement> measured) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Xbatch",
                "--add-modules",
                "jdk.incubator.vector",
                "-Dspikelane.simd=" + System.getProperty("spikelane.simd", "auto"),
                "-cp",
                jar(),
                WithoutFlags.class.getName()));
        List<String> works =
                Targets.COMPARED_WITH_C.stream().filter(measured::containsKey).toList();
        if (works.isEmpty()) {
            return Map.of();
        }
        command.addAll(works);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        Map<String, Double> times = new LinkedHashMap<>();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int tab = line.indexOf('\t');
                times.put(line.substring(tab + 1), Double.parseDouble(line.substring(0, tab)));
            }
        }
        if (times.size() != works.size()) {
            throw new IOException("the JVM without native access measured " + times.keySet() + ", expected " + works);
        }
        return times;
    }

    /** Returns the path of these classes, without the other libraries. */
    private static String jar() throws IOException {
        try {
            return Path.of(WithoutFlags.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException nowhere) {
            throw new IOException(nowhere);
        }
    }

    /** Runs in the other JVM: prints the nanoseconds of each named work. */
    public static void main(String... works) {
        Locale.setDefault(Locale.ROOT);
        for (Work work : Workloads.all()) {
            if (List.of(works).contains(work.name())) {
                System.out.println(Bench.measure(work).java() + "\t" + work.name());
            }
        }
    }
}
