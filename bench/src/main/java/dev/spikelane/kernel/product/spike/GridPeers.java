package dev.spikelane.kernel.product.spike;

import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Peer;
import dev.spikelane.bench.Peers;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.Tile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Scanner;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The other libraries at points of the {@link SpikeGrid}, in a JVM of their own. Their threads, and their effect on the
 * profiles of C2, stay away from the kernels. They measure while this JVM waits. The system property {@value #PROPERTY}
 * is their class path.
 */
public final class GridPeers implements AutoCloseable {

    private static final String PROPERTY = "spikelane.peers";

    /** Prefix of an answer, to tell it from other output of the libraries. */
    private static final String ANSWER = "answer ";

    private final @Nullable Process process;
    private final List<String> names;

    private GridPeers(@Nullable Process process) {
        this.process = process;
        names = process == null ? List.of() : List.of(answer(process).split("\t", -1));
    }

    /** Starts their JVM, if {@value #PROPERTY} is set. */
    public static GridPeers start() throws IOException {
        String peers = System.getProperty(PROPERTY, "");
        if (peers.isEmpty()) {
            return new GridPeers(null);
        }
        return new GridPeers(new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dspikelane.simd=" + System.getProperty("spikelane.simd", "auto"),
                        "-cp",
                        System.getProperty("java.class.path") + System.getProperty("path.separator") + peers,
                        GridPeers.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /** Returns their names and versions. */
    public List<String> describe() {
        return names;
    }

    /** Returns the microseconds of each library at a point. */
    Map<String, Double> microseconds(int rows, double density, int threads) {
        if (process == null) {
            return Map.of();
        }
        try {
            Writer questions = process.outputWriter(StandardCharsets.UTF_8);
            questions.write(rows + " " + density + " " + threads + "\n");
            questions.flush();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        Map<String, Double> times = new LinkedHashMap<>();
        String[] words = answer(process).split(" ", 0);
        for (int i = 0; i + 1 < words.length; i += 2) {
            times.put(words[i], Double.parseDouble(words[i + 1]));
        }
        return times;
    }

    private static String answer(Process process) {
        try {
            BufferedReader answers = process.inputReader(StandardCharsets.UTF_8);
            String line = answers.readLine();
            while (line != null && !line.startsWith(ANSWER)) {
                line = answers.readLine();
            }
            if (line == null) {
                throw new IllegalStateException("the JVM of the other libraries ended");
            }
            return line.substring(ANSWER.length());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Ends their JVM. */
    @Override
    public void close() {
        if (process != null) {
            process.destroy();
        }
    }

    /** Runs in the other JVM: answers lines of rows, density and threads. */
    public static void main(String... none) throws IOException {
        Locale.setDefault(Locale.ROOT);
        List<Peer> peers = Peers.all().stream()
                .filter(peer -> peer.contestant() == Contestant.ONNX_RUNTIME || peer.contestant() == Contestant.PYTORCH)
                .toList();
        System.out.println(ANSWER + peers.stream().map(Peer::describe).collect(Collectors.joining("\t")));
        try (BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = questions.readLine(); line != null; line = questions.readLine()) {
                try (Scanner words = new Scanner(line).useLocale(Locale.ROOT)) {
                    System.out.println(ANSWER + answer(peers, words.nextInt(), words.nextDouble(), words.nextInt()));
                }
            }
        }
    }

    private static String answer(List<Peer> peers, int rows, double density, int threads) {
        try (Arena arena = Arena.ofShared()) {
            SpikeMatrix spikes = RandomData.spikes(arena, rows, SpikeGrid.PRE, density);
            Peer.Linear linear = RandomData.linear(arena, SpikeGrid.PRE, SpikeGrid.POST, new TorchRandom(1));
            FloatMatrix current = FloatMatrix.zeros(arena, rows, SpikeGrid.POST);
            SpikeMatmul.multiply(
                    spikes,
                    rows,
                    PackedWeights.pack(arena, linear.weights()),
                    Tile.whole(current),
                    new ProductScratch(arena));
            float[] expected = current.toArray();
            FloatMatrix input = RandomData.floats(arena, spikes);
            StringBuilder times = new StringBuilder();
            // One after the other: idle threads of a library spin for a while, and end with its task.
            for (Peer peer : peers) {
                String name = peer.contestant().name().toLowerCase(Locale.ROOT);
                try (Peer.Task task = peer.product(input, linear.weights(), threads)) {
                    task.run();
                    if (!Arrays.equals(expected, task.results().getFirst())) {
                        throw new IllegalStateException(peer.describe() + " differs at " + rows + " rows");
                    }
                    times.append(name)
                            .append(' ')
                            .append(SpikeGrid.race(Map.of(name, task::run), threads)
                                    .get(name))
                            .append(' ');
                }
            }
            return times.toString().strip();
        }
    }
}
